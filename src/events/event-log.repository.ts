import { Injectable } from '@nestjs/common';
import { Database } from '../database/database';
import type { AgentEventEntity } from './agent-event.entity';

/**
 * The statement that appends one event for every row of the relation `source`, which must have the columns `agent_id`,
 * `type`, `from_status`, `to_status`, `reason` and `data`. Used as one part (`WITH … AS`) of the statement that changes
 * the agent, so that neither is ever there without the other.
 */
export function appendEvents(source: string): string {
  const columns = 'agent_id, type, from_status, to_status, reason, data';
  return `INSERT INTO agent_events (${columns}) SELECT ${columns} FROM ${source}`;
}

/** Reads the event log. */
@Injectable()
export class EventLogRepository {
  constructor(private readonly database: Database) {}

  /** Events of one agent, newest first, at most `limit`; with `before`, only those of a smaller revision. */
  async ofAgent(agentId: string, limit: number, before?: string): Promise<AgentEventEntity[]> {
    return this.database.query<AgentEventEntity>(
      `SELECT revision, agent_id AS "agentId", type, occurred_at AS "occurredAt", from_status AS "from", to_status AS "to",
              reason, data
         FROM agent_events
        WHERE agent_id = $1 AND revision < coalesce($2::bigint, 9223372036854775807)
        ORDER BY revision DESC
        LIMIT $3`,
      [agentId, before ?? null, limit],
    );
  }
}
