/**
 * Values by id, each kept until a change of its subject is heard of; the least recently set are dropped first. A change made here evicts the
 * value. One made elsewhere leaves it as stale: the owner of the map asks the source, and may fall back on it while the source is away.
 */
export class InvalidatedMap<Value> {
  private readonly values = new Map<string, Value>();
  /** A subset of the keys of {@link values}. */
  private readonly stale = new Set<string>();
  private readonly trackers = new Set<Set<string>>();

  /** `onEvict` gets each value that leaves the map. */
  constructor(
    private readonly capacity: number,
    private readonly onEvict?: (value: Value) => void,
  ) {}

  get isFull(): boolean {
    return this.values.size >= this.capacity;
  }

  /** The value, stale or not. */
  get(id: string): Value | undefined {
    return this.values.get(id);
  }

  isStale(id: string): boolean {
    return this.stale.has(id);
  }

  /** Replaces the value. The new one is not stale. */
  set(id: string, value: Value): void {
    this.evict(id);
    this.values.set(id, value);
    if (this.values.size > this.capacity) this.evict(this.values.keys().next().value!);
  }

  evict(id: string): void {
    const value = this.values.get(id);
    if (value === undefined) return;
    this.values.delete(id);
    this.stale.delete(id);
    this.onEvict?.(value);
  }

  /** Evicts the value of what has changed in this process. */
  change(id: string): void {
    this.evict(id);
    for (const changed of this.trackers) changed.add(id);
  }

  /** Marks as stale what has changed elsewhere. */
  invalidate(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.values.has(id)) this.stale.add(id);
      for (const changed of this.trackers) changed.add(id);
    }
  }

  /**
   * Starts to record the ids that change. Call it before a query, and what it returns after the query, failed or not: results for those ids
   * may be older than the change and must not be set.
   */
  track(): () => ReadonlySet<string> {
    const changed = new Set<string>();
    this.trackers.add(changed);
    return () => {
      this.trackers.delete(changed);
      return changed;
    };
  }

  /**
   * Asks the source, and has `use` set what it gave in the same turn in which recording ends: no change is missed between the two. `use`
   * also gets the ids that have changed meanwhile, see {@link track}.
   */
  async during<Found>(
    ask: () => Promise<Found>,
    use: (found: Found, changed: ReadonlySet<string>) => void,
  ): Promise<Found> {
    const end = this.track();
    try {
      const found = await ask();
      use(found, end());
      return found;
    } finally {
      end();
    }
  }
}
