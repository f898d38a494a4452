import { CacheModule } from '@nestjs/cache-manager';
import { Global, Module } from '@nestjs/common';
import { Lifecycle } from '../runtime/lifecycle';
import { Clock } from '../common/clock';
import { ClusterModule } from '../cluster/cluster.module';
import { memoryTier, redisTier } from './cache.stores';
import { ChangeEpoch } from './change-epoch';
import { InvalidationBus } from './invalidation-bus';
import { RedisConnection } from './redis.connection';
import { SharedAnswers } from './shared-answers';
import { TieredCache } from './tiered-cache';
import { CacheMetrics } from './cache.metrics';
import { RedisIndicator } from './redis.indicator';

@Module({ providers: [RedisConnection], exports: [RedisConnection] })
class RedisModule {}

/** What replicas remember, and how they notify each other that it no longer holds. */
@Global()
@Module({
  imports: [
    ClusterModule,
    RedisModule,
    CacheModule.registerAsync({
      imports: [RedisModule],
      inject: [RedisConnection, Clock],
      useFactory: (redis: RedisConnection, clock: Clock) => ({
        stores: redis.state() === 'off' ? [memoryTier(clock)] : [memoryTier(clock), redisTier(redis, clock)],
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
