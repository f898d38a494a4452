import { Injectable } from '@nestjs/common';
import { GovernanceService } from './governance.service';
import { PolicyDecisionPoint } from './policy-decision-point';
import { Instruments, type Sample } from '../platform/observability/instruments';
import { defineMetrics } from '../platform/observability/metric-definitions';

const METRICS = defineMetrics({
  governance_decisions_total: {
    type: 'counter',
    help: 'Changes put before the policy (the Trifecta Court) and entered in the audit trail. verdict is allowed, denied, error_open or error_closed.',
    labels: ['action', 'verdict'],
  },
  governance_request_duration_seconds: {
    type: 'histogram',
    help: 'Time until a change was decided on, or given up; waiting for a place before the court included.',
    labels: [],
  },
  governance_breaker_state: {
    type: 'gauge',
    help: 'Circuit breaker of the way to the policy (the Trifecta Court): 0 closed (or none), 1 half open, 2 open.',
    labels: [],
    ofWorkers: 'max',
  },
});

const BREAKER_STATES = ['closed', 'half_open', 'open'];

/** Decisions, and the way to what makes them. */
@Injectable()
export class GovernanceMetrics {
  constructor(instruments: Instruments, governance: GovernanceService, decisionPoint: PolicyDecisionPoint) {
    instruments.counter(METRICS.governance_decisions_total, () =>
      Object.entries(governance.decided).flatMap(([action, verdicts]) =>
        Object.entries(verdicts).map(([verdict, count]): Sample => [{ action, verdict }, count]),
      ),
    );
    instruments.histogram(METRICS.governance_request_duration_seconds, () => [[{}, governance.durations]]);
    instruments.gauge(METRICS.governance_breaker_state, () =>
      Math.max(BREAKER_STATES.indexOf(String(decisionPoint.state().details?.breaker)), 0),
    );
  }
}
