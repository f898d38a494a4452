import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { TTL_MS } from './namespace';
import { RedisConnection, type RedisClient } from './redis.connection';
import { RedisNamespace } from './redis-namespace';

/**
 * A number in Redis that every committed change of agents raises. What is kept there under a key that contains it is not read
 * any more after a change, whoever writes it, and however late.
 */
@Injectable()
export class ChangeEpoch {
  /** Changes of this replica, and how many of them Redis has been told of. */
  private changes = 0;
  private told = 0;
  private lastChangeAt = Number.NEGATIVE_INFINITY;
  private readonly key: string;

  constructor(
    private readonly redis: RedisConnection,
    namespace: RedisNamespace,
    private readonly clock: Clock,
  ) {
    this.key = namespace.nameOf('epoch');
  }

  /** Undefined while Redis cannot be asked, or may hold what a change of this replica has made wrong. */
  async current(): Promise<string | undefined> {
    if (this.isBehind()) return undefined;
    const epoch = await this.redis.attempt(async (client) => (await client.get(this.key)) ?? '0');
    return this.isBehind() ? undefined : epoch;
  }

  /** Says that a change has been committed; a call of {@link raise} follows. */
  hasChanged(): void {
    this.changes++;
    this.lastChangeAt = this.clock.monotonicMs();
  }

  /** Raises the epoch for all changes so far. What the client is sent meanwhile arrives after it. */
  async raise(client: RedisClient): Promise<void> {
    const { changes } = this;
    await client.incr(this.key);
    this.told = Math.max(this.told, changes);
  }

  /** A change that Redis could not be told of matters for as long as anything lives there. */
  private isBehind(): boolean {
    return this.told < this.changes && this.clock.monotonicMs() - this.lastChangeAt <= TTL_MS;
  }
}
