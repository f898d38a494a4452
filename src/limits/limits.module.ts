import { Module, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { ThrottlerModule, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { Configuration } from '../config/configuration';
import { BUDGET, type Budget } from './budget';
import { RateLimitGuard } from './rate-limit.guard';
import { SharedRates, WINDOW_MS } from './shared-rates';

@Module({ providers: [SharedRates], exports: [SharedRates] })
class RatesModule {}

/** How often one client may ask. Off until it is configured. */
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      imports: [RatesModule],
      inject: [SharedRates, Configuration, Reflector],
      useFactory: throttlers,
    }),
  ],
  providers: [{ provide: APP_GUARD, useClass: RateLimitGuard }],
})
export class LimitsModule {}

function throttlers(
  storage: SharedRates,
  { RATE_LIMIT_REQUESTS_PER_SECOND, RATE_LIMIT_HEARTBEATS_PER_SECOND }: Configuration,
  reflector: Reflector,
): ThrottlerModuleOptions {
  const perSecond: [Budget, number][] = [
    ['requests', RATE_LIMIT_REQUESTS_PER_SECOND],
    ['heartbeats', RATE_LIMIT_HEARTBEATS_PER_SECOND],
  ];
  const drawsOn = (context: ExecutionContext): Budget =>
    reflector.getAllAndOverride<Budget | undefined>(BUDGET, [context.getHandler(), context.getClass()]) ?? 'requests';
  return {
    storage,
    setHeaders: false,
    throttlers: perSecond.map(([name, rate]) => ({
      name,
      ttl: WINDOW_MS,
      limit: (rate * WINDOW_MS) / 1000,
      skipIf: (context) => rate === 0 || drawsOn(context) !== name,
    })),
  };
}
