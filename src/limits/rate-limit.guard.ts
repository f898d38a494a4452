import { Inject, Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerRequest } from '@nestjs/throttler';
import type { AdmittedRequest } from '../access/requires.decorator';
import { Configuration } from '../config/configuration';
import type { Budget } from './budget';
import { clientAddress } from './client-address';
import { RateLimits } from './rate-limits';

/** Puts requests to Nest routes before {@link RateLimits}; decides nothing. */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  @Inject() private readonly limits!: RateLimits;
  @Inject() private readonly configuration!: Configuration;

  protected override handleRequest({ context, throttler }: ThrottlerRequest): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AdmittedRequest>();
    const address = clientAddress(request, this.configuration.TRUST_PROXY_HOPS);
    this.limits.spend(throttler.name as Budget, request.principal, address);
    return Promise.resolve(true);
  }
}
