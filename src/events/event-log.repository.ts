import { Injectable } from '@nestjs/common';
import { Database } from '../database/database';
import type { AgentEvent } from './agent-event';

/** The SQL that reads the event log; what writes it is in `append-events.sql.ts`. */
@Injectable()
export class EventLogRepository {
  constructor(private readonly database: Database) {}

  /** Events of one agent, newest first, at most `limit`; with `before`, only those of a smaller revision. */
  async ofAgent(agentId: string, limit: number, before?: string): Promise<AgentEvent[]> {
    return this.database.query<AgentEvent>(
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
