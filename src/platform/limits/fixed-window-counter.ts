import { LRUCache } from 'lru-cache';

/** Clients that are counted at once; beyond, who has been quiet for longest begins anew. */
const MOST_CLIENTS = 100_000;

interface Count {
  window: number;
  /** What all replicas together had counted when the store was last asked. */
  shared: number;
  /** What this replica has counted since. */
  unsynced: number;
}

/** What a store must be told of one key: so many more in this window. */
export interface UnsyncedCount {
  key: string;
  window: number;
  count: number;
}

/**
 * Requests by key in windows of fixed length, which begin for all replicas at the same time of day. This replica's own count
 * is exact; that of the others is as old as the last {@link sync}.
 */
export class FixedWindowCounter {
  private readonly counts = new LRUCache<string, Count>({ max: MOST_CLIENTS });

  constructor(private readonly windowMs: number) {}

  /** Counts one more request. Gives how many there have been in this window, and the milliseconds that are left of it. */
  add(key: string, now: number): { count: number; leftMs: number } {
    const window = Math.floor(now / this.windowMs);
    let count = this.counts.get(key);
    if (count?.window !== window) {
      count = { window, shared: 0, unsynced: 0 };
      this.counts.set(key, count);
    }
    count.unsynced++;
    return { count: count.shared + count.unsynced, leftMs: (window + 1) * this.windowMs - now };
  }

  /** How many there have been in this window. */
  countOf(key: string, now: number): number {
    const count = this.counts.peek(key);
    return count?.window === Math.floor(now / this.windowMs) ? count.shared + count.unsynced : 0;
  }

  /** What has been counted and not told yet, of at most so many keys. It stays until {@link sync}ed. */
  unsynced(most: number, now: number): UnsyncedCount[] {
    const window = Math.floor(now / this.windowMs);
    const found: UnsyncedCount[] = [];
    for (const [key, count] of this.counts.entries()) {
      if (count.window === window && count.unsynced > 0) found.push({ key, window, count: count.unsynced });
      if (found.length === most) break;
    }
    return found;
  }

  /** Says what the store made of it: the total of all replicas. */
  sync({ key, window, count: synced }: UnsyncedCount, total: number): void {
    const count = this.counts.peek(key);
    if (count?.window !== window) return;
    count.shared = total;
    count.unsynced -= synced;
  }
}
