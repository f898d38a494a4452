import { Injectable } from '@nestjs/common';
import { PolicyAuthority } from './policy-authority';
import { HealthChecks } from '../platform/observability/health-checks';

/** Whether changes can be judged. Asks nobody: the circuit breaker knows. */
@Injectable()
export class CourtIndicator {
  constructor(checks: HealthChecks, authority: PolicyAuthority) {
    checks.add({
      name: 'trifecta_court',
      look: () => {
        const { status, details } = authority.state();
        return status === 'off' ? { isUp: true, details: { configured: false } } : { isUp: status === 'up', details };
      },
    });
  }
}
