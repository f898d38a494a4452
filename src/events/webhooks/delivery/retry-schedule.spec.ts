import { retryAfterSeconds, RetrySchedule } from './retry-schedule';

const MIDDLE = 0.5;

describe('RetrySchedule', () => {
  const schedule = new RetrySchedule('0, 5, 300');

  it.each([
    ['the second attempt', 1, undefined, MIDDLE, 5],
    ['the third', 2, undefined, MIDDLE, 300],
    ['none after the last', 3, undefined, MIDDLE, undefined],
    ['none after the last, whatever the sink asks for', 3, 60, MIDDLE, undefined],
    ['a tenth earlier at most', 2, undefined, 0, 270],
    ['a tenth later at most', 2, undefined, 1, 330],
    ['what the sink asks for, when that is longer', 1, 60, MIDDLE, 60],
    ['the schedule, when the sink asks for less', 2, 60, MIDDLE, 300],
  ])('gives the pause before %s', (_, attempts, retryAfter, random, expected) => {
    const pause = schedule.pauseAfter(attempts, retryAfter, random);
    if (expected === undefined) expect(pause).toBeUndefined();
    else expect(pause).toBeCloseTo(expected);
  });
});

describe('retryAfterSeconds', () => {
  const now = new Date('2026-11-28T12:00:00Z');

  it.each([
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['0', 0],
    ['120', 120],
    ['Sat, 28 Nov 2026 12:02:00 GMT', 120],
    ['Sat, 28 Nov 2026 11:00:00 GMT', 0],
    ['999999999', 86_400],
    ['9999999999', undefined],
  ])('of %j is %s', (field, expected) => {
    expect(retryAfterSeconds(field, now)).toBe(expected);
  });
});
