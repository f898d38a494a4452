import { Injectable } from '@nestjs/common';
import { Database, type Querier } from '../platform/database/database';
import { ReportingDatabase } from '../platform/database/reporting-database';
import { withoutSecrets } from '../platform/common/secrets';
import type { Provenance } from '../events/agent-event';
import { aboutAgent, appendEvents, provenanceJson } from '../events/append-events.sql';
import { AgentChanged, type AgentEventType, type ChangedAgent } from '../events/agent-changed.event';
import { agentBanned, agentQuarantined } from '../agent/agent.errors';
import { Configuration } from '../platform/config/configuration';
import { DatabaseTime } from '../liveness/database-time';
import type { AgentEntity } from './agent.entity';
import { AgentAvailability } from './dependencies/agent-availability';
import type { AgentFields } from './agent-fields.mapping';
import { matchesCriteria, type AgentCriteria } from './search/agent-criteria';
import { REGISTER, REGISTER_FREE } from './registration/register.sql';
import { BY_ID } from './search/agent-order';
import type { AgentQuery } from './search/agent-query';
import {
  COLUMNS,
  countStatement,
  facetStatement,
  pageStatement,
  RECORD,
  type StatementContext,
} from './search/agent-selection.sql';
import type { Facet } from './search/facets';
import type { ResolvedRow, ResolveOptions } from './selector/resolution';
import type { Selector } from './selector/selector';
import { selectorStatement } from './selector/selector.sql';
import type { AgentStatus, MaintainedBy } from '../agent/agent-status';

/** The columns of a list item: without what may be large. */
export type AgentListItem = Pick<
  AgentEntity,
  | (
      | 'id'
      | 'name'
      | 'type'
      | 'category'
      | 'version'
      | 'capabilities'
      | 'endpoints'
      | 'locality'
      | 'status'
      | 'heartbeat'
    )
  | ('generation' | 'registeredAt' | 'lastSeen' | 'owner')
>;

/** A row of a list; the whole record where members were asked for that a list item does not have. */
export type AgentRow = (AgentListItem | AgentEntity) & {
  /** Its value in an order that is not that of the ids. */
  orderKey?: string | null;
};

export interface FacetRow {
  value: string | number | boolean;
  count: number;
  /** Of all values. */
  total: number;
}

/** A registration to write. */
export interface NewRegistration {
  id: string;
  /** The process that registers, if it says so. */
  incarnation?: string | null;
  fields: AgentFields;
  provenance: Provenance;
}

export interface Registered {
  agent: Pick<AgentEntity, 'id' | 'name' | 'type' | 'status' | 'registeredAt' | 'heartbeat' | 'incarnation'>;
  /** The status before, null when the id was unknown. */
  previousStatus: AgentStatus | null;
  change: AgentChanged;
}

/** One change of an agent: new fields or a new status, and its event. */
export interface AgentChange {
  fields?: AgentFields;
  status?: AgentStatus;
  /** With the status `maintenance`: who has set it. */
  maintenanceBy?: MaintainedBy;
  /** With the status `deregistered`: nothing may register under the id from now on. */
  isBanned?: boolean;
  event: { type: AgentEventType; provenance: Provenance; reason?: string | null; data?: Record<string, unknown> };
}

/** An agent as a change has left it. */
export interface ChangedRecord {
  agent: AgentEntity;
  change: AgentChanged;
}

const REGISTRATION_ATTEMPTS = 10;

/** The SQL about agents. Every statement that changes one appends its event too. */
@Injectable()
export class AgentRepository {
  constructor(
    private readonly database: Database,
    private readonly reporting: ReportingDatabase,
    private readonly configuration: Configuration,
    private readonly databaseTime: DatabaseTime,
    private readonly availability: AgentAvailability,
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
  async page(query: AgentQuery): Promise<AgentRow[]> {
    const { sql, parameters } = pageStatement(query, this.statementContext());
    return this.reporting.query<AgentRow>(sql, parameters);
  }

  /** Whole records in the order of their ids, of the primary: a standby may not have got so far as the event log. */
  async presentPage(criteria: AgentCriteria, after: string | undefined, limit: number): Promise<AgentEntity[]> {
    const position = after === undefined ? {} : { after: { value: null, id: after } };
    const query = {
      ...criteria,
      ...position,
      order: BY_ID,
      limit: limit - 1,
      includeTotal: false,
      fields: ['metadata' as const],
    };
    const { sql, parameters } = pageStatement(query, this.statementContext());
    return this.database.query<AgentEntity>(sql, parameters);
  }

  /** The criteria in memory. */
  matches(criteria: AgentCriteria, agent: AgentEntity): boolean {
    return matchesCriteria(criteria, agent, this.statementContext());
  }

  /** How many agents match, whatever the page. */
  async count(query: AgentCriteria): Promise<number> {
    const { sql, parameters } = countStatement(query, this.statementContext());
    const [row] = await this.reporting.query<{ total: number }>(sql, parameters);
    return row!.total;
  }

  /** The most frequent values of a facet among the agents that match. */
  async facet(query: AgentCriteria, facet: Facet, limit: number): Promise<FacetRow[]> {
    const { sql, parameters } = facetStatement(query, facet, limit, this.statementContext());
    return this.reporting.query<FacetRow>(sql, parameters);
  }

  /** The agents that a selector means, before those that it nearly means. */
  async resolve(selector: Selector, options: ResolveOptions): Promise<ResolvedRow[]> {
    const { sql, parameters } = selectorStatement(selector, options, this.statementContext());
    return this.reporting.query<ResolvedRow>(sql, parameters);
  }

  private statementContext(): StatementContext {
    return {
      timeoutSeconds: this.configuration.HEARTBEAT_TIMEOUT_SECONDS,
      now: this.databaseTime.now(),
      unavailable: this.availability.fallen,
    };
  }

  /** Makes the agent active under these fields, whether it is new, known, or a tombstone. Atomic, safe to race. */
  async register(querier: Querier, registration: NewRegistration): Promise<Registered> {
    for (let attempt = 1; attempt <= REGISTRATION_ATTEMPTS; attempt++) {
      const parameters = [JSON.stringify([itemOf(registration)])];
      const [row] = await querier.prepared<RegisteredRow>('register_agent', REGISTER, parameters);
      if (row) return registeredFrom(registration, row);
      await this.requireOpen(querier, registration.id);
      // Another request registered the id between the statement's snapshot and its insert: now it is there.
    }
    throw new Error(
      `Registration of ${registration.id} found the row neither there nor absent ${REGISTRATION_ATTEMPTS} times`,
    );
  }

  /**
   * Registers several agents with distinct ids in one statement. Rows that another transaction has locked are skipped, so that no
   * registration waits for them, and are missing from the result. Returns a map by id.
   */
  async registerFree(querier: Querier, registrations: NewRegistration[]): Promise<Map<string, Registered>> {
    const batch = new Map(registrations.map((registration) => [registration.id, registration]));
    const parameters = [JSON.stringify(registrations.map(itemOf))];
    const rows = await querier.prepared<RegisteredRow>('register_free_agents', REGISTER_FREE, parameters);
    return new Map(rows.map((row) => [row.id, registeredFrom(batch.get(row.id)!, row)]));
  }

  /** Undefined when the id is not banned. */
  async liftBan(id: string, provenance: Provenance): Promise<AgentChanged | undefined> {
    const parameters = [id, JSON.stringify(provenanceJson(provenance))];
    const [row] = await this.database.query<ChangedAgent & { revision: string }>(LIFT_BAN, parameters);
    return row && new AgentChanged(row.revision, 'unbanned', changedAgent(row), row.status, provenance);
  }

  /**
   * Asked only when a registration has written nothing.
   * @throws DomainError `quarantined` or `banned` when that is why
   */
  private async requireOpen(querier: Querier, id: string): Promise<void> {
    const [agent] = await querier.query<Pick<AgentEntity, 'status' | 'deregisteredAt' | 'bannedAt'>>(
      'SELECT status, deregistered_at AS "deregisteredAt", banned_at AS "bannedAt" FROM agents WHERE id = $1',
      [id],
    );
    if (agent) requireOpen(id, agent);
  }

  /** Applies a change to the state that was read. Undefined when the agent has changed since: read again and decide anew. */
  async change(agent: AgentEntity, change: AgentChange): Promise<ChangedRecord | undefined> {
    const { event, status = agent.status } = change;
    const [row] = await this.database.prepared<AgentEntity & { revision: string }>('change_agent', CHANGE, [
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
      change.isBanned ?? false,
    ]);
    if (!row) return undefined;
    const { revision, ...changed } = row;
    return {
      agent: { ...changed, owner: agent.owner },
      change: new AgentChanged(
        revision,
        event.type,
        changedAgent(changed),
        agent.status,
        event.provenance,
        event.reason,
      ),
    };
  }
}

interface RegisteredRow
  extends Pick<AgentEntity, 'id' | 'status' | 'registeredAt'>, Pick<Registered, 'previousStatus'> {
  revision: string;
}

/** What the statement reads of a registration. The fields stand in the event only, unless that leaves secrets out. */
function itemOf({ id, incarnation, fields, provenance }: NewRegistration): object {
  const shown = withoutSecrets(fields);
  const event = { name: fields.name, type: fields.type, registration: shown };
  const registration = shown === fields ? undefined : fields;
  return { id, incarnation, event, registration, provenance: provenanceJson(provenance) };
}

function registeredFrom({ fields, incarnation = null, provenance }: NewRegistration, row: RegisteredRow): Registered {
  const { id, status, registeredAt, previousStatus, revision } = row;
  const { name, type } = fields;
  return {
    agent: { ...fields, id, status, registeredAt, incarnation },
    previousStatus,
    change: new AgentChanged(revision, 'registered', { id, name, type, status }, previousStatus, provenance),
  };
}

/** @throws DomainError `quarantined` or `banned` when nothing may register under the id of such an agent, or tombstone */
export function requireOpen(
  id: string,
  { status, deregisteredAt, bannedAt }: Pick<AgentEntity, 'status' | 'deregisteredAt' | 'bannedAt'>,
): void {
  if (status === 'quarantined') throw agentQuarantined(id);
  if (deregisteredAt && bannedAt) throw agentBanned(id);
}

function changedAgent({ id, name, type, status }: ChangedAgent): ChangedAgent {
  return { id, name, type, status };
}

function values(fields: AgentFields): unknown[] {
  const { name, type, category, version, capabilities, endpoints, metadata, heartbeat } = fields;
  const { description, locality, skills, accepts, depends_on } = fields;
  return [
    name,
    type,
    category,
    version,
    ...[capabilities, endpoints, metadata, heartbeat].map((value) => JSON.stringify(value)),
    description,
    locality,
    ...[skills, accepts, depends_on].map((list) => (list.length === 0 ? null : JSON.stringify(list))),
  ];
}

/** Ends a ban. The tombstone stays, and is purged in its time. */
const LIFT_BAN = `
  WITH changed AS (
    UPDATE agents SET banned_at = NULL, generation = generation + 1
     WHERE id = $1 AND deregistered_at IS NOT NULL AND banned_at IS NOT NULL
    RETURNING *),
  logged AS (${appendEvents({ agent: 'changed', type: `'unbanned'`, provenance: '$2::jsonb' }, 'changed')})
  SELECT id, name, type, status, revision FROM changed JOIN logged ON agent_id = id`;

/** Compare-and-set on `generation`. Who comes back from maintenance counts as seen now: its silence begins anew. */
const CHANGE = `
  WITH changed AS (
    UPDATE agents
       SET name = $2, type = $3, category = $4, version = $5, capabilities = $6, endpoints = $7, metadata = $8, heartbeat = $9,
           description = $10, locality = $11, skills = $12, accepts = $13, depends_on = $14,
           last_seen = CASE WHEN status IN ('maintenance', 'quarantined') AND $16 = 'active' THEN greatest(last_seen, now()) ELSE last_seen END,
           status = $16, maintenance_by = CASE WHEN $16 = 'maintenance' THEN $22 END, deregistered_at = CASE WHEN $16 = 'deregistered' THEN now() END,
           banned_at = CASE WHEN $23::boolean THEN now() END, generation = generation + 1
     WHERE id = $1 AND generation = $15
    RETURNING *),
  logged AS (${appendEvents(
    {
      agent: 'changed',
      type: '$17::text',
      provenance: '$21::jsonb',
      from: '$18::text',
      to: 'CASE WHEN $18::text IS NOT NULL THEN status END',
      reason: '$19::text',
      data: `$20::jsonb || ${aboutAgent('changed')}`,
    },
    'changed',
  )})
  SELECT ${COLUMNS}, revision FROM changed JOIN logged ON agent_id = id`;
