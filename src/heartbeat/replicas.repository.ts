import { Injectable } from '@nestjs/common';
import { Database, type Querier } from '../platform/database/database';

/** How far the other replicas have written what they acknowledged; seconds before now. */
export interface OthersHeard {
  /** All beats that were acknowledged longer ago than this, by replicas that are there, are in the table. */
  lag: number;
  /** Since the last renewal of the latest lease that ran out without being released; null when there is none. */
  vanishedFor: number | null;
}

/** Longer than 1.5 times the timeout of any agent. */
const KEPT = '7 days';

/** The SQL of the replicas' leases. */
@Injectable()
export class ReplicasRepository {
  constructor(private readonly database: Database) {}

  /** Renews the lease and gives the database's time, in milliseconds since 1970. `through` likewise; undefined is now. */
  async renew(id: string, through: number | undefined): Promise<number> {
    const [row] = await this.database.prepared<{ now: number }>(
      'renew_lease',
      `INSERT INTO replicas AS lease (id, renewed_at, written_through)
       VALUES ($1, now(), least(now(), coalesce(to_timestamp($2::float8 / 1000), now())))
           ON CONFLICT (id) DO UPDATE
          SET renewed_at = excluded.renewed_at, written_through = greatest(lease.written_through, excluded.written_through)
       RETURNING extract(epoch FROM clock_timestamp())::float8 * 1000 AS now`,
      [id, through ?? null],
    );
    return row!.now;
  }

  async release(id: string): Promise<void> {
    await this.database.query('WITH released AS (DELETE FROM replicas WHERE id = $1) SELECT 1', [id]);
  }

  /** What a sweep of the replica `id` has to allow for; leases that are older than `expiry` seconds have run out. */
  async others(transaction: Querier, id: string, expiry: number): Promise<OthersHeard> {
    const [row] = await transaction.query<OthersHeard>(
      `WITH forgotten AS (DELETE FROM replicas WHERE renewed_at < now() - interval '${KEPT}')
       SELECT coalesce(extract(epoch FROM now() - min(written_through) FILTER (WHERE NOT has_expired)), 0)::float8 AS lag,
              extract(epoch FROM now() - max(renewed_at) FILTER (WHERE has_expired))::float8 AS "vanishedFor"
         FROM (SELECT *, renewed_at < now() - make_interval(secs => $2) AS has_expired FROM replicas WHERE id <> $1) AS other`,
      [id, expiry],
    );
    return row!;
  }
}
