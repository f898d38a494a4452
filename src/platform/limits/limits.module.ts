import { Module } from '@nestjs/common';
import { FailedAuthentications } from './failed-authentications';
import { RateLimits } from './rate-limits';
import { SharedRates } from './shared-rates';

/** How often one client may ask. */
@Module({ providers: [FailedAuthentications, RateLimits, SharedRates], exports: [FailedAuthentications, RateLimits] })
export class LimitsModule {}
