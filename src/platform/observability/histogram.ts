/** Upper bounds of the buckets in seconds: from a read by id to what a database that hangs may cost. */
export const DURATION_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Durations, counted by bucket. Counting one is two additions; whoever wants to know reads. */
export class Histogram {
  /** Of each bucket alone, in the order of {@link DURATION_BOUNDS}; the last one is for all that took longer. */
  readonly counts = Array.from({ length: DURATION_BOUNDS.length + 1 }, () => 0);
  /** Seconds. */
  sum = 0;

  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < DURATION_BOUNDS.length && seconds > DURATION_BOUNDS[bucket]!) bucket++;
    this.counts[bucket]!++;
    this.sum += seconds;
  }
}
