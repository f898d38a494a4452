import { Cache } from '@nestjs/cache-manager';
import { Injectable } from '@nestjs/common';
import type { Keyv } from 'keyv';
import { Clock } from '../common/clock';
import type { MemoryStore } from './cache.stores';
import { NAMESPACE } from './namespace';
import { keyInStore } from '../private-api/keyv';
import { InvalidationBus } from './invalidation-bus';
import { TTL_MS } from './namespace';

/** How a value is kept in Redis. */
export interface SharedTier<T> {
  /** Its key there; undefined: not this time. Asked before the value is loaded. */
  key(): Promise<string | undefined>;
  /** Whether this, which anybody may have written, is such a value. */
  accepts(value: unknown): value is T;
}

export interface TierRequests {
  hit: number;
  miss: number;
  error: number;
}

/** A value that is being loaded. One that is not in the map any more when it arrives is not remembered. */
interface Load {
  began: number;
  answer: Promise<unknown>;
}

/**
 * Remembers what was loaded, in this process and, where a {@link SharedTier} is given, in Redis, for two seconds at most since
 * it was asked for. Values are shared between callers: nobody changes them. The cache decides nothing and fails nobody: what
 * it cannot tell is loaded.
 */
@Injectable()
export class TieredCache {
  /** Since the start of this process. */
  readonly requests: Record<'memory' | 'redis', TierRequests> = {
    memory: { hit: 0, miss: 0, error: 0 },
    redis: { hit: 0, miss: 0, error: 0 },
  };
  private readonly loads = new Map<string, Load>();
  private readonly memory: Keyv;
  private readonly held: MemoryStore;
  private readonly redis: Keyv | undefined;

  constructor(
    cache: Cache,
    private readonly bus: InvalidationBus,
    private readonly clock: Clock,
  ) {
    const [memory, redis] = cache.stores;
    this.memory = memory!;
    this.held = this.memory.store as MemoryStore;
    this.redis = redis;
    bus.onLoss(() => this.clear());
  }

  /**
   * The value under the key, loaded if need be: by one call of `load` for all who ask meanwhile. Its error reaches all of them
   * and is not remembered. What is held in this process is there at once.
   */
  getOrLoad<T>(key: string, load: () => Promise<T>, shared?: SharedTier<T>): T | Promise<T> {
    const held = this.recall(key);
    if (held !== undefined) return held as T;
    const underWay = this.loads.get(key);
    // A load that takes too long is not waited for by others: they would get what was so before they asked.
    if (underWay && this.clock.monotonicMs() - underWay.began < TTL_MS) return underWay.answer as Promise<T>;
    const own: Load = { began: this.clock.monotonicMs(), answer: Promise.resolve() };
    const answer = this.answer(key, own, load, shared).finally(() => {
      if (this.loads.get(key) === own) this.loads.delete(key);
    });
    own.answer = answer;
    this.loads.set(key, own);
    return answer;
  }

  /** Forgets the value in this process, and what is being loaded: whoever asks from now on gets it anew. */
  forget(key: string): void {
    this.loads.delete(key);
    this.held.delete(keyInStore(NAMESPACE, key));
  }

  private clear(): void {
    this.loads.clear();
    void this.memory.clear();
  }

  /** Without the news of other replicas nothing in memory is good. */
  private recall(key: string): unknown {
    if (!this.bus.isListening()) return undefined;
    const held = this.held.get(keyInStore(NAMESPACE, key));
    this.requests.memory[held ? 'hit' : 'miss']++;
    return held?.value;
  }

  private async answer<T>(key: string, own: Load, load: () => Promise<T>, shared?: SharedTier<T>): Promise<T> {
    const sharedKey = this.redis && (await shared?.key());
    const found = sharedKey === undefined ? undefined : await this.fetch<T>(sharedKey, shared!);
    if (found) {
      await this.keep(key, own, found.value, found.left);
      return found.value;
    }
    const asked = this.clock.monotonicMs();
    const value = await load();
    const left = TTL_MS - (this.clock.monotonicMs() - asked);
    if (left <= 0) return value;
    if (sharedKey !== undefined) void this.share(sharedKey, value, left);
    await this.keep(key, own, value, left);
    return value;
  }

  private async keep(key: string, own: Load, value: unknown, left: number): Promise<void> {
    const isCurrent = (): boolean => this.loads.get(key) === own && this.bus.isListening();
    if (!isCurrent()) return;
    await this.memory.set(key, value, left);
    if (!isCurrent()) await this.memory.delete(key); // forgotten while it was being put there
  }

  private async fetch<T>(key: string, shared: SharedTier<T>): Promise<{ value: T; left: number } | undefined> {
    const requests = this.requests.redis;
    try {
      const stored = await this.redis!.get<unknown>(key, { raw: true });
      const left = Math.min((stored?.expires ?? 0) - this.clock.now().getTime(), TTL_MS);
      const isHit = left > 0 && shared.accepts(stored?.value);
      requests[isHit ? 'hit' : 'miss']++;
      return isHit ? { value: stored!.value as T, left } : undefined;
    } catch {
      requests.error++;
      return undefined;
    }
  }

  /** Nobody waits for it. */
  private async share(key: string, value: unknown, left: number): Promise<void> {
    try {
      await this.redis!.set(key, value, left);
    } catch {
      this.requests.redis.error++;
    }
  }
}
