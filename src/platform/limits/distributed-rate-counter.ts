import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { RedisConnection } from '../cache/redis.connection';
import { RedisNamespace } from '../cache/redis-namespace';
import { Clock, type Timer } from '../common/clock';
import { FixedWindowCounter, type UnsyncedCount } from './fixed-window-counter';

export const WINDOW_MS = 10_000;
const SHARE_EVERY_MS = 200;
const MOST_KEYS = 1_000;

/**
 * How often clients have asked, of all replicas together: counted here, and shared through Redis five times a second. No
 * request waits for Redis; without it each replica counts for itself.
 */
@Injectable()
export class DistributedRateCounter implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly counts = new FixedWindowCounter(WINDOW_MS);
  private timer: Timer | undefined;
  private sharing: Promise<void> | undefined;

  constructor(
    private readonly redis: RedisConnection,
    private readonly namespace: RedisNamespace,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (this.redis.state() === 'off') return;
    this.timer = this.clock.every(
      SHARE_EVERY_MS,
      () => (this.sharing ??= this.share().finally(() => (this.sharing = undefined))),
    );
  }

  beforeApplicationShutdown(): void {
    this.timer?.cancel();
  }

  /** Counts one more request under this key. Gives how many there were in this window, and the seconds that are left of it. */
  count(key: string): { count: number; secondsLeft: number } {
    const { count, leftMs } = this.counts.add(key, this.clock.now().getTime());
    return { count, secondsLeft: Math.ceil(leftMs / 1000) };
  }

  private async share(): Promise<void> {
    const unsynced = this.counts.unsynced(MOST_KEYS, this.clock.now().getTime());
    if (unsynced.length === 0) return;
    await this.redis.attempt((client) =>
      Promise.all(
        unsynced.map(async (synced) => {
          const key = this.keyOf(synced);
          const [total] = await client
            .multi()
            .incrBy(key, synced.count)
            .pExpire(key, 2 * WINDOW_MS)
            .exec();
          this.counts.sync(synced, Number(total));
        }),
      ),
    );
  }

  private keyOf({ key, window }: UnsyncedCount): string {
    return this.namespace.nameOf(`rate:${window}:${key}`);
  }
}
