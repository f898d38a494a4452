import { Injectable } from '@nestjs/common';
import { Database, type Querier } from '../platform/database/database';
import { ReportingDatabase } from '../platform/database/reporting-database';
import { withoutSecrets } from '../platform/common/secrets';
import type { Provenance } from '../events/agent-event';
import { appendEvents, provenanceJson } from '../events/append-events.sql';
import type { AgentEventType } from '../events/agent-changed.event';
import { Configuration } from '../platform/config/configuration';
import type { AgentEntity } from './agent.entity';
import type { AgentFields } from './agent-fields.mapping';
import { countStatement, LIST_COLUMNS, pageStatement } from './search/agent-selection.sql';
import type { AgentQuery } from './search/agent-query';
import { transition, transitionSql, type AgentStatus, type MaintainedBy } from '../agent/agent-status';

/** The columns of a list item: without what may be large. */
export type AgentListItem = Omit<AgentEntity, 'metadata' | 'health' | 'deregisteredAt' | 'maintenanceBy'>;

/** An agent that wants to be registered. */
export interface RegistrationRow {
  id: string;
  fields: AgentFields;
  provenance: Provenance;
}

export interface Registered {
  agent: Pick<AgentEntity, 'id' | 'name' | 'type' | 'status' | 'registeredAt' | 'heartbeat'>;
  /** The status before, null when the id was unknown. */
  previousStatus: AgentStatus | null;
}

/** What becomes of an agent in one step: new fields or a new status, and the event that says so. */
export interface AgentChange {
  fields?: AgentFields;
  status?: AgentStatus;
  /** With the status `maintenance`: who has set it. */
  maintenanceBy?: MaintainedBy;
  event: { type: AgentEventType; provenance: Provenance; reason?: string | null; data?: Record<string, unknown> };
}

/** All columns, named as the entity names them. */
export const COLUMNS = `${LIST_COLUMNS}, metadata, health, deregistered_at AS "deregisteredAt", maintenance_by AS "maintenanceBy"`;

/** The same, and whose it is. */
const RECORD = `SELECT ${COLUMNS}, (SELECT owner FROM agent_credentials WHERE agent_id = agents.id) AS owner FROM agents`;

const REGISTRATION_ATTEMPTS = 10;

/** The SQL about agents. Every statement that changes one appends its event too. */
@Injectable()
export class AgentRepository {
  constructor(
    private readonly database: Database,
    private readonly reporting: ReportingDatabase,
    private readonly configuration: Configuration,
  ) {}

  /** The agent, or its tombstone, or undefined when the id is unknown. */
  async find(id: string): Promise<AgentEntity | undefined> {
    const sql = `${RECORD} WHERE id = $1`;
    const [agent] = await this.database.prepared<AgentEntity>('find_agent', sql, [id]);
    return agent;
  }

  /** Those of the ids that are known, tombstones among them, in one query. */
  async findEach(ids: string[]): Promise<Map<string, AgentEntity>> {
    const sql = `${RECORD} WHERE id = ANY ($1)`;
    const agents = await this.database.prepared<AgentEntity>('find_agents', sql, [ids]);
    return new Map(agents.map((agent) => [agent.id, agent]));
  }

  /** Those of the ids that are registered. */
  async registered(ids: string[]): Promise<string[]> {
    const sql = 'SELECT id FROM agents WHERE id = ANY ($1) AND deregistered_at IS NULL ORDER BY id';
    return (await this.database.query<{ id: string }>(sql, [ids])).map(({ id }) => id);
  }

  /** At most `limit + 1` agents in the order of their ids: one more than asked for when there is a next page. */
  async page(query: AgentQuery): Promise<AgentListItem[]> {
    const { sql, parameters } = pageStatement(query, this.configuration.HEARTBEAT_TIMEOUT_SECONDS);
    return this.reporting.query<AgentListItem>(sql, parameters);
  }

  /** How many agents match, whatever the page. */
  async count(query: AgentQuery): Promise<number> {
    const { sql, parameters } = countStatement(query, this.configuration.HEARTBEAT_TIMEOUT_SECONDS);
    const [row] = await this.reporting.query<{ total: number }>(sql, parameters);
    return row!.total;
  }

  /** Makes the agent active under these fields, whether it is new, known, or a tombstone. Atomic, safe to race. */
  async register(querier: Querier, enrolment: RegistrationRow): Promise<Registered> {
    for (let attempt = 1; attempt <= REGISTRATION_ATTEMPTS; attempt++) {
      const parameters = [JSON.stringify([enrolmentJson(enrolment)])];
      const [row] = await querier.prepared<RegisteredRow>('register_agent', REGISTER, parameters);
      if (row) return registeredFrom(enrolment.fields, row);
      // Somebody registered the id between our look and our write: look again, now it is there.
    }
    throw new Error(
      `Registration of ${enrolment.id} found the row neither there nor absent ${REGISTRATION_ATTEMPTS} times`,
    );
  }

  /**
   * The same for several, each with an id of its own, in one statement; but those that somebody else is changing just now are
   * left out of it and of the answer, so that no one has to wait for them. By their ids.
   */
  async registerFree(querier: Querier, enrolments: RegistrationRow[]): Promise<Map<string, Registered>> {
    const batch = new Map(enrolments.map((enrolment) => [enrolment.id, enrolment]));
    const parameters = [JSON.stringify(enrolments.map(enrolmentJson))];
    const rows = await querier.prepared<RegisteredRow>('register_free_agents', REGISTER_FREE, parameters);
    return new Map(rows.map((row) => [row.id, registeredFrom(batch.get(row.id)!.fields, row)]));
  }

  /** Applies a change to the state that was read. Undefined when the agent has changed since: read again and decide anew. */
  async change(agent: AgentEntity, change: AgentChange): Promise<AgentEntity | undefined> {
    const { event, status = agent.status } = change;
    const [changed] = await this.database.prepared<AgentEntity>('change_agent', CHANGE, [
      agent.id,
      ...values(change.fields ?? agent),
      agent.generation,
      status,
      event.type,
      status === agent.status ? null : agent.status,
      event.reason ?? null,
      JSON.stringify(event.data ?? {}),
      JSON.stringify(provenanceJson(event.provenance)),
      change.maintenanceBy ?? agent.maintenanceBy,
    ]);
    return changed && { ...changed, owner: agent.owner };
  }
}

type RegisteredRow = Pick<AgentEntity, 'id' | 'status' | 'registeredAt'> & Pick<Registered, 'previousStatus'>;

function enrolmentJson({ id, fields, provenance }: RegistrationRow): object {
  const shown = withoutSecrets(fields);
  const same = shown === fields ? undefined : shown;
  return { id, registration: fields, shown: same, provenance: provenanceJson(provenance) };
}

function registeredFrom(fields: AgentFields, { previousStatus, ...row }: RegisteredRow): Registered {
  return { agent: { ...fields, ...row }, previousStatus };
}

function values(fields: AgentFields): unknown[] {
  const { name, type, category, version, capabilities, endpoints, metadata, heartbeat } = fields;
  return [
    name,
    type,
    category,
    version,
    ...[capabilities, endpoints, metadata, heartbeat].map((value) => JSON.stringify(value)),
  ];
}

/** The names of the fields that a registration has changed; null when the agent is new, or comes back. */
const CHANGED = `
  CASE WHEN previous.deregistered_at IS NULL AND previous.id IS NOT NULL THEN
    (SELECT coalesce(jsonb_agg(key ORDER BY key), '[]')
       FROM jsonb_each(registration) AS field
      WHERE value IS DISTINCT FROM to_jsonb(previous)->key) END`;

/** An event that changed nothing of the registration does not repeat it. */
const REGISTERED = appendEvents(
  {
    agent: 'written',
    type: `'registered'`,
    provenance: 'enrolment.provenance',
    from: 'previous.status',
    to: 'written.status',
    data: `CASE WHEN changed IS NULL THEN jsonb_build_object('registration', coalesce(shown, registration))
                WHEN changed = '[]' THEN '{}'
                ELSE jsonb_build_object('changed', changed, 'registration', coalesce(shown, registration)) END`,
  },
  `written JOIN enrolment USING (id) LEFT JOIN previous USING (id), LATERAL (SELECT ${CHANGED} AS changed) AS difference`,
);

/** An agent that registers again ends the maintenance that it has set itself, see `mayEndMaintenance`. */
const OWN_MAINTENANCE = `(known.status = 'maintenance' AND known.maintenance_by IS NOT DISTINCT FROM 'agent')`;

const REGISTER = registerStatement('FOR UPDATE');
const REGISTER_FREE = registerStatement('FOR UPDATE SKIP LOCKED');

/**
 * One statement, so one round trip. `previous` locks the known rows first; the odd `FROM` makes sure that it runs before the insert. A
 * row that it did not get is left alone and does not come back: it is somebody else's at the moment, or it appeared only after our
 * snapshot. Its former status, which the event must tell, is not known then.
 */
function registerStatement(lock: string): string {
  return `
  WITH enrolment AS MATERIALIZED (
    SELECT id, registration->>'name' AS name, registration->>'type' AS type, registration->>'category' AS category,
           registration->>'version' AS version, registration->'capabilities' AS capabilities, registration->'endpoints' AS endpoints,
           registration->'metadata' AS metadata, registration->'heartbeat' AS heartbeat, registration, shown, provenance
      FROM jsonb_to_recordset($1::jsonb) AS item(id text, registration jsonb, shown jsonb, provenance jsonb)),
  there AS MATERIALIZED (SELECT found.id FROM ${eachOf('SELECT id FROM agents WHERE agents.id = wanted.id')}),
  previous AS MATERIALIZED (
    SELECT found.* FROM ${eachOf(`SELECT * FROM agents WHERE agents.id = wanted.id ${lock}`)}),
  written AS (
    INSERT INTO agents AS known
           (id, name, type, category, version, capabilities, endpoints, metadata, heartbeat, status, registered_at, last_seen)
    SELECT id, name, type, category, version, capabilities, endpoints, metadata, heartbeat, '${transition('unknown', 'register')}', now(), now()
      FROM enrolment, (SELECT count(*) FROM previous) AS locked
     WHERE id NOT IN (SELECT id FROM there) OR id IN (SELECT id FROM previous)
     ORDER BY id
    ON CONFLICT (id) DO UPDATE
       SET name = excluded.name, type = excluded.type, category = excluded.category, version = excluded.version,
           capabilities = excluded.capabilities, endpoints = excluded.endpoints, metadata = excluded.metadata,
           heartbeat = excluded.heartbeat, health = NULL,
           status = CASE WHEN ${OWN_MAINTENANCE} THEN '${transition('maintenance', 'maintenance_ends')}' ELSE ${transitionSql('known.status', 'register')} END,
           maintenance_by = CASE WHEN known.status = 'maintenance' AND NOT ${OWN_MAINTENANCE} THEN known.maintenance_by END,
           registered_at = CASE WHEN known.deregistered_at IS NULL THEN known.registered_at ELSE now() END,
           last_seen = greatest(known.last_seen, now()), deregistered_at = NULL, generation = known.generation + 1
     WHERE EXISTS (SELECT FROM previous WHERE previous.id = known.id)
    RETURNING id, name, type, status, registered_at, generation),
  logged AS (${REGISTERED})
  SELECT id, written.status, written.registered_at AS "registeredAt", previous.status AS "previousStatus"
    FROM written LEFT JOIN previous USING (id)`;
}

/**
 * What a query gives for each enrolment, `wanted`, one after the other in the order of their ids: by the index, whatever the plan was made
 * for. It is kept, and a database that is new soon has many more agents than when it was made.
 */
function eachOf(query: string): string {
  return `(SELECT id FROM enrolment ORDER BY id) AS wanted(id), LATERAL (${query} OFFSET 0) AS found`;
}

/** Compare-and-set on `generation`. Who comes back from maintenance counts as seen now: its silence begins anew. */
const CHANGE = `
  WITH changed AS (
    UPDATE agents
       SET name = $2, type = $3, category = $4, version = $5, capabilities = $6, endpoints = $7, metadata = $8, heartbeat = $9,
           last_seen = CASE WHEN status = 'maintenance' AND $11 = 'active' THEN greatest(last_seen, now()) ELSE last_seen END,
           status = $11, maintenance_by = CASE WHEN $11 = 'maintenance' THEN $17 END, deregistered_at = CASE WHEN $11 = 'deregistered' THEN now() END, generation = generation + 1
     WHERE id = $1 AND generation = $10
    RETURNING *),
  logged AS (${appendEvents(
    {
      agent: 'changed',
      type: '$12::text',
      provenance: '$16::jsonb',
      from: '$13::text',
      to: 'CASE WHEN $13::text IS NOT NULL THEN status END',
      reason: '$14::text',
      data: '$15::jsonb',
    },
    'changed',
  )})
  SELECT ${COLUMNS} FROM changed`;
