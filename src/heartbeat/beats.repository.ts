import { Injectable } from '@nestjs/common';
import { Database } from '../platform/database/database';
import { AgentChanged, type ChangedAgent } from '../events/agent-changed.event';
import type { Provenance } from '../events/agent-event';
import { aboutAgent, appendEvents, provenanceJson } from '../events/append-events.sql';
import type { HealthReport, Readiness } from '../agent/agent-health';
import { transitionSql, type AgentStatus } from '../agent/agent-status';

/** What must be known of an agent to answer its heartbeat. */
export interface KnownAgent {
  id: string;
  status: AgentStatus;
  intervalSeconds: number;
  /** The process that the agent is; null: none has said that it is. */
  incarnation: string | null;
  /** Null: the agent has no owner. */
  owner: string | null;
}

/** A heartbeat on its way into the table. Ages in milliseconds, so that no two clocks are compared. */
export interface BeatToWrite extends Readiness {
  id: string;
  age: number;
  report?: HealthReport;
  reportAge?: number;
}

/** What a batch of beats has met. */
export interface WrittenBeats {
  /** The agents of the batch that are registered. */
  agents: Omit<KnownAgent, 'owner'>[];
  /** Of those that a beat has revived. */
  changes: AgentChanged[];
}

interface BeatenRow extends Omit<KnownAgent, 'owner'> {
  revived: { from: AgentStatus; name: string; type: string; revision: string } | null;
}

/** The SQL of heartbeats. They change `last_seen`, `health`, `ready`, `load` and, when they revive an agent, `status`: nothing else. */
@Injectable()
export class BeatsRepository {
  constructor(private readonly database: Database) {}

  /** Those of the ids that are registered, and tombstones. */
  async find(ids: string[]): Promise<KnownAgent[]> {
    return this.database.query<KnownAgent>(
      `SELECT id, status, (heartbeat->>'interval_seconds')::int AS "intervalSeconds", incarnation, owner
         FROM agents LEFT JOIN agent_credentials ON agent_id = id WHERE id = ANY ($1)`,
      [ids],
    );
  }

  /**
   * Notes that another process than the agent has beaten for it. Undefined when that was noted before, or is not so (any more).
   * @param incarnation of the other one
   */
  async noteSuperseded(id: string, incarnation: string): Promise<AgentChanged | undefined> {
    const provenance = byHeartbeat(id);
    const [row] = await this.database.query<ChangedAgent & { revision: string }>(NOTE_SUPERSEDED, [
      id,
      incarnation,
      JSON.stringify(provenanceJson(provenance)),
    ]);
    if (!row) return undefined;
    const { revision, ...agent } = row;
    return new AgentChanged(revision, 'superseded', agent, agent.status, provenance);
  }

  /** Writes a batch in one statement. Agents that are missing from the result are not registered (any more). */
  async write(beats: BeatToWrite[]): Promise<WrittenBeats> {
    const agents = await this.database.prepared<BeatenRow>('write_beats', WRITE, [
      beats.map(({ id }) => id),
      arrayOf(beats.map(({ age }) => age)),
      beats.map(({ report }) => openText(report)).join('\n'),
      arrayOf(beats.map(({ reportAge }) => reportAge ?? 0)),
      sparseArrayOf(beats.map(({ ready }) => ready)),
      sparseArrayOf(beats.map(({ load }) => load)),
    ]);
    return { agents, changes: agents.flatMap(revivalOf) };
  }
}

function revivalOf({ id, status, revived }: BeatenRow): AgentChanged[] {
  if (!revived) return [];
  const { from, name, type, revision } = revived;
  return [new AgentChanged(revision, 'status_changed', { id, name, type, status }, from, byHeartbeat(id))];
}

/** As the statement writes it. */
function byHeartbeat(id: string): Provenance {
  return { cause: 'heartbeat', actor: { kind: 'agent', name: id }, requestId: null, clientRequestId: null };
}

/** PostgreSQL's text of an array of numbers. */
function arrayOf(numbers: number[]): string {
  return `{${numbers.join()}}`;
}

/** The same with values that may be absent; null when all of them are: the statement then has nothing to take apart. */
function sparseArrayOf(values: (number | boolean | undefined)[]): string | null {
  if (values.every((value) => value === undefined)) return null;
  return `{${values.map((value) => (value === undefined ? 'NULL' : value)).join()}}`;
}

/** A report as JSON without the brace at its end, so that the statement can add to it. One line; an empty one for no report. */
function openText(report: HealthReport | undefined): string {
  return report ? JSON.stringify(report).slice(0, -1) : '';
}

const REVIVED = appendEvents(
  {
    agent: 'beaten',
    type: `'status_changed'`,
    provenance: `jsonb_build_object('cause', 'heartbeat', 'actorKind', 'agent', 'actorName', beaten.id)`,
    from: 'previous',
    to: 'status',
  },
  'beaten WHERE previous <> status',
);

/**
 * Rows are locked in the order of their ids before any is written, so that replicas, sweeps and imports never wait for each
 * other in a circle. `last_seen` never goes back, and an older report never hides a newer one. Only columns without an index
 * change (status aside, and that only to revive): a HOT update, see docs/adr/0003. A report always came with a beat, so one that is
 * newer than `last_seen` is newer than the report in the row, which then need not be looked into. What the latest beat says of readiness and load replaces what the
 * one before said, also when it says nothing. The commit does not wait for the disk: a crash of
 * PostgreSQL loses a moment of beats as a crash of ours does, and never half a statement.
 */
const WRITE = `
  WITH beat AS MATERIALIZED (
    SELECT id, now() - age * interval '1 ms' AS beaten_at, report, now() - report_age * interval '1 ms' AS reported_at, ready, load
      FROM unnest($1::text[], $2::float8[], string_to_array($3, E'\\n', ''), $4::float8[], $5::boolean[], $6::float8[])
             AS given(id, age, report, report_age, ready, load),
           (SELECT set_config('synchronous_commit', 'off', true)) AS relaxed),
  held AS MATERIALIZED (
    SELECT id, status, ${transitionSql('status', 'heartbeat')} AS next
      FROM agents WHERE id = ANY ($1) AND deregistered_at IS NULL ORDER BY id FOR NO KEY UPDATE),
  beaten AS (
    UPDATE agents
       SET last_seen = greatest(agents.last_seen, beat.beaten_at),
           health = CASE WHEN beat.report IS NULL THEN agents.health
                         WHEN beat.reported_at < agents.last_seen AND (agents.health->>'last_check')::timestamptz > beat.reported_at
                           THEN agents.health
                         ELSE (beat.report || ',"last_check":"'
                               || to_char(beat.reported_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '"}')::jsonb END,
           ready = CASE WHEN beat.beaten_at < agents.last_seen THEN agents.ready ELSE beat.ready END,
           load = CASE WHEN beat.beaten_at < agents.last_seen THEN agents.load ELSE beat.load END,
           status = held.next,
           generation = agents.generation + CASE WHEN held.next <> held.status THEN 1 ELSE 0 END
      FROM beat JOIN held USING (id)
     WHERE agents.id = beat.id
    RETURNING agents.id, agents.name, agents.type, agents.status, agents.heartbeat, agents.generation, agents.incarnation,
              held.status AS previous),
  logged AS (${REVIVED})
  SELECT id, status, (heartbeat->>'interval_seconds')::int AS "intervalSeconds", incarnation,
         CASE WHEN previous <> status
              THEN jsonb_build_object('from', previous, 'name', name, 'type', type, 'revision', revision::text) END AS revived
    FROM beaten LEFT JOIN logged ON agent_id = id`;

/** Once for each process that was superseded, whatever the number of replicas: the row remembers it. */
const NOTE_SUPERSEDED = `
  WITH noted AS (
    UPDATE agents SET superseded_incarnation = $2
     WHERE id = $1 AND deregistered_at IS NULL AND incarnation <> $2 AND superseded_incarnation IS DISTINCT FROM $2
    RETURNING *),
  logged AS (${appendEvents(
    {
      agent: 'noted',
      type: `'superseded'`,
      provenance: '$3::jsonb',
      data: `${aboutAgent('noted')} || jsonb_build_object('incarnation', superseded_incarnation, 'current', incarnation)`,
    },
    'noted',
  )})
  SELECT id, name, type, status, revision FROM noted JOIN logged ON agent_id = id`;
