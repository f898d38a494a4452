import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { withoutSecrets } from '../platform/common/secrets';
import { Clock } from '../platform/common/clock';
import { DurationTally } from '../platform/observability/duration-tally';
import { DomainError } from '../platform/validation/domain-error';
import { decodeCursor, isRevision, pageOf, type Page } from '../platform/validation/paging';
import type { Provenance } from '../events/agent-event';
import { Configuration } from '../platform/config/configuration';
import type { GovernanceDecisionEntity, Verdict } from './governance-decision.entity';
import { GovernanceDecisionsRepository, type DecisionQuery } from './governance-decisions.repository';
import {
  GOVERNED_ACTIONS,
  PolicyAuthority,
  type GovernedAction,
  type Judgement,
  type Question,
} from './policy-authority';
import { VerdictCache } from './verdict-cache';

/** The list that cursors of decisions belong to. */
const DECISION_LIST = 'governance decisions';

/** Puts changes of agents before the policy authority, and keeps the audit trail. */
@Injectable()
export class GovernanceService {
  /** Rows of the audit trail that this process has written. */
  readonly decided = Object.fromEntries(
    GOVERNED_ACTIONS.map((action) => [action, { allowed: 0, denied: 0, error_open: 0, error_closed: 0 }]),
  ) as Record<GovernedAction, Record<Verdict, number>>;
  /** How long the authority took to judge, or to be given up. */
  readonly durations = new DurationTally();
  private readonly cache: VerdictCache;

  constructor(
    private readonly authority: PolicyAuthority,
    private readonly decisions: GovernanceDecisionsRepository,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(GovernanceService.name);
    this.cache = new VerdictCache(clock, configuration.TRIFECTA_COURT_VERDICT_TTL_SECONDS);
  }

  /**
   * Returns when the change may go on; call it before anything is written. Every question that is asked is in the audit trail
   * by then, whatever the answer.
   * @throws DomainError `governance_denied`; `governance_unavailable` when there is no usable answer and the fail mode is closed
   */
  async authorize(
    action: Question['action'],
    context: Omit<Question['context'], 'principal'> & { agent_id: string },
    provenance: Provenance,
  ): Promise<void> {
    if (this.authority.state().status === 'off') return;
    const shown = withoutSecrets(context) as typeof context;
    const question: Question = { action, context: { ...shown, principal: provenance.actor } };
    const judgement = this.cache.get(question) ?? (await this.ask(question, provenance));
    if (judgement.outcome === 'denied') throw denied(judgement);
    if (judgement.outcome === 'unreachable' && this.failsClosed()) throw unavailable(judgement);
  }

  /**
   * One page of the audit trail, newest first.
   * @throws DomainError `validation_failed` for a cursor of another list
   */
  async list(query: Omit<DecisionQuery, 'before'>, cursor?: string): Promise<Page<GovernanceDecisionEntity>> {
    const before = cursor === undefined ? undefined : decodeCursor(DECISION_LIST, cursor, isRevision);
    const rows = await this.decisions.list({ ...query, limit: query.limit + 1, before });
    return pageOf(rows, query.limit, DECISION_LIST, ({ id }) => id);
  }

  private async ask(question: Question, { cause, actor, requestId, clientRequestId }: Provenance): Promise<Judgement> {
    const start = this.clock.monotonicMs();
    const judgement = await this.authority.judge(question);
    const took = this.clock.monotonicMs() - start;
    this.durations.observe(took / 1000);
    const verdict = this.verdictOf(judgement);
    const { agent_id: agentId } = question.context;
    await this.decisions.append({
      action: question.action,
      agentId,
      verdict,
      reason: judgement.reason ?? null,
      findings: judgement.findings ?? {},
      latencyMs: Math.round(took * 1000) / 1000,
      breakerState: judgement.breakerState ?? null,
      cause,
      actorKind: actor.kind,
      actorName: actor.name,
      requestId,
      clientRequestId,
    });
    this.decided[question.action][verdict]++;
    if (verdict === 'error_open') {
      this.logger.warn(
        { agent_id: agentId, action: question.action, reason: judgement.reason },
        'Nobody judged this change; it goes on',
      );
    }
    this.cache.keep(question, judgement);
    return judgement;
  }

  private verdictOf({ outcome }: Judgement): Verdict {
    if (outcome !== 'unreachable') return outcome;
    return this.failsClosed() ? 'error_closed' : 'error_open';
  }

  private failsClosed(): boolean {
    return this.configuration.TRIFECTA_COURT_FAIL_MODE === 'closed';
  }
}

function denied({ reason, findings }: Judgement): DomainError {
  const { scripture = null, geometry = null, law = null } = findings ?? {};
  return new DomainError('forbidden', 'governance_denied', reason || 'The Trifecta Court does not allow this', {
    members: { verdict: { scripture, geometry, law } },
  });
}

function unavailable({ reason }: Judgement): DomainError {
  const detail = `This change must be judged, and there is no judgement at the moment: ${reason ?? 'no answer'}`;
  return new DomainError('unavailable', 'governance_unavailable', detail);
}
