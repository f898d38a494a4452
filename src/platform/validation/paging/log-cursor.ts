import { DomainError } from '../domain-error';
import { decodeCursor, encodeCursor, isRevision } from './paging';

/** How far a log has come. */
export interface LogHead {
  /** Names the history of the database: numbers of two timelines are not comparable. */
  timeline: string;
  /** The highest number that has been drawn, in decimal; 0 when none was. */
  last: string;
}

/** A cursor of a list that is ordered by the numbers of a log: it holds the timeline too. */
export function encodeLogCursor(list: string, position: string, { timeline }: Pick<LogHead, 'timeline'>): string {
  return encodeCursor(list, `${position}@${timeline}`);
}

/**
 * The position that {@link encodeLogCursor} was given for the same list. One without a timeline is of the release before and is taken.
 * @throws DomainError `validation_failed` for a cursor of another list, `cursor_invalid` (410) for one of another timeline or beyond the
 *   head of the log: a backup was restored since. Both name `cursor`.
 */
export function decodeLogCursor(list: string, cursor: string, head: LogHead): string {
  const [position, timeline = head.timeline] = decodeCursor(list, cursor, isLogPosition).split('@') as [
    string,
    string?,
  ];
  if (timeline === head.timeline && BigInt(position) <= BigInt(head.last)) return position;
  throw cursorInvalid();
}

export function cursorInvalid(): DomainError {
  const message = 'is of another state of the database, from before a backup was restored: list again without it';
  return new DomainError('gone', 'cursor_invalid', `cursor ${message}`, { errors: [{ field: 'cursor', message }] });
}

function isLogPosition(text: string): boolean {
  const [position, timeline, ...rest] = text.split('@');
  return isRevision(position!) && (timeline === undefined || UUID.test(timeline)) && rest.length === 0;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
