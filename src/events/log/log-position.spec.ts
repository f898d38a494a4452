import { DomainError } from '../../platform/validation/domain-error';
import { decodePosition, encodePosition, oldest, present, type LogStanding } from './log-position';

const [FIRST, SECOND, THIRD, OTHER] = [1, 2, 3, 9].map((n) => `0000000${n}-0000-4000-8000-000000000000`) as [
  string,
  string,
  string,
  string,
];
const HERE = '10000000-0000-4000-8000-000000000000';
const ELSEWHERE = '20000000-0000-4000-8000-000000000000';

/** Three servers, one after the other: the second had the log up to 50 when it took over, the third up to 80. */
const standing = (settings: Partial<LogStanding> = {}): LogStanding => ({
  epochs: [
    { epoch: FIRST, timeline: HERE, beganAfter: 0n },
    { epoch: SECOND, timeline: HERE, beganAfter: 50n },
    { epoch: THIRD, timeline: HERE, beganAfter: 80n },
  ],
  purgedThrough: 10n,
  drawn: 100n,
  ...settings,
});

describe('The cursor of a position', () => {
  it.each([0n, 1n, 4_711n, 999_999_999_999_999_999n])('gives the position back: revision %s', (revision) => {
    const position = { epoch: FIRST, revision };
    const cursor = encodePosition(position);
    expect(cursor).toMatch(/^[\w-]{1,64}$/);
    expect(decodePosition(cursor, 'after')).toEqual(position);
  });

  const good = encodePosition({ epoch: FIRST, revision: 5n });
  it.each([
    ['nothing', ''],
    ['a number', '5'],
    ['a word', 'latest'],
    ['one that was cut', good.slice(0, -1)],
    ['one with more behind it', `${good}AA`],
    ['one with another first letter', `${good.startsWith('A') ? 'B' : 'A'}${good.slice(1)}`],
    ['one with padding', `${good}=`],
    ['one with spaces', ` ${good}`],
  ])('is refused by the name of its field: %s', (_, cursor) => {
    expect(() => decodePosition(cursor, 'after')).toThrow(
      expect.objectContaining({ code: 'validation_failed', errors: [{ field: 'after', message: expect.any(String) }] }),
    );
  });
});

describe('A position of the event log', () => {
  it.each<[what: string, epoch: string, revision: bigint]>([
    ['of the present server', THIRD, 99n],
    ['at the end of what was drawn', THIRD, 100n],
    ['before the oldest event', THIRD, 10n],
    ['of the server before, from before the fail-over', SECOND, 80n],
    ['of the server before that, from before both', FIRST, 50n],
  ])('is good: %s', (_, epoch, revision) => {
    expect(present({ epoch, revision }, standing(), 'after')).toEqual({ epoch: THIRD, revision });
  });

  it.each<[code: string, what: string, epoch: string, revision: bigint, settings?: Partial<LogStanding>]>([
    ['cursor_invalid', 'from the future', THIRD, 101n],
    ['cursor_invalid', 'of an event that the fail-over has lost', SECOND, 81n],
    ['cursor_invalid', 'of an event that an earlier fail-over has lost', FIRST, 51n],
    ['cursor_invalid', 'of another database', OTHER, 50n],
    [
      'cursor_invalid',
      'of the database before a backup was restored over it',
      FIRST,
      50n,
      {
        epochs: [
          { epoch: FIRST, timeline: ELSEWHERE, beganAfter: 0n },
          { epoch: SECOND, timeline: HERE, beganAfter: 50n },
        ],
      },
    ],
    ['cursor_expired', 'from before a purged event', THIRD, 9n],
    ['cursor_expired', 'from the beginning of a log that has been purged', FIRST, 0n],
  ])('is gone, %s, and the oldest one is named: %s', (code, _what, epoch, revision, settings = {}) => {
    const now = standing(settings);
    const problem = (): unknown => {
      try {
        return present({ epoch, revision }, now, 'after');
      } catch (error) {
        return error;
      }
    };
    expect(problem()).toBeInstanceOf(DomainError);
    expect(problem()).toMatchObject({
      kind: 'gone',
      code,
      errors: [{ field: 'after' }],
      members: { oldest_cursor: encodePosition({ epoch: now.epochs.at(-1)!.epoch, revision: 10n }) },
    });
  });

  it('is good where it is the oldest', () => {
    expect(present(oldest(standing()), standing(), 'after')).toEqual({ epoch: THIRD, revision: 10n });
  });
});
