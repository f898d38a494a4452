import { nextCadence, pausesOf, type Demand, type OwnerIntervalScaling } from './interval-scaling-rule';

const demand = (...agents: [number: number, interval: number][]): Demand =>
  new Map(agents.map(([number, interval]) => [interval, number]));

describe('pausesOf', () => {
  const TARGET = 20;

  it.each<[what: string, demands: Record<string, Demand>, pauses: Record<string, number>]>([
    ['no owner is slowed below the target', { a: demand([100, 10]), b: demand([50, 5]) }, {}],
    ['nor at it', { a: demand([100, 10], [10, 1]) }, {}],
    ['a fleet that needs twice the target', { a: demand([400, 10]) }, { a: 20 }],
    ['an owner that needs little is not slowed', { a: demand([1, 2]), b: demand([200, 1]) }, { b: 200 / 19.5 }],
    [
      'what one leaves goes to the others alike',
      { a: demand([8, 2]), b: demand([100, 1]), c: demand([40, 1]) },
      { b: 12.5, c: 5 },
    ],
    ['two that need too much', { a: demand([100, 1]), b: demand([1000, 1]) }, { a: 10, b: 100 }],
    ['agents that beat rarely are not slowed', { a: demand([40, 1], [36_000, 3600]) }, { a: 4 }],
    ['the next faster ones are when that does not suffice', { a: demand([10, 1], [100, 5]) }, { a: 5.5 }],
    ['in whatever order the intervals are given', { a: demand([10, 10], [30, 1]) }, { a: 30 / 19 }],
    ['those with long intervals are when they alone are too many', { a: demand([10, 1], [100, 2]) }, { a: 5.5 }],
    ['no owners', {}, {}],
  ])('%s', (_what, demands, pauses) => {
    const found = pausesOf(new Map(Object.entries(demands)), TARGET);
    expect([...found.keys()].sort()).toEqual(Object.keys(pauses).sort());
    for (const [owner, pause] of Object.entries(pauses)) expect(found.get(owner)).toBeCloseTo(pause, 6);
  });

  it('lets all together beat at the rate of the target', () => {
    const demands = { a: demand([7, 3], [100, 2]), b: demand([500, 1], [3, 60]), c: demand([2, 5]) };
    const pauses = pausesOf(new Map(Object.entries(demands)), TARGET);
    const rate = Object.entries(demands).flatMap(([owner, each]) =>
      [...each].map(([interval, agents]) => agents / Math.max(interval, pauses.get(owner) ?? 0)),
    );
    expect(rate.reduce((sum, one) => sum + one)).toBeCloseTo(TARGET, 6);
  });
});

const later = (cadence: OwnerIntervalScaling, seconds: number): OwnerIntervalScaling => ({
  ...cadence,
  toleranceFor: cadence.toleranceFor - seconds,
  nextToleranceFor: cadence.nextToleranceFor - seconds,
});

describe('nextCadence', () => {
  const NO_NEXT = { nextTolerance: 0, nextToleranceFor: 0 };
  const slowed = { pause: 20, tolerance: 20, toleranceFor: 60, ...NO_NEXT };
  const over = { ...slowed, toleranceFor: -1 };

  it.each<
    [what: string, pause: number, before: OwnerIntervalScaling | undefined, after: OwnerIntervalScaling | undefined]
  >([
    ['not slowed', 0, undefined, undefined],
    ['slowed', 20, undefined, slowed],
    ['slowed more', 30, slowed, { pause: 30, tolerance: 30, toleranceFor: 90, ...NO_NEXT }],
    ['as before', 20, { ...slowed, toleranceFor: 7 }, slowed],
    [
      'slowed less: some agents may still keep to the longer pause',
      10,
      { ...slowed, toleranceFor: 37 },
      { ...slowed, pause: 10, toleranceFor: 37 },
    ],
    [
      'slowed less, and for longer than the tolerance',
      10,
      { ...slowed, toleranceFor: 7 },
      { pause: 10, tolerance: 20, toleranceFor: 7, nextTolerance: 10, nextToleranceFor: 30 },
    ],
    [
      'slowed less, and for as long as the tolerance',
      10,
      { ...slowed, toleranceFor: 30 },
      { ...slowed, pause: 10, toleranceFor: 30 },
    ],
    [
      'slowed less, at the moment at which the tolerance ends',
      10,
      { ...slowed, toleranceFor: 0 },
      { pause: 10, tolerance: 10, toleranceFor: 30, ...NO_NEXT },
    ],
    [
      'slowed still less',
      5,
      { pause: 10, tolerance: 20, toleranceFor: 4, nextTolerance: 10, nextToleranceFor: 27 },
      { pause: 5, tolerance: 20, toleranceFor: 4, nextTolerance: 10, nextToleranceFor: 27 },
    ],
    [
      'slowed less, and no agent keeps to the longer pause',
      10,
      over,
      { pause: 10, tolerance: 10, toleranceFor: 30, ...NO_NEXT },
    ],
    [
      'not any more: some agents may still keep to the pause',
      0,
      { ...slowed, toleranceFor: 7 },
      { ...slowed, pause: 0, toleranceFor: 7 },
    ],
    ['not any more, and no agent keeps to the pause', 0, over, undefined],
    [
      'not any more, and some agents may have been given a shorter pause meanwhile',
      0,
      { ...over, nextTolerance: 10, nextToleranceFor: 22 },
      { pause: 0, tolerance: 10, toleranceFor: 22, ...NO_NEXT },
    ],
    [
      'not any more, and no agent keeps to either pause',
      0,
      { ...over, nextTolerance: 10, nextToleranceFor: -1 },
      undefined,
    ],
    [
      'slowed more again',
      30,
      { ...over, nextTolerance: 10, nextToleranceFor: 22 },
      { pause: 30, tolerance: 30, toleranceFor: 90, ...NO_NEXT },
    ],
  ])('%s', (_what, pause, before, after) => {
    expect(nextCadence(pause, before)).toEqual(after);
  });

  it('tolerates the pauses of the sweeps before, however they change, and ends to tolerate them', () => {
    const SWEEP = 5;
    const pauses = [
      100,
      120,
      120,
      40,
      40,
      100,
      ...Array<number>(60).fill(60),
      100,
      0,
      0,
      20,
      ...Array<number>(200).fill(0),
    ];
    let cadence: OwnerIntervalScaling | undefined;
    let dueLatest = -Infinity;
    let longest = 0;
    for (const [sweep, pause] of pauses.entries()) {
      const now = sweep * SWEEP;
      cadence = nextCadence(pause, cadence && later(cadence, SWEEP));
      // Told at any moment until the next sweep; before that beat, the agent may be silent for so long.
      if (now + SWEEP + pause >= dueLatest) [dueLatest, longest] = [now + SWEEP + pause, pause];
      const told = now < dueLatest ? longest : 0;
      expect(cadence?.tolerance ?? 0).toBeGreaterThanOrEqual(told);
    }
    expect(cadence).toBeUndefined();
  });
});
