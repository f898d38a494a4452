import { Injectable } from '@nestjs/common';
import type { Principal } from '../access/principal';
import { DomainError } from '../validation/domain-error';
import { Configuration } from '../config/configuration';
import type { Budget } from './budget';
import { SharedRates, WINDOW_MS } from './shared-rates';

/** The one place that decides whether a client has asked too often, whatever way a request came in. Waits for nobody. */
@Injectable()
export class RateLimits {
  /** Requests in a window; 0: any number. */
  private readonly limits: Record<Budget, number>;

  constructor(
    private readonly rates: SharedRates,
    { RATE_LIMIT_REQUESTS_PER_SECOND, RATE_LIMIT_HEARTBEATS_PER_SECOND }: Configuration,
  ) {
    const seconds = WINDOW_MS / 1000;
    this.limits = {
      requests: RATE_LIMIT_REQUESTS_PER_SECOND * seconds,
      heartbeats: RATE_LIMIT_HEARTBEATS_PER_SECOND * seconds,
      none: 0,
    };
  }

  isLimited(budget: Budget): boolean {
    return this.limits[budget] > 0;
  }

  /**
   * Counts a request of the client that access control has recognised, agents under their owner; else of an address.
   * @throws DomainError `rate_limited`, with `Retry-After`
   */
  spend(budget: Budget, principal: Principal, address: () => string): void {
    const limit = this.limits[budget];
    const { count, secondsLeft } = this.rates.count(`${budget}:${clientOf(principal, address)}`);
    if (count <= limit) return;
    const message = `More than ${limit} requests in ${WINDOW_MS / 1000} s: try again in ${secondsLeft} s`;
    throw new DomainError('too_many_requests', 'rate_limited', message, {
      headers: { 'retry-after': String(secondsLeft) },
    });
  }
}

function clientOf(principal: Principal, address: () => string): string {
  if (principal.kind === 'client') return `client:${principal.name}`;
  if (principal.kind === 'agent') return `client:${principal.owner}`;
  return `address:${address()}`;
}
