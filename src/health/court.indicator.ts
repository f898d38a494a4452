import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { PolicyAuthority } from '../governance/policy-authority';

/** Whether changes can be judged. Asks nobody: the circuit breaker knows. */
@Injectable()
export class CourtIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly authority: PolicyAuthority,
  ) {}

  check(): HealthIndicatorResult {
    const indicator = this.indicators.check('trifecta_court');
    const { status, details = {} } = this.authority.state();
    if (status === 'off') return indicator.up({ configured: false });
    return status === 'up' ? indicator.up(details) : indicator.down(details);
  }
}
