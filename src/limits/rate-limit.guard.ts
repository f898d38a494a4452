import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import type { AdmittedRequest } from '../access/requires.decorator';
import { DomainError } from '../common/domain-error';

/** Refuses a client that asks too often with 429 (RFC 6585) and `Retry-After`. */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  /** Whoever access control has found out, else the address: a whole subnet where it is IPv6. */
  protected override getTracker(request: AdmittedRequest): Promise<string> {
    const { principal } = request;
    if (principal.kind === 'client') return Promise.resolve(`client:${principal.name}`);
    if (principal.kind === 'agent') return Promise.resolve(`agent:${principal.id}`);
    return super.getTracker(request);
  }

  /** One budget for all routes that draw on it, not one for each. */
  protected override generateKey(_context: ExecutionContext, client: string, budget: string): string {
    return `${budget}:${client}`;
  }

  protected override throwThrottlingException(
    _context: ExecutionContext,
    { limit, ttl, timeToBlockExpire }: ThrottlerLimitDetail,
  ): Promise<void> {
    const message = `More than ${limit} requests in ${ttl / 1000} s: try again in ${timeToBlockExpire} s`;
    throw new DomainError('too_many_requests', 'rate_limited', message, {
      headers: { 'retry-after': String(timeToBlockExpire) },
    });
  }
}
