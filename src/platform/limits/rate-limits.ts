import { Injectable } from '@nestjs/common';
import type { Principal } from '../access/principal';
import { DomainError } from '../validation/domain-error';
import { Configuration } from '../config/configuration';
import type { RateLimitBucket } from './rate-limit.decorator';
import { DistributedRateCounter, WINDOW_MS } from './distributed-rate-counter';

/** The one place that decides whether a client has asked too often, whatever way a request came in. Waits for nobody. */
@Injectable()
export class RateLimits {
  /** Requests in a window; 0: any number. */
  private readonly limits: Record<RateLimitBucket, number>;

  constructor(
    private readonly rates: DistributedRateCounter,
    { RATE_LIMIT_REQUESTS_PER_SECOND, RATE_LIMIT_HEARTBEATS_PER_SECOND }: Configuration,
  ) {
    const seconds = WINDOW_MS / 1000;
    this.limits = {
      requests: RATE_LIMIT_REQUESTS_PER_SECOND * seconds,
      heartbeats: RATE_LIMIT_HEARTBEATS_PER_SECOND * seconds,
      none: 0,
    };
  }

  isLimited(bucket: RateLimitBucket): boolean {
    return this.limits[bucket] > 0;
  }

  /**
   * Counts a request of the client that access control has recognised, agents under their owner; else of an address.
   * @throws DomainError `rate_limited`, with `Retry-After`
   */
  spend(bucket: RateLimitBucket, principal: Principal, address: () => string): void {
    const limit = this.limits[bucket];
    const { count, secondsLeft } = this.rates.count(`${bucket}:${clientOf(principal, address)}`);
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
