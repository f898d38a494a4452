/** The agents of one owner by their own interval: their number by seconds. */
export type Demand = ReadonlyMap<number, number>;

/** How slowly the agents of one owner beat, in seconds between two heartbeats; those with a longer interval of their own are not slowed. */
export interface OwnerIntervalScaling {
  /** The shortest time until the next heartbeat that any agent is asked to keep. 0: each keeps its own interval. */
  pause: number;
  /** The longest pause that some agent may still live by. */
  tolerance: number;
  /** Seconds for which that may be so. */
  toleranceFor: number;
  /** A shorter pause that some agent may still live by when that time is over; 0: there is none. */
  nextTolerance: number;
  /** Seconds from now for which that may be so. */
  nextToleranceFor: number;
}

/**
 * **How fast may agents beat?** All together at most `target` times a second. It is shared max-min fairly: an owner whose
 * agents need no more than an equal share is not slowed, and what is left over is divided equally among the others. An owner that gets less
 * than its agents need has the fastest of them beat more slowly, the slowest not at all. By owner, the pauses of those that are slowed.
 */
export function pausesOf(demands: ReadonlyMap<string, Demand>, target: number): Map<string, number> {
  const wishes = [...demands].map(([owner, demand]) => ({ owner, demand, wanted: rateWith(demand, 0) }));
  wishes.sort((a, b) => a.wanted - b.wanted);
  const pauses = new Map<string, number>();
  let left = target;
  for (const [n, { owner, demand, wanted }] of wishes.entries()) {
    const share = Math.min(wanted, left / (wishes.length - n));
    left -= share;
    if (share < wanted) pauses.set(owner, pauseFor(demand, share));
  }
  return pauses;
}

const NO_NEXT = { nextTolerance: 0, nextToleranceFor: 0 };

/**
 * The cadence of an owner after the next sweep. An agent keeps to the pause of the last answer that it got, so timeouts shrink only when
 * each of them must have had a newer answer: three of its pauses later. Undefined: the owner is not slowed, and no agent has been.
 */
export function nextCadence(pause: number, before: OwnerIntervalScaling | undefined): OwnerIntervalScaling | undefined {
  const toleranceFor = 3 * pause;
  if (before && pause < before.tolerance && before.toleranceFor > 0) {
    if (toleranceFor <= before.toleranceFor) return { ...before, pause };
    return {
      ...before,
      pause,
      nextTolerance: Math.max(pause, before.nextTolerance),
      nextToleranceFor: Math.max(toleranceFor, before.nextToleranceFor),
    };
  }
  if (before && before.nextTolerance > 0) {
    const { nextTolerance: tolerance, nextToleranceFor } = before;
    return nextCadence(pause, { ...before, tolerance, toleranceFor: nextToleranceFor, ...NO_NEXT });
  }
  return pause > 0 ? { pause, tolerance: pause, toleranceFor, ...NO_NEXT } : undefined;
}

/** Heartbeats a second when no agent beats again before the pause is over. */
function rateWith(demand: Demand, pause: number): number {
  let rate = 0;
  for (const [interval, agents] of demand) rate += agents / Math.max(interval, pause);
  return rate;
}

/** The pause with which the demand makes so many heartbeats a second. */
function pauseFor(demand: Demand, share: number): number {
  let slowed = 0;
  let others = rateWith(demand, 0);
  const byInterval = [...demand].sort(([a], [b]) => a - b);
  for (const [n, [interval, agents]] of byInterval.entries()) {
    slowed += agents;
    others -= agents / interval;
    const pause = slowed / (share - others);
    const next = byInterval[n + 1]?.[0] ?? Infinity;
    if (share > others && pause <= next) return pause;
  }
  return slowed / share;
}
