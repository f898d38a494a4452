import { Module } from '@nestjs/common';
import { RateLimits } from './rate-limits';
import { SharedRates } from './shared-rates';

/** How often one client may ask. */
@Module({ providers: [RateLimits, SharedRates], exports: [RateLimits] })
export class LimitsModule {}
