import type { DiscoveryService } from '@nestjs/core';
import { GateGuard } from '../gate/gate.guard';
import { HttpResponseInterceptor } from '../http/http-response';
import { rejectReservedIds, rejectUnexpectedQuery } from '../validation/http-input';
import { ProblemFilter } from '../validation/problem.filter';

/**
 * Whether the lane does what a global guard, pipe, interceptor or filter does. What stands here is applied to hot routes in
 * `hot-lane.ts`, or the lane leaves the requests that it is about to Express.
 */
function isApplied(enhancer: object): boolean {
  if (enhancer instanceof GateGuard || enhancer instanceof HttpResponseInterceptor || enhancer instanceof ProblemFilter)
    return true;
  const { canActivate } = enhancer as { canActivate?: unknown };
  return canActivate === rejectReservedIds || canActivate === rejectUnexpectedQuery;
}

/**
 * Looks at what modules have registered under `APP_GUARD`, `APP_PIPE`, `APP_INTERCEPTOR` and `APP_FILTER`.
 * @throws Error naming those that hot routes would be answered without
 */
export function requireAppliedEnhancers(discovery: DiscoveryService): void {
  const ignored = discovery
    .getProviders()
    .filter(({ subtype, instance }) => subtype !== undefined && !isApplied(instance as object))
    .map(
      ({ subtype, instance, host }) =>
        `${subtype} ${(instance as object).constructor.name} of ${host?.name ?? 'a module'}`,
    );
  if (ignored.length === 0) return;
  throw new Error(
    `The hot lane does not apply the global ${ignored.join(', ')}: see src/platform/lane/global-enhancers.ts`,
  );
}
