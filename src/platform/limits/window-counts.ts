import { LRUCache } from 'lru-cache';

/** Clients that are counted at once; beyond, who has been quiet for longest begins anew. */
const MOST_CLIENTS = 100_000;

interface Count {
  window: number;
  /** What all replicas together had counted when the store was last asked. */
  shared: number;
  /** What this replica has counted since. */
  untold: number;
}

/** What a store must be told of one key: so many more in this window. */
export interface Untold {
  key: string;
  window: number;
  count: number;
}

/**
 * Requests by key in windows of fixed length, which begin for all replicas at the same time of day. This replica's own count
 * is exact; that of the others is as old as the last {@link learn}.
 */
export class WindowCounts {
  private readonly counts = new LRUCache<string, Count>({ max: MOST_CLIENTS });

  constructor(private readonly windowMs: number) {}

  /** Counts one more request. Gives how many there have been in this window, and the milliseconds that are left of it. */
  add(key: string, now: number): { count: number; leftMs: number } {
    const window = Math.floor(now / this.windowMs);
    let count = this.counts.get(key);
    if (count?.window !== window) {
      count = { window, shared: 0, untold: 0 };
      this.counts.set(key, count);
    }
    count.untold++;
    return { count: count.shared + count.untold, leftMs: (window + 1) * this.windowMs - now };
  }

  /** How many there have been in this window. */
  countOf(key: string, now: number): number {
    const count = this.counts.peek(key);
    return count?.window === Math.floor(now / this.windowMs) ? count.shared + count.untold : 0;
  }

  /** What has been counted and not told yet, of at most so many keys. It stays until {@link learn}ed. */
  untold(most: number, now: number): Untold[] {
    const window = Math.floor(now / this.windowMs);
    const found: Untold[] = [];
    for (const [key, count] of this.counts.entries()) {
      if (count.window === window && count.untold > 0) found.push({ key, window, count: count.untold });
      if (found.length === most) break;
    }
    return found;
  }

  /** Says what the store made of it: the total of all replicas. */
  learn({ key, window, count: told }: Untold, total: number): void {
    const count = this.counts.peek(key);
    if (count?.window !== window) return;
    count.shared = total;
    count.untold -= told;
  }
}
