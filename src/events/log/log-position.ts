import { createHash } from 'node:crypto';
import { DomainError, rejectIfAny } from '../../platform/validation/domain-error';

/** A place in the event log: behind the event of this revision, in one of the log's epochs. */
export interface LogPosition {
  /** A UUID; the epoch of the replica that gave the position out. */
  epoch: string;
  revision: bigint;
}

/** What positions are judged by, of one moment of the database. */
export interface LogStanding {
  /** Oldest first; the last one is that of now. */
  epochs: readonly { epoch: string; timeline: string; beganAfter: bigint }[];
  /** The highest revision whose event has been purged. */
  purgedThrough: bigint;
  /** The highest revision that was drawn. */
  drawn: bigint;
}

export const LONGEST_LOG_CURSOR = 128;

/** A position as clients have it: opaque, and safe in a URL, a header and a line of an event stream. */
export function encodePosition({ epoch, revision }: LogPosition): string {
  const content = Buffer.concat([Buffer.from(epoch.replaceAll('-', ''), 'hex'), Buffer.from(String(revision))]);
  return Buffer.concat([checksum(content), content]).toString('base64url');
}

/**
 * The position that {@link encodePosition} was given. `field` is what the client calls it.
 * @throws DomainError `validation_failed` naming `field`
 */
export function decodePosition(cursor: string, field: string): LogPosition {
  const bytes = Buffer.from(cursor, 'base64url');
  const hex = bytes.subarray(CHECKSUM_BYTES, CHECKSUM_BYTES + EPOCH_BYTES).toString('hex');
  const revision = bytes.subarray(CHECKSUM_BYTES + EPOCH_BYTES).toString('latin1');
  const position = /^(?:0|[1-9]\d{0,17})$/.test(revision) && { epoch: uuidOf(hex), revision: BigInt(revision) };
  // The checksum tells ours from invented ones, and is no secret.
  if (position && encodePosition(position) === cursor) return position;
  rejectIfAny([{ field, message: 'is not a cursor of the event log' }]);
  throw new Error('unreachable');
}

/**
 * Where a reader goes on from a position by now: the same revision, in the present epoch.
 * @throws DomainError (410) `cursor_invalid` when the log has no such position: it is of another database, or of events that a fail-over
 *   has lost; `cursor_expired` when an event after it has been purged. Both carry `oldest_cursor`.
 */
export function present(position: LogPosition, standing: LogStanding, field: string): LogPosition {
  const now = standing.epochs.at(-1)!;
  const { revision } = position;
  const index = standing.epochs.findIndex(({ epoch }) => epoch === position.epoch);
  const isOfThisHistory = index >= 0 && standing.epochs[index]!.timeline === now.timeline;
  // Each epoch that followed has kept less of what was there before it.
  const kept = isOfThisHistory ? standing.epochs.slice(index + 1).map(({ beganAfter }) => beganAfter) : [];
  const isKnown = isOfThisHistory && revision <= standing.drawn && kept.every((end) => revision <= end);
  if (!isKnown) throw cursorGone('cursor_invalid', field, encodePosition(oldest(standing)));
  if (revision < standing.purgedThrough) throw cursorGone('cursor_expired', field, encodePosition(oldest(standing)));
  return { epoch: now.epoch, revision };
}

/** The position before the oldest event that is kept. */
export function oldest({ epochs, purgedThrough }: LogStanding): LogPosition {
  return { epoch: epochs.at(-1)!.epoch, revision: purgedThrough };
}

const GONE = {
  cursor_invalid: 'is of another state of the database, from before a backup was restored or a fail-over',
  cursor_expired: 'is older than the event log: events after it have been purged',
};

/** The problem of a cursor that can no longer be followed. */
export function cursorGone(code: keyof typeof GONE, field: string, oldestCursor: string): DomainError {
  const message = `${GONE[code]}; list again, then follow from the present, or from oldest_cursor`;
  const members = { oldest_cursor: oldestCursor };
  return new DomainError('gone', code, `${field} ${message}`, { errors: [{ field, message }], members });
}

const CHECKSUM_BYTES = 4;
const EPOCH_BYTES = 16;

function checksum(content: Buffer): Buffer {
  return createHash('sha256').update('event log v1\n').update(content).digest().subarray(0, CHECKSUM_BYTES);
}

function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
