import { DomainError } from '../domain-error';
import { decodeLogCursor, encodeLogCursor } from './log-cursor';
import { encodeCursor } from './paging';

const OURS = '0192f1c0-0000-4000-8000-00000000000a';
const OTHER = '0192f1c0-0000-4000-8000-00000000000b';
const HEAD = { timeline: OURS, last: '100' };

const cursor = (position: string, timeline = OURS): string => encodeLogCursor('events', position, { timeline });

function outcome(text: string, list = 'events'): string {
  try {
    return decodeLogCursor(list, text, HEAD);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.errors.map(({ field }) => field)).toEqual(['cursor']);
    return `${error.kind} ${error.code}`;
  }
}

it.each([
  ['of this timeline', cursor('7'), '7'],
  ['the head itself', cursor('100'), '100'],
  ['beyond the head', cursor('101'), 'gone cursor_invalid'],
  ['of another timeline', cursor('7', OTHER), 'gone cursor_invalid'],
  ['of the release before', encodeCursor('events', '7'), '7'],
  ['of the release before, beyond the head', encodeCursor('events', '101'), 'gone cursor_invalid'],
  ['of another list', encodeLogCursor('decisions', '7', HEAD), 'invalid validation_failed'],
  ['no number', encodeCursor('events', `x@${OURS}`), 'invalid validation_failed'],
  ['no timeline', encodeCursor('events', '7@here'), 'invalid validation_failed'],
  ['too much', encodeCursor('events', `7@${OURS}@${OURS}`), 'invalid validation_failed'],
  ['forged', Buffer.from(`123456787@${OURS}`).toString('base64url'), 'invalid validation_failed'],
])('a cursor %s', (_, text, expected) => {
  expect(outcome(text)).toBe(expected);
});
