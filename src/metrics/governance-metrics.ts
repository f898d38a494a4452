import { Injectable } from '@nestjs/common';
import { GovernanceService } from '../governance/governance.service';
import { PolicyAuthority } from '../governance/policy-authority';
import { Instruments, type Sample } from './instruments';

const BREAKER_STATES = ['closed', 'half_open', 'open'];

/** Judgements, and the way to the court. */
@Injectable()
export class GovernanceMetrics {
  constructor(instruments: Instruments, governance: GovernanceService, authority: PolicyAuthority) {
    instruments.counter('governance_decisions_total', () =>
      Object.entries(governance.decided).flatMap(([action, verdicts]) =>
        Object.entries(verdicts).map(([verdict, count]): Sample => [{ action, verdict }, count]),
      ),
    );
    instruments.histogram('governance_request_duration_seconds', () => [[{}, governance.durations]]);
    instruments.gauge('governance_breaker_state', () =>
      Math.max(BREAKER_STATES.indexOf(String(authority.state().details?.breaker)), 0),
    );
  }
}
