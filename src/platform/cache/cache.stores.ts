import { KeyvAdapter, type CacheManagerStore } from 'cache-manager';
import type { RedisStore } from 'cache-manager-redis-yet';
import { Keyv } from 'keyv';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../common/clock';
import { redisStoreOf } from '../private-api/cache-manager-redis-yet';
import { NAMESPACE } from './namespace';
import type { RedisClient, RedisConnection } from './redis.connection';
import type { RedisNamespace } from './redis-namespace';

const MOST_ENTRIES = 50_000;
/** Of all entries together, written as JSON. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

/** Keyv encodes what it stores; here one tier keeps values as they are and the other does it itself. */
const PLAIN = { serialize: undefined, deserialize: undefined };

/** What Keyv keeps under a key. `expires` is a time of day in milliseconds. */
interface Stored {
  value: unknown;
  expires: number;
}

/** The store of the tier in this process, for those who cannot wait for Keyv: its keys are those of `keyInStore`. */
export interface MemoryStore {
  get(key: string): Stored | undefined;
  delete(key: string): boolean;
}

/** The tier in this process: bounded, the least recently used entries leave first. Values are shared, not copied. */
export function memoryTier(clock: Clock): Keyv {
  const entries = new LRUCache<string, Stored>({
    max: MOST_ENTRIES,
    perf: { now: () => clock.monotonicMs() },
    ttlResolution: 0,
    maxSize: MOST_CHARACTERS,
    sizeCalculation: (stored, key) => key.length + JSON.stringify(stored).length,
  });
  const store = {
    opts: {},
    get: (key: string) => entries.get(key),
    // The cache's own expiry goes by a clock that nobody sets.
    set: (key: string, stored: Stored, ttl: number) => void entries.set(key, stored, { ttl }),
    delete: (key: string) => entries.delete(key),
    clear: () => entries.clear(),
    on: () => store,
  };
  return new Keyv({ ...PLAIN, namespace: NAMESPACE, store });
}

/** The tier in Redis. Its methods throw when Redis does not answer in time or not as it should. */
export function redisTier(redis: RedisConnection, namespace: RedisNamespace, clock: Clock): Keyv {
  const store = new KeyvAdapter(guardedStore(redis, namespace, clock));
  const keyv = new Keyv({ ...PLAIN, namespace: namespace.prefix, store, throwOnErrors: true });
  keyv.on('error', () => undefined); // it is thrown as well
  return keyv;
}

/** The store of cache-manager-redis-yet, each of its calls under the deadline of the connection. */
function guardedStore(redis: RedisConnection, namespace: RedisNamespace, clock: Clock): CacheManagerStore {
  let current: { client: RedisClient; store: RedisStore } | undefined;
  const ask = async <T>(work: (store: RedisStore, client: RedisClient) => Promise<T>): Promise<T> => {
    const answer = await redis.attempt(async (client) => {
      if (current?.client !== client) current = { client, store: redisStoreOf(client) };
      return { value: await work(current.store, client) };
    });
    if (!answer) throw new Error('Redis has not answered');
    return answer.value;
  };
  return {
    name: 'redis',
    get: (key) =>
      ask(async (store) => {
        const [stored, left] = await Promise.all([store.get<unknown>(key), store.ttl(key)]);
        if (!isStored(stored)) return undefined;
        // Redis's expiry alone would trust a write that a hanging Redis carried out late; the writer's alone, the writer's clock.
        return { ...stored, expires: Math.min(stored.expires, clock.now().getTime() + left) };
      }),
    set: (key, stored, ttl = 1) => {
      const expires = clock.now().getTime() + ttl; // in place of Keyv's own, by the clock of whoever reads it
      return ask((store) => store.set(key, { ...(stored as Stored), expires }, Math.max(1, Math.floor(ttl))));
    },
    del: (key) => ask((store) => store.del(key)),
    mget: (...keys) => ask((store) => store.mget(...keys)),
    mset: (entries, ttl) => ask((store) => store.mset(Object.entries(entries), ttl)),
    mdel: (...keys) => ask((store) => store.mdel(...keys)),
    ttl: (key) => ask((store) => store.ttl(key)),
    keys: () => ask((store) => store.keys(namespace.nameOf('*'))),
    // The original empties the whole database, whoever else keeps things there.
    reset: () =>
      ask(async (_, client) => {
        for await (const key of client.scanIterator({ MATCH: namespace.nameOf('*'), COUNT: 500 }))
          await client.unlink(key);
      }),
  };
}

function isStored(stored: unknown): stored is Stored {
  return (
    typeof stored === 'object' && stored !== null && 'value' in stored && Number.isFinite((stored as Stored).expires)
  );
}
