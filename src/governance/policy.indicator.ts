import { Injectable } from '@nestjs/common';
import { HealthChecks } from '../platform/observability/health-checks';
import { GovernancePolicy, PolicyDecisionPoint } from './policy-decision-point';

/** Whether changes can be decided on, as far as the decision point can report without a request. */
@Injectable()
export class PolicyIndicator {
  constructor(checks: HealthChecks, { name }: GovernancePolicy, decisionPoint: PolicyDecisionPoint) {
    checks.add({
      name,
      look: () => {
        const { status, details } = decisionPoint.state();
        return status === 'off' ? 'disabled' : { isUp: status === 'up', details };
      },
    });
  }
}
