import { Injectable } from '@nestjs/common';
import { Database } from '../database/database';
import type { GovernanceDecisionEntity, Verdict } from './governance-decision.entity';

export interface DecisionQuery {
  agentId?: string;
  verdicts: Verdict[];
  limit: number;
  /** Only decisions with a smaller id. */
  before?: string;
}

/** The SQL of the audit trail. */
@Injectable()
export class GovernanceDecisionsRepository {
  constructor(private readonly database: Database) {}

  async append(decision: Omit<GovernanceDecisionEntity, 'id' | 'decidedAt'>): Promise<void> {
    const { action, agentId, verdict, reason, findings, latencyMs, breakerState, requestId } = decision;
    await this.database.query(
      `INSERT INTO governance_decisions (action, agent_id, verdict, reason, findings, latency_ms, breaker_state, request_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [action, agentId, verdict, reason, JSON.stringify(findings), latencyMs, breakerState, requestId],
    );
  }

  /** Newest first. */
  async list({ agentId, verdicts, limit, before }: DecisionQuery): Promise<GovernanceDecisionEntity[]> {
    return this.database.query<GovernanceDecisionEntity>(
      `SELECT id, decided_at AS "decidedAt", action, agent_id AS "agentId", verdict, reason, findings, latency_ms AS "latencyMs",
              breaker_state AS "breakerState", request_id AS "requestId"
         FROM governance_decisions
        WHERE ($1::text IS NULL OR agent_id = $1) AND (cardinality($2::text[]) = 0 OR verdict = ANY ($2))
          AND id < coalesce($3::bigint, 9223372036854775807)
        ORDER BY id DESC
        LIMIT $4`,
      [agentId ?? null, verdicts, before ?? null, limit],
    );
  }
}
