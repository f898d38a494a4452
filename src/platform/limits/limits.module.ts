import { Module } from '@nestjs/common';
import { FailedAuthentications } from './failed-authentications';
import { RateLimits } from './rate-limits';
import { DistributedRateCounter } from './distributed-rate-counter';

/** How often one client may ask. */
@Module({
  providers: [FailedAuthentications, RateLimits, DistributedRateCounter],
  exports: [FailedAuthentications, RateLimits],
})
export class LimitsModule {}
