import { nextCadence } from './cadence-rule';

describe('nextCadence', () => {
  const calm = { stretch: 1, tolerance: 1, toleranceFor: 0 };

  it.each([
    [0, 1],
    [20_000, 1],
    [20_001, 1.00005],
    [50_000, 2.5],
  ])('for %d wanted beats a second stretches by %d', (wanted, stretch) => {
    expect(nextCadence(wanted, 20_000, 10, calm).stretch).toBeCloseTo(stretch, 5);
  });

  it('tolerates at once what it tells agents', () => {
    expect(nextCadence(50_000, 20_000, 10, calm)).toEqual({ stretch: 2.5, tolerance: 2.5, toleranceFor: 75 });
  });

  it('keeps tolerating what it told them while they may still live by it', () => {
    const stretched = { stretch: 2.5, tolerance: 2.5, toleranceFor: 40 };
    expect(nextCadence(10_000, 20_000, 10, stretched)).toEqual({ stretch: 1, tolerance: 2.5, toleranceFor: 40 });
    expect(nextCadence(10_000, 20_000, 10, { ...stretched, toleranceFor: 0 })).toEqual({
      stretch: 1,
      tolerance: 1,
      toleranceFor: 30,
    });
  });
});
