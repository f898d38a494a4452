import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database';
import { ReportingDatabase } from '../platform/database/reporting-database';
import type { AgentEvent } from './agent-event';

/** The columns of an {@link AgentEvent}. */
const EVENT = `revision, agent_id AS "agentId", type, cause, occurred_at AS "occurredAt", from_status AS "from", to_status AS "to",
  CASE WHEN actor_kind IS NOT NULL THEN json_build_object('kind', actor_kind, 'name', actor_name) END AS actor,
  request_id AS "requestId", client_request_id AS "clientRequestId", reason, data`;

/** Of the data of the events on a page. */
const MAX_PAGE_BYTES = 4 * 2 ** 20;

/**
 * A page of events whose data are no more than {@link MAX_PAGE_BYTES} together. The inner query goes by the stored size of the data, which
 * may be compressed, so that no more is read than a page can hold; the outer one by the size of what is sent. Its first parameter is how
 * many events are wanted at most.
 */
function page(condition: string, order: 'ASC' | 'DESC'): string {
  return `
  SELECT ${EVENT}, found
    FROM (SELECT *, sum(octet_length(data::text)) OVER ordered - octet_length(data::text) AS sent_before
            FROM (SELECT *, sum(pg_column_size(data)) OVER ordered - pg_column_size(data) AS stored_before,
                         (count(*) OVER ())::int AS found
                    FROM (SELECT * FROM agent_events WHERE ${condition} ORDER BY revision ${order} LIMIT $1) AS page
                  WINDOW ordered AS (ORDER BY revision ${order})) AS page
           WHERE stored_before < ${MAX_PAGE_BYTES}
          WINDOW ordered AS (ORDER BY revision ${order})) AS page
   WHERE sent_before < ${MAX_PAGE_BYTES}
   ORDER BY revision ${order}`;
}

const PAGE_OF_AGENT = page('agent_id = $2 AND revision < coalesce($3::bigint, 9223372036854775807)', 'DESC');
const PAGE_AFTER = page('revision > $2', 'ASC');
const PAGE_BETWEEN = page('revision > $2 AND revision <= $3', 'ASC');
const REVISIONS_AFTER = 'SELECT revision FROM agent_events WHERE revision > $2 ORDER BY revision LIMIT $1';

/** What is read beside the events, in the same snapshot. */
const MOMENT = `
  SELECT (SELECT epoch FROM event_log_epochs ORDER BY number DESC LIMIT 1) AS epoch,
         (SELECT purged_through FROM event_log_horizon) AS "purgedThrough"`;

/** The statement that gives the rows of `events`, each with the moment; at least one row. */
function withMoment(events: string): string {
  return `SELECT * FROM (${MOMENT}) AS moment LEFT JOIN (${events}) AS events ON true ORDER BY revision`;
}

/** Part of the log, and what was the case when it was read. */
export interface LogRead<Event> {
  events: Event[];
  /** Fewer events than were found, because they are large. */
  isCut: boolean;
  /** Of the log; null before its first one. */
  epoch: string | null;
  /** The highest revision whose event has been purged. */
  purgedThrough: bigint;
}

interface MomentColumns {
  revision: string | null;
  epoch: string | null;
  purgedThrough: string;
  found?: number | null;
}

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
    const parameters = [limit + 1, agentId, before ?? null];
    const rows = await this.reporting.query<AgentEvent & { found: number }>(PAGE_OF_AGENT, parameters);
    const events = rows.slice(0, limit).map(({ found: _found, ...event }) => event);
    return { events, hasMore: (rows[0]?.found ?? 0) > events.length };
  }

  /** The next events of one agent after a revision, oldest first. */
  ofAgentAfter(agentId: string, revision: string, limit: number): Promise<AgentEvent[]> {
    const sql = `SELECT ${EVENT} FROM agent_events WHERE agent_id = $1 AND revision > $2 ORDER BY revision LIMIT $3`;
    return this.database.query<AgentEvent>(sql, [agentId, revision, limit]);
  }

  /** The events after a revision that are there, ascending. At most `limit`, and fewer when they are large. */
  async after(revision: bigint, limit: number): Promise<LogRead<AgentEvent>> {
    return logRead(await this.database.query(withMoment(PAGE_AFTER), [limit, String(revision)]));
  }

  /** As {@link after}, of the events only their revisions. */
  async revisionsAfter(revision: bigint, limit: number): Promise<LogRead<{ revision: string }>> {
    return logRead(await this.database.query(withMoment(REVISIONS_AFTER), [limit, String(revision)]));
  }

  /** As {@link after}, up to another revision; for those who may take a little longer. */
  async between(revision: bigint, last: bigint, limit: number): Promise<LogRead<AgentEvent>> {
    return logRead(await this.reporting.query(withMoment(PAGE_BETWEEN), [limit, String(revision), String(last)]));
  }

  /**
   * The transactions that have begun to write to the log and not ended, by names of their own. One that has ended by then has all of its
   * events in what is read afterwards. (A transaction takes the lock before it draws a revision.)
   */
  async writers(): Promise<string[]> {
    const rows = await this.database.query<{ writer: string }>(
      `SELECT virtualtransaction AS writer FROM pg_locks
        WHERE locktype = 'relation' AND relation = 'agent_events'::regclass AND mode = 'RowExclusiveLock' AND granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows.map(({ writer }) => writer);
  }

  /** The event of this revision; undefined when the log does not have it, or no longer. */
  async find(revision: string): Promise<AgentEvent | undefined> {
    const sql = `SELECT ${EVENT} FROM agent_events WHERE revision = $1`;
    const [event] = await this.database.query<AgentEvent>(sql, [revision]);
    return event;
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

function logRead<Event extends { revision: string }>(
  rows: (Omit<Event, 'revision'> & MomentColumns)[],
): LogRead<Event> {
  const { epoch, purgedThrough } = rows[0]!;
  const events = rows.filter(({ revision }) => revision !== null).map(withoutMoment) as unknown as Event[];
  return {
    events,
    isCut: (rows[0]!.found ?? 0) > events.length,
    epoch,
    purgedThrough: BigInt(purgedThrough),
  };
}

function withoutMoment(row: MomentColumns): object {
  const { epoch: _epoch, purgedThrough: _purged, found: _found, ...event } = row;
  return event;
}
