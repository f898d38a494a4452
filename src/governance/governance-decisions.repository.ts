import { Injectable } from '@nestjs/common';
import { AgentScope, type NarrowedClient } from '../platform/access/agent-scope';
import { Batcher } from '../platform/common/batcher';
import { Database } from '../platform/database/database';
import { ReportingDatabase } from '../platform/database/reporting-database';
import type { GovernanceDecisionEntity, Verdict } from './governance-decision.entity';

type NewDecision = Omit<GovernanceDecisionEntity, 'id' | 'decidedAt'>;

export interface DecisionQuery {
  agentId?: string;
  verdicts: Verdict[];
  limit: number;
  /** Only decisions with a smaller id. */
  before?: string;
  /** Only decisions about agents that this client's token is for. */
  visibleTo?: NarrowedClient;
}

/** The SQL of the audit trail. */
@Injectable()
export class GovernanceDecisionsRepository {
  private readonly appends = new Batcher((decisions: NewDecision[]) => this.appendAll(decisions));

  constructor(
    private readonly database: Database,
    private readonly reporting: ReportingDatabase,
    private readonly scope: AgentScope,
  ) {}

  /** Returns when the decision is in the table. Those that are made at the same time, as when the breaker opens, share a statement. */
  async append(decision: NewDecision): Promise<void> {
    await this.appends.add(decision);
  }

  /** Newest first. */
  async list(query: DecisionQuery): Promise<GovernanceDecisionEntity[]> {
    const { sql, parameters } = listStatement(query, this.scope);
    return this.reporting.query<GovernanceDecisionEntity>(sql, parameters);
  }

  private async appendAll(decisions: NewDecision[]): Promise<void> {
    await this.database.query(
      `INSERT INTO governance_decisions
              (action, agent_id, verdict, reason, findings, latency_ms, breaker_state, cause, actor_kind, actor_name, request_id, client_request_id)
       SELECT action, "agentId", verdict, reason, findings, "latencyMs", "breakerState", cause, "actorKind", "actorName", "requestId", "clientRequestId"
         FROM jsonb_to_recordset($1) AS decision (
              action text, "agentId" text, verdict text, reason text, findings jsonb, "latencyMs" double precision,
              "breakerState" text, cause text, "actorKind" text, "actorName" text, "requestId" text, "clientRequestId" text)`,
      [storable(JSON.stringify(decisions))],
    );
  }
}

/** The page of a query. Said of verdicts that do not include it, `<> 'allowed'` lets the index of the few others serve them. */
export function listStatement(
  { agentId, verdicts, limit, before, visibleTo }: DecisionQuery,
  scope: Pick<AgentScope, 'condition'>,
): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = [agentId ?? null, verdicts, before ?? null, limit];
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;
  const visible = visibleTo && `AND agent_id IN (SELECT id FROM agents WHERE ${scope.condition(visibleTo, parameter)})`;
  const isRefused = verdicts.length > 0 && !verdicts.includes('allowed');
  const sql = `
    SELECT id, decided_at AS "decidedAt", action, agent_id AS "agentId", verdict, reason, findings, latency_ms AS "latencyMs",
           breaker_state AS "breakerState", cause, actor_kind AS "actorKind", actor_name AS "actorName", request_id AS "requestId",
           client_request_id AS "clientRequestId"
      FROM governance_decisions
     WHERE ($1::text IS NULL OR agent_id = $1) AND (cardinality($2::text[]) = 0 OR verdict = ANY ($2))
       AND id < coalesce($3::bigint, 9223372036854775807) ${isRefused ? `AND verdict <> 'allowed'` : ''} ${visible ?? ''}
     ORDER BY id DESC
     LIMIT $4`;
  return { sql, parameters };
}

/** PostgreSQL keeps neither NUL nor half a surrogate pair; `JSON.stringify` writes both as escapes. */
function storable(json: string): string {
  return json.replace(/\\u(0000|d[89a-f][0-9a-f]{2})/gi, '\\ufffd');
}
