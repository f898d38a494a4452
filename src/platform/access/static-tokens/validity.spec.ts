import { invalidityAt, timeIn } from './validity';

describe('timeIn', () => {
  it.each([
    ['2027-01-31T00:00:00Z', Date.UTC(2027, 0, 31)],
    ['2027-01-31t01:30:00.250+01:30', Date.UTC(2027, 0, 31) + 250],
    ['2028-02-29T23:59:59z', Date.UTC(2028, 1, 29, 23, 59, 59)],
    ['2027-02-29T00:00:00Z', undefined],
    ['2027-13-01T00:00:00Z', undefined],
    ['2027-01-31T24:00:00Z', undefined],
    ['2027-01-31T00:60:00Z', undefined],
    ['2027-01-31T00:00:00', undefined],
    ['2027-01-31', undefined],
    ['2027-01-31T00:00:00+25:00', undefined],
    ['in a year', undefined],
    ['', undefined],
    [1_800_000_000, undefined],
    [null, undefined],
    [undefined, undefined],
  ])('of %j is %s', (text, time) => expect(timeIn(text)).toBe(time));
});

describe('invalidityAt', () => {
  const dated = { notBefore: 1_000, expiresAt: 2_000 };
  it.each([
    [999, 'it is valid from 1970-01-01T00:00:01.000Z on'],
    [1_000, undefined],
    [1_999, undefined],
    [2_000, 'it expired at 1970-01-01T00:00:02.000Z'],
  ])('at %i: %s', (now, reason) => expect(invalidityAt(dated, now)).toBe(reason));

  it('is none of what has no dates', () => {
    expect(invalidityAt({ notBefore: -Infinity, expiresAt: Infinity }, 0)).toBeUndefined();
  });
});
