import { Injectable } from '@nestjs/common';
import { Database } from '../database/database';
import { deleteEventsOf } from '../events/append-events.sql';
import { IDEMPOTENCY_RETENTION } from './idempotency.repository';

const BATCH = 1_000;

/** The SQL of retention; ages by the database's clock. */
@Injectable()
export class RetentionRepository {
  constructor(private readonly database: Database) {}

  /** Deletes tombstones that are older than this, with their events. An id that registers again meanwhile is spared. */
  async purgeTombstones(retentionSeconds: number): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `WITH old AS MATERIALIZED (
         SELECT id FROM agents WHERE deregistered_at < now() - make_interval(secs => $1) ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED),
       gone AS (DELETE FROM agents USING old WHERE agents.id = old.id RETURNING agents.id AS agent_id),
       forgotten AS (${deleteEventsOf('gone')})
       SELECT count(*)::int AS count FROM gone`,
      [retentionSeconds],
    );
    return row!.count;
  }

  async purgeAnswers(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `WITH gone AS (
         DELETE FROM idempotency_keys WHERE key IN
           (SELECT key FROM idempotency_keys WHERE created_at < now() - ${IDEMPOTENCY_RETENTION} LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
         RETURNING 1)
       SELECT count(*)::int AS count FROM gone`,
    );
    return row!.count;
  }
}
