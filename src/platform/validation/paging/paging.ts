import { createHash } from 'node:crypto';
import { rejectIfAny } from '../domain-error';

export const MAX_PAGE_SIZE = 1000;
export const DEFAULT_PAGE_SIZE = 100;
/** A cursor of the longest position, an id of 255 characters of four bytes each, fits. */
export const LONGEST_CURSOR = 2048;

/** One page of a keyset-ordered list, and where the next one begins. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** Changes whenever a cursor's content changes its meaning, so that an old one is refused instead of misread. */
const FORMAT = 'v1';

/** A cursor's text: the place after which the next page starts, and a checksum that tells ours from invented ones. */
export function encodeCursor(list: string, position: string): string {
  return Buffer.from(`${checksum(list, position)}${position}`).toString('base64url');
}

/**
 * The position that {@link encodeCursor} was given for the same list. The checksum is no secret: `isPosition` says what a
 * position of the list looks like.
 * @throws DomainError `validation_failed` naming `cursor`
 */
export function decodeCursor(list: string, cursor: string, isPosition: (text: string) => boolean): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  const position = text.slice(CHECKSUM_LENGTH);
  const isOurs = encodeCursor(list, position) === cursor && isPosition(position);
  rejectIfAny(isOurs ? [] : [{ field: 'cursor', message: 'is not a next_cursor of this list' }]);
  return position;
}

/** Cuts a page out of `limit + 1` rows: the row too many says that there is a next page. */
export function pageOf<Item>(
  rows: Item[],
  limit: number,
  list: string,
  positionOf: (item: Item) => string,
): Page<Item> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: last && rows.length > limit ? encodeCursor(list, positionOf(last)) : null };
}

const CHECKSUM_LENGTH = 8;

function checksum(list: string, position: string): string {
  return createHash('sha256').update(`${FORMAT}\n${list}\n${position}`).digest('base64url').slice(0, CHECKSUM_LENGTH);
}

/** A position in a list that is ordered by a `bigserial`. */
export function isRevision(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text) && BigInt(text) < 2n ** 63n;
}
