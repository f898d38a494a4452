import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database';
import { ReportingDatabase } from '../platform/database/reporting-database';
import type { AgentEvent } from './agent-event';
import type { DatabaseSnapshot } from './commit-order';

/** The columns of an {@link AgentEvent}. */
const EVENT = `revision, agent_id AS "agentId", type, cause, occurred_at AS "occurredAt", from_status AS "from", to_status AS "to",
  CASE WHEN actor_kind IS NOT NULL THEN json_build_object('kind', actor_kind, 'name', actor_name) END AS actor,
  request_id AS "requestId", client_request_id AS "clientRequestId", reason, data`;

/** Of the data of the events on a page. */
const MAX_PAGE_BYTES = 4 * 2 ** 20;

/**
 * The inner query goes by the stored size of the data, which may be compressed, so that no more is read than a page can hold; the outer
 * one by the size of what is sent.
 */
const PAGE_OF_AGENT = `
  SELECT ${EVENT}, found
    FROM (SELECT *, sum(octet_length(data::text)) OVER newest - octet_length(data::text) AS sent_before
            FROM (SELECT *, sum(pg_column_size(data)) OVER newest - pg_column_size(data) AS stored_before,
                         (count(*) OVER ())::int AS found
                    FROM (SELECT * FROM agent_events
                           WHERE agent_id = $1 AND revision < coalesce($2::bigint, 9223372036854775807)
                           ORDER BY revision DESC LIMIT $3) AS page
                  WINDOW newest AS (ORDER BY revision DESC)) AS page
           WHERE stored_before < $4
          WINDOW newest AS (ORDER BY revision DESC)) AS page
   WHERE sent_before < $4
   ORDER BY revision DESC`;

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

  /**
   * Events of one agent, newest first; with `before`, only those of a smaller revision. At most `limit`, and fewer when their data is
   * larger than {@link MAX_PAGE_BYTES} together; at least one if there is one.
   */
  async ofAgent(agentId: string, limit: number, before?: string): Promise<{ events: AgentEvent[]; hasMore: boolean }> {
    const rows = await this.reporting.query<AgentEvent & { found: number }>(PAGE_OF_AGENT, [
      agentId,
      before ?? null,
      limit + 1,
      MAX_PAGE_BYTES,
    ]);
    const events = rows.slice(0, limit).map(({ found: _found, ...event }) => event);
    return { events, hasMore: (rows[0]?.found ?? 0) > events.length };
  }

  /** The events after a revision that are there, ascending, at most `limit`, and the snapshot in which they were seen. */
  async after(revision: bigint, limit: number): Promise<{ events: AgentEvent[]; snapshot: DatabaseSnapshot }> {
    const rows = await this.database.query<AgentEvent & { xmin: string; xmax: string }>(
      `SELECT ${EVENT}, pg_snapshot_xmin(pg_current_snapshot())::text AS xmin, pg_snapshot_xmax(pg_current_snapshot())::text AS xmax
         FROM agent_events WHERE revision > $1 ORDER BY revision LIMIT $2`,
      [String(revision), limit],
    );
    const { xmin = '0', xmax = '0' } = rows[0] ?? {};
    return {
      events: rows.map(({ xmin: _xmin, xmax: _xmax, ...event }) => event),
      snapshot: { xmin: BigInt(xmin), xmax: BigInt(xmax) },
    };
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
