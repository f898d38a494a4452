import * as fc from 'fast-check';
import { missedBeats, timeoutSeconds } from './heartbeat-timeout';

const at = (milliseconds: number): Date => new Date(Date.UTC(2026, 0, 1) + milliseconds);

describe('timeoutSeconds', () => {
  it.each([
    [1, 30, 30],
    [10, 30, 30],
    [11, 30, 33],
    [3600, 30, 10_800],
    [10, 1, 30],
    [10, 86_400, 86_400],
  ])('of an interval of %d s under a service timeout of %d s is %d s', (interval, service, expected) => {
    expect(timeoutSeconds(interval, service)).toBe(expected);
  });

  it('is never shorter than what either side asks for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3600 }), fc.integer({ min: 1, max: 86_400 }), (interval, service) => {
        const timeout = timeoutSeconds(interval, service);
        expect(timeout).toBeGreaterThanOrEqual(service);
        expect(timeout).toBeGreaterThanOrEqual(3 * interval);
        expect([service, 3 * interval]).toContain(timeout);
      }),
    );
  });
});

describe('missedBeats', () => {
  it.each([
    [0, 10, 0],
    [9_999, 10, 0],
    [10_000, 10, 1],
    [19_999, 10, 1],
    [35_000, 10, 3],
    [3_600_000, 1, 3600],
    [-5_000, 10, 0],
  ])('%d ms after the last beat at an interval of %d s are %d', (silence, interval, expected) => {
    expect(missedBeats(at(0), interval, at(silence))).toBe(expected);
  });

  it('are none for an agent that never gave one', () => {
    expect(missedBeats(null, 10, at(1e9))).toBe(0);
  });

  it('are as many whole intervals as fit into the silence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3600 }), fc.nat(1e9), (interval, silence) => {
        const missed = missedBeats(at(0), interval, at(silence));
        expect(missed * interval * 1000).toBeLessThanOrEqual(silence);
        expect((missed + 1) * interval * 1000).toBeGreaterThan(silence);
      }),
    );
  });
});
