import { Injectable } from '@nestjs/common';
import type { Querier } from '../../platform/database/database';
import { AgentChanged, type AgentEventType, type ChangedAgent } from '../../events/agent-changed.event';
import type { Provenance } from '../../events/agent-event';
import { aboutAgent, appendEvents, provenanceJson } from '../../events/append-events.sql';
import type { AgentEntity } from '../agent.entity';
import type { AgentFields } from '../agent-fields.mapping';
import { COLUMNS } from '../search/agent-selection.sql';
import type { AgentStatus } from '../../agent/agent-status';

/** One agent as an import defines it, and its event. */
export interface ImportWrite {
  id: string;
  previous: AgentStatus | null;
  status: AgentStatus;
  fields: AgentFields;
  event: AgentEventType;
  data: Record<string, unknown>;
}

interface WrittenRow extends ChangedAgent {
  revision: string;
}

/** The SQL of the batch import. */
@Injectable()
export class AgentImportRepository {
  /**
   * Those of the ids that are known, tombstones too. With `lock` they are held against all other writers until the transaction
   * ends, taken in the order of the ids: two imports never wait for each other in a circle.
   */
  async find(querier: Querier, ids: string[], { lock = false } = {}): Promise<Map<string, AgentEntity>> {
    const rows = await querier.query<AgentEntity>(
      `SELECT ${COLUMNS} FROM agents WHERE id = ANY ($1) ORDER BY id ${lock ? 'FOR UPDATE' : ''}`,
      [ids],
    );
    return new Map(rows.map((agent) => [agent.id, agent]));
  }

  /** Writes a batch with its events in one statement. Returns what has changed. */
  async write(transaction: Querier, writes: ImportWrite[], provenance: Provenance): Promise<AgentChanged[]> {
    if (writes.length === 0) return [];
    const batch = writes.map(({ id, previous, status, fields, event, data }) => ({
      id,
      previous,
      status,
      ...fields,
      event,
      data,
    }));
    const rows = await transaction.query<WrittenRow>(WRITE, [
      JSON.stringify(batch),
      JSON.stringify(provenanceJson(provenance)),
    ]);
    const byId = new Map(writes.map((write) => [write.id, write]));
    return rows.map(({ revision, ...agent }) => {
      const { event, previous } = byId.get(agent.id)!;
      return new AgentChanged(revision, event, agent, previous, provenance);
    });
  }
}

const IMPORTED = appendEvents(
  {
    agent: 'written',
    type: 'batch.event',
    provenance: '$2::jsonb',
    from: 'CASE WHEN batch.previous IS DISTINCT FROM batch.status THEN batch.previous END',
    to: 'CASE WHEN batch.previous IS DISTINCT FROM batch.status THEN batch.status END',
    data: `batch.data || ${aboutAgent('written')}`,
  },
  'written JOIN batch USING (id)',
);

/**
 * A definition that arrives at a new (or deregistered) agent makes it anew; at a known one it sets the fields only. An id
 * that was registered since {@link AgentImportRepository.find} looked is left to its registration, and not locked either: that would be out
 * of the order of the ids, and two could wait for each other in a circle.
 */
const WRITE = `
  WITH batch AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS item(
      id text, previous text, status text, event text, data jsonb, name text, type text, category text, version text,
      capabilities jsonb, endpoints jsonb, metadata jsonb, heartbeat jsonb, description text, locality text,
      skills jsonb, accepts jsonb, depends_on jsonb)),
  changed AS (
    UPDATE agents AS known
       SET name = batch.name, type = batch.type, category = batch.category, version = batch.version,
           capabilities = batch.capabilities, endpoints = batch.endpoints, metadata = batch.metadata,
           heartbeat = batch.heartbeat, description = batch.description, locality = batch.locality,
           skills = nullif(batch.skills, '[]'), accepts = nullif(batch.accepts, '[]'),
           depends_on = nullif(batch.depends_on, '[]'), status = batch.status, generation = known.generation + 1,
           health = CASE WHEN known.deregistered_at IS NULL THEN known.health END,
           ready = CASE WHEN known.deregistered_at IS NULL THEN known.ready END,
           incarnation = CASE WHEN known.deregistered_at IS NULL THEN known.incarnation END,
           load = CASE WHEN known.deregistered_at IS NULL THEN known.load END,
           last_seen = CASE WHEN known.deregistered_at IS NULL THEN known.last_seen END,
           registered_at = CASE WHEN known.deregistered_at IS NULL THEN known.registered_at ELSE now() END,
           deregistered_at = NULL
      FROM batch WHERE batch.id = known.id AND batch.previous IS NOT NULL
    RETURNING known.id, known.name, known.type, known.status, known.generation),
  added AS (
    INSERT INTO agents
           (id, name, type, category, version, capabilities, endpoints, metadata, heartbeat,
            description, locality, skills, accepts, depends_on, status, registered_at, last_seen)
    SELECT id, name, type, category, version, capabilities, endpoints, metadata, heartbeat, description, locality,
           nullif(skills, '[]'), nullif(accepts, '[]'), nullif(depends_on, '[]'), status, now(), NULL
      FROM batch WHERE previous IS NULL ORDER BY id
    ON CONFLICT (id) DO NOTHING
    RETURNING id, name, type, status, generation),
  written AS (SELECT * FROM changed UNION ALL SELECT * FROM added),
  logged AS (${IMPORTED})
  SELECT id, name, type, status, revision FROM written JOIN logged ON agent_id = id`;
