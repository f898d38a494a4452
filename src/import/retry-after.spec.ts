import { retryAfterMs } from './retry-after';

const NOW = new Date('2026-01-01T00:00:00Z');

describe('retryAfterMs', () => {
  it.each([
    [null, undefined],
    ['', undefined],
    ['soon', undefined],
    ['0', 0],
    [' 7 ', 7000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ])('%j is %j', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected);
  });
});
