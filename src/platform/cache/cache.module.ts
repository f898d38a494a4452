import { CacheModule } from '@nestjs/cache-manager';
import { Global, Module } from '@nestjs/common';
import { Lifecycle } from '../runtime/lifecycle';
import { Clock } from '../common/clock';
import { ClusterModule } from '../cluster/cluster.module';
import { memoryTier, redisTier } from './cache.stores';
import { ChangeEpoch } from './change-epoch';
import { InvalidationBus } from './invalidation-bus';
import { RedisConnection } from './redis.connection';
import { RedisNamespace } from './redis-namespace';
import { DatabaseTimeline } from '../database/database-timeline';
import { SharedAnswers } from './shared-answers';
import { TieredCache } from './tiered-cache';
import { CacheMetrics } from './cache.metrics';
import { RedisIndicator } from './redis.indicator';

@Module({
  providers: [
    RedisConnection,
    {
      provide: RedisNamespace,
      inject: [DatabaseTimeline],
      useFactory: (timeline: DatabaseTimeline) => RedisNamespace.of(timeline),
    },
  ],
  exports: [RedisConnection, RedisNamespace],
})
class RedisModule {}

/** What replicas remember, and how they notify each other that it no longer holds. */
@Global()
@Module({
  imports: [
    ClusterModule,
    RedisModule,
    CacheModule.registerAsync({
      imports: [RedisModule],
      inject: [RedisConnection, RedisNamespace, Clock],
      useFactory: (redis: RedisConnection, namespace: RedisNamespace, clock: Clock) => ({
        stores: redis.state() === 'off' ? [memoryTier(clock)] : [memoryTier(clock), redisTier(redis, namespace, clock)],
      }),
    }),
  ],
  providers: [CacheMetrics, ChangeEpoch, InvalidationBus, RedisIndicator, SharedAnswers, TieredCache],
  exports: [ChangeEpoch, InvalidationBus, RedisModule, SharedAnswers, TieredCache],
})
export class RegistryCacheModule {
  constructor(lifecycle: Lifecycle, bus: InvalidationBus, redis: RedisConnection) {
    lifecycle.onStop('connections', 'cache', async () => {
      await bus.close();
      redis.close();
    });
  }
}
