import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { budgetOf, type Budget } from './budget';
import { RateLimitGuard } from './rate-limit.guard';
import { RateLimits } from './rate-limits';
import { SharedRates, WINDOW_MS } from './shared-rates';

@Module({ providers: [RateLimits, SharedRates], exports: [RateLimits, SharedRates] })
class RatesModule {}

/** How often one client may ask. Off until it is configured. */
@Module({
  imports: [
    RatesModule,
    ThrottlerModule.forRootAsync({ imports: [RatesModule], inject: [RateLimits, SharedRates], useFactory: throttlers }),
  ],
  providers: [{ provide: APP_GUARD, useClass: RateLimitGuard }],
  exports: [RatesModule],
})
export class LimitsModule {}

/** One throttler a budget; each draws on one, and {@link RateLimits} knows how much there is. */
function throttlers(limits: RateLimits, storage: SharedRates): ThrottlerModuleOptions {
  const budgets: Budget[] = ['requests', 'heartbeats'];
  return {
    storage,
    throttlers: budgets.map((name) => ({
      name,
      ttl: WINDOW_MS,
      limit: 0,
      skipIf: (context) => !limits.isLimited(name) || budgetOf(context.getHandler(), context.getClass()) !== name,
    })),
  };
}
