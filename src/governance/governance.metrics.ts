import { Injectable } from '@nestjs/common';
import { GovernanceService } from './governance.service';
import { PolicyAuthority } from './policy-authority';
import { Instruments, type Sample } from '../platform/observability/instruments';
import { defineMetrics } from '../platform/observability/metric-definitions';

const METRICS = defineMetrics({
  governance_decisions_total: {
    type: 'counter',
    help: 'Questions put before the Trifecta Court and entered in the audit trail. verdict is allowed, denied, error_open or error_closed.',
    labels: ['action', 'verdict'],
  },
  governance_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from a question to the verdict, or until it was given up; waiting for a place before the court included.',
    labels: [],
  },
  governance_breaker_state: {
    type: 'gauge',
    help: 'Circuit breaker of the way to the court: 0 closed (or no court), 1 half open, 2 open.',
    labels: [],
    ofWorkers: 'max',
  },
});

const BREAKER_STATES = ['closed', 'half_open', 'open'];

/** Judgements, and the way to the court. */
@Injectable()
export class GovernanceMetrics {
  constructor(instruments: Instruments, governance: GovernanceService, authority: PolicyAuthority) {
    instruments.counter(METRICS.governance_decisions_total, () =>
      Object.entries(governance.decided).flatMap(([action, verdicts]) =>
        Object.entries(verdicts).map(([verdict, count]): Sample => [{ action, verdict }, count]),
      ),
    );
    instruments.histogram(METRICS.governance_request_duration_seconds, () => [[{}, governance.durations]]);
    instruments.gauge(METRICS.governance_breaker_state, () =>
      Math.max(BREAKER_STATES.indexOf(String(authority.state().details?.breaker)), 0),
    );
  }
}
