import { Injectable } from '@nestjs/common';
import { aboutAgent, appendEvents, provenanceSql } from '../../events/append-events.sql';
import { bySystem } from '../../events/provenance';
import { Database, type Querier } from '../../platform/database/database';

/** Any number, as the advisory lock of the one who writes; all replicas must agree on it. */
const WRITER_LOCK = 7_214_003;
/** Agents in one statement: it locks their rows. */
const BATCH = 500;

/** An active agent that is not available, and what its event says of that. */
export interface FallenAgent {
  id: string;
  data: { dependency: string };
}

/** What an agent's events have last said. */
export interface Announced {
  id: string;
  available: boolean;
}

/** The SQL of the events of availability. All time is the database's. */
@Injectable()
export class AvailabilityRepository {
  constructor(private readonly database: Database) {}

  /** Runs `write` unless another replica is at it; undefined then. The lock ends with the transaction, however that ends. */
  async exclusively<Result>(write: (transaction: Querier) => Promise<Result>): Promise<Result | undefined> {
    return this.database.transaction(async (transaction) => {
      const sql = 'SELECT pg_try_advisory_xact_lock($1) AS held';
      const [row] = await transaction.query<{ held: boolean }>(sql, [WRITER_LOCK]);
      if (!row!.held) return undefined;
      await transaction.query(`SELECT set_config('idle_in_transaction_session_timeout', '30s', true)`);
      return write(transaction);
    });
  }

  /** Forgets agents that are not active any more, and long since available ones; returns the others. */
  async announced(transaction: Querier): Promise<Announced[]> {
    return transaction.query<Announced>(`
      WITH forgotten AS (
        DELETE FROM agent_availability AS known
         WHERE available AND changed_at < now() - interval '1 hour'
            OR NOT EXISTS (SELECT FROM agents WHERE id = known.agent_id AND status = 'active')
        RETURNING agent_id)
      SELECT agent_id AS id, available FROM agent_availability WHERE agent_id NOT IN (SELECT agent_id FROM forgotten)`);
  }

  /** Notes that these agents are not available, with their events; the ids of those of which that was news. */
  async fall(transaction: Querier, agents: readonly FallenAgent[], through: bigint): Promise<string[]> {
    return this.batches(agents, (batch) => this.write(transaction, FALL, [JSON.stringify(batch), String(through)]));
  }

  /** Notes that these agents are available again, likewise. */
  async recover(transaction: Querier, ids: readonly string[], through: bigint): Promise<string[]> {
    return this.batches(ids, (batch) => this.write(transaction, RECOVER, [batch, String(through)]));
  }

  private async batches<Item>(
    items: readonly Item[],
    write: (batch: readonly Item[]) => Promise<string[]>,
  ): Promise<string[]> {
    const written: string[] = [];
    for (let at = 0; at < items.length; at += BATCH) written.push(...(await write(items.slice(at, at + BATCH))));
    return written;
  }

  private async write(transaction: Querier, sql: string, parameters: unknown[]): Promise<string[]> {
    return (await transaction.query<{ id: string }>(sql, parameters)).map(({ id }) => id);
  }
}

const PROVENANCE = provenanceSql(bySystem('graph', 'dependency'));

/** What is said of an agent holds for a second, and is not replaced by what was worked out of an earlier state of the log. */
const IS_NEWS = `known.changed_at <= now() - interval '1 second' AND known.through <= $2::bigint`;

/** The agents as they are, locked so that their events have the order of their changes; none is waited for. */
const present = (condition: string): string =>
  `SELECT id, name, type, generation FROM agents WHERE ${condition} AND status = 'active' ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`;

const FALL = `
  WITH fallen AS MATERIALIZED (SELECT id, data FROM jsonb_to_recordset($1::jsonb) AS item(id text, data jsonb)),
  present AS MATERIALIZED (${present('id IN (SELECT id FROM fallen)')}),
  changed AS (
    INSERT INTO agent_availability AS known (agent_id, available, through)
    SELECT id, false, $2::bigint FROM present
    ON CONFLICT (agent_id) DO UPDATE SET available = false, changed_at = now(), through = excluded.through
     WHERE known.available AND ${IS_NEWS}
    RETURNING agent_id),
  logged AS (${appendEvents(
    {
      agent: 'present',
      type: `'availability'`,
      provenance: PROVENANCE,
      from: `'available'`,
      to: `'unavailable'`,
      data: `fallen.data || ${aboutAgent('present')}`,
    },
    'changed JOIN present ON present.id = agent_id JOIN fallen ON fallen.id = agent_id',
  )})
  SELECT agent_id AS id FROM logged`;

const RECOVER = `
  WITH present AS MATERIALIZED (${present('id = ANY ($1::text[])')}),
  changed AS (
    UPDATE agent_availability AS known SET available = true, changed_at = now(), through = $2::bigint
     WHERE agent_id IN (SELECT id FROM present) AND NOT available AND ${IS_NEWS}
    RETURNING agent_id),
  logged AS (${appendEvents(
    { agent: 'present', type: `'availability'`, provenance: PROVENANCE, from: `'unavailable'`, to: `'available'` },
    'changed JOIN present ON present.id = agent_id',
  )})
  SELECT agent_id AS id FROM logged`;
