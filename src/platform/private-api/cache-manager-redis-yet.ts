import type { redisInsStore, RedisStore } from 'cache-manager-redis-yet';
import type { createClient } from 'redis';

type StoreClient = Parameters<typeof redisInsStore>[0];

/**
 * What is used of `cache-manager-redis-yet` 5 that its types do not allow: a client of `redis` 4 without modules and scripts.
 * It is loaded when it is needed first.
 */
export function redisStoreOf(client: ReturnType<typeof createClient>): RedisStore {
  const { redisInsStore: storeOf } = require('cache-manager-redis-yet') as typeof import('cache-manager-redis-yet');
  return storeOf(client as unknown as StoreClient);
}
