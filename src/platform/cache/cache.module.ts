import { CacheModule } from '@nestjs/cache-manager';
import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
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

/**
 * What replicas remember, and how they tell each other that it no longer holds. Global because Nest stops global modules after
 * all others, and only those: the order of the rest does not follow their imports.
 */
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
export class RegistryCacheModule implements OnApplicationShutdown {
  constructor(
    private readonly bus: InvalidationBus,
    private readonly redis: RedisConnection,
  ) {}

  /** After the modules that use it: what they change while they stop is still told. */
  async onApplicationShutdown(): Promise<void> {
    await this.bus.close();
    this.redis.close();
  }
}
