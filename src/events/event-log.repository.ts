import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database';
import { ReportingDatabase } from '../platform/database/reporting-database';
import type { AgentEvent } from './agent-event';

/** Which agent an event is about. */
export interface TouchedAgent {
  revision: number;
  agentId: string;
}

/** The SQL that reads the event log; what writes it is in `append-events.sql.ts`. */
@Injectable()
export class EventLogRepository {
  constructor(
    private readonly database: Database,
    private readonly reporting: ReportingDatabase,
  ) {}

  /** Events of one agent, newest first, at most `limit`; with `before`, only those of a smaller revision. */
  async ofAgent(agentId: string, limit: number, before?: string): Promise<AgentEvent[]> {
    return this.reporting.query<AgentEvent>(
      `SELECT revision, agent_id AS "agentId", type, cause, occurred_at AS "occurredAt", from_status AS "from", to_status AS "to",
              CASE WHEN actor_kind IS NOT NULL THEN json_build_object('kind', actor_kind, 'name', actor_name) END AS actor,
              request_id AS "requestId", client_request_id AS "clientRequestId", reason, data
         FROM agent_events
        WHERE agent_id = $1 AND revision < coalesce($2::bigint, 9223372036854775807)
        ORDER BY revision DESC
        LIMIT $3`,
      [agentId, before ?? null, limit],
    );
  }

  /** The last revisions of the log, at most `limit`, in any order. */
  async lastRevisions(limit: number): Promise<number[]> {
    const rows = await this.database.query<{ revision: string }>(
      'SELECT revision FROM agent_events ORDER BY revision DESC LIMIT $1',
      [limit],
    );
    return rows.map(({ revision }) => Number(revision));
  }

  /** The revision that was drawn last, also when its event is not in the log yet, or no longer; 0 when there was none. */
  async drawnRevision(): Promise<number> {
    const [row] = await this.database.query<{ revision: string | null }>(
      `SELECT pg_sequence_last_value('agent_events_revision_seq'::regclass) AS revision`,
    );
    return Number(row!.revision ?? 0);
  }

  /** Which agents the events after a revision are about, at most `limit`, and those of the `missing` revisions that are there by now. */
  async touchedSince(after: number, missing: number[], limit: number): Promise<TouchedAgent[]> {
    const rows = await this.database.query<{ revision: string; agentId: string }>(
      `(SELECT revision, agent_id AS "agentId" FROM agent_events WHERE revision = ANY ($2::bigint[]))
       UNION ALL
       (SELECT revision, agent_id FROM agent_events WHERE revision > $1 ORDER BY revision LIMIT $3)`,
      [after, missing, limit],
    );
    return rows.map(({ revision, agentId }) => ({ revision: Number(revision), agentId }));
  }
}
