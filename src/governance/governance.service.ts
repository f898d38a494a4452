import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { withoutSecrets } from '../platform/common/secrets';
import { Clock } from '../platform/common/clock';
import { Histogram } from '../platform/observability/histogram';
import { DatabaseTimeline } from '../platform/database/database-timeline';
import { decodeLogCursor, encodeLogCursor, type LogHead } from '../platform/validation/paging/log-cursor';
import type { Page } from '../platform/validation/paging/paging';
import type { Provenance } from '../events/agent-event';
import { governanceDenied, governanceUnavailable } from './governance.errors';
import type { GovernanceDecisionEntity, Verdict } from './governance-decision.entity';
import { GovernanceDecisionsRepository, type DecisionQuery } from './governance-decisions.repository';
import {
  GOVERNED_ACTIONS,
  GovernancePolicy,
  PolicyDecisionPoint,
  type GovernedAction,
  type PolicyDecision,
  type PolicyRequest,
} from './policy-decision-point';
import { DecisionCache } from './decision-cache';

/** The list that cursors of decisions belong to. */
const DECISION_LIST = 'governance decisions';

/** Puts changes of agents before the policy, enforces what it decides, and keeps the audit trail. */
@Injectable()
export class GovernanceService {
  /** Rows of the audit trail that this process has written. */
  readonly decided = Object.fromEntries(
    GOVERNED_ACTIONS.map((action) => [action, { allowed: 0, denied: 0, error_open: 0, error_closed: 0 }]),
  ) as Record<GovernedAction, Record<Verdict, number>>;
  /** How long decisions took, or until they were given up. */
  readonly durations = new Histogram();
  private readonly cache: DecisionCache;

  constructor(
    private readonly decisionPoint: PolicyDecisionPoint,
    private readonly decisions: GovernanceDecisionsRepository,
    private readonly policy: GovernancePolicy,
    private readonly timeline: DatabaseTimeline,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(GovernanceService.name);
    this.cache = new DecisionCache(clock, policy.cacheSeconds);
  }

  /**
   * Returns when the change may go on; call it before anything is written. What was put before the policy is in the audit trail
   * by then, whatever it decided.
   * @throws DomainError `governance_denied`; `governance_unavailable` when there is no usable decision and the fail mode is closed
   */
  async authorize(
    action: PolicyRequest['action'],
    context: Omit<PolicyRequest['context'], 'principal'> & { agent_id: string },
    provenance: Provenance,
  ): Promise<void> {
    if (this.decisionPoint.state().status === 'off') return;
    const shown = withoutSecrets(context) as typeof context;
    const request: PolicyRequest = { action, context: { ...shown, principal: provenance.actor } };
    const decision = this.cache.get(request) ?? (await this.ask(request, provenance));
    if (decision.outcome === 'denied') throw governanceDenied(decision);
    if (decision.outcome === 'indeterminate' && this.failsClosed()) throw governanceUnavailable(decision);
  }

  /**
   * One page of the audit trail, newest first.
   * @throws DomainError `validation_failed` for a cursor of another list, `cursor_invalid` for one from before a backup was restored
   */
  async list(query: Omit<DecisionQuery, 'before'>, cursor?: string): Promise<Page<GovernanceDecisionEntity>> {
    const before = cursor === undefined ? undefined : decodeLogCursor(DECISION_LIST, cursor, await this.head());
    const rows = await this.decisions.list({ ...query, limit: query.limit + 1, before });
    const items = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? items.at(-1) : undefined;
    return { items, nextCursor: last ? encodeLogCursor(DECISION_LIST, last.id, await this.head()) : null };
  }

  private head(): Promise<LogHead> {
    return this.timeline.headOf('governance_decisions_id_seq');
  }

  private async ask(
    request: PolicyRequest,
    { cause, actor, requestId, clientRequestId }: Provenance,
  ): Promise<PolicyDecision> {
    const start = this.clock.monotonicMs();
    const decision = await this.decisionPoint.decide(request);
    const took = this.clock.monotonicMs() - start;
    this.durations.observe(took / 1000);
    const verdict = this.verdictOf(decision);
    const { agent_id: agentId } = request.context;
    await this.decisions.append({
      action: request.action,
      agentId,
      verdict,
      reason: decision.reason ?? null,
      findings: decision.findings ?? {},
      latencyMs: Math.round(took * 1000) / 1000,
      breakerState: decision.breakerState ?? null,
      cause,
      actorKind: actor.kind,
      actorName: actor.name,
      requestId,
      clientRequestId,
    });
    this.decided[request.action][verdict]++;
    if (verdict === 'error_open') {
      this.logger.warn(
        { agent_id: agentId, action: request.action, reason: decision.reason },
        'Nobody judged this change; it goes on',
      );
    }
    this.cache.keep(request, decision);
    return decision;
  }

  private verdictOf({ outcome }: PolicyDecision): Verdict {
    if (outcome !== 'indeterminate') return outcome;
    return this.failsClosed() ? 'error_closed' : 'error_open';
  }

  private failsClosed(): boolean {
    return this.policy.failMode === 'closed';
  }
}
