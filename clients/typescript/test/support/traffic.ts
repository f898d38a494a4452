/** A request that was sent: when (`performance.now()`), and what. */
export interface Sent {
  at: number;
  method: string;
  path: string;
}

/** The requests of a client, which sends them through {@link Traffic.fetch}. */
export class Traffic {
  readonly sent: Sent[] = [];

  /** The real one, which notes what passes. */
  readonly fetch: typeof fetch = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    this.sent.push({ at: performance.now(), method: init?.method ?? 'GET', path: pathname });
    return fetch(input, init);
  };

  /** How many went to such paths. */
  count(path: RegExp): number {
    return this.sent.filter((each) => path.test(each.path)).length;
  }

  /** How many were sent in each bucket of so many milliseconds from then on. */
  histogram(from: number, buckets: number, bucketMs: number): number[] {
    const counts = Array.from({ length: buckets }, () => 0);
    for (const { at } of this.sent) {
      const bucket = Math.floor((at - from) / bucketMs);
      if (bucket >= 0 && bucket < buckets) counts[bucket]!++;
    }
    return counts;
  }
}
