import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database';
import type { LogStanding } from './log-position';

/** Changes with each promotion of a standby, and with the database. */
const SERVER = `(SELECT oid::text FROM pg_database WHERE datname = current_database())
  || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)`;

/**
 * Begins another epoch when the server is another one than that of the last epoch. Run on each connection before anything else: so it is
 * known up to which revision the new primary has the log before anybody has written to it.
 */
export const NOTE_EPOCH = `
  INSERT INTO event_log_epochs (number, epoch, timeline, server, began_after)
  SELECT coalesce((SELECT max(number) FROM event_log_epochs), 0) + 1, gen_random_uuid(), timeline, ${SERVER},
         (SELECT coalesce(max(revision), 0) FROM agent_events)
    FROM database_timeline
   WHERE NOT EXISTS (
           SELECT FROM (SELECT timeline, server FROM event_log_epochs ORDER BY number DESC LIMIT 1) AS last
            WHERE last.timeline = database_timeline.timeline AND last.server = ${SERVER})
      ON CONFLICT DO NOTHING`;

/** The SQL of the epochs of the event log. It asks the primary. */
@Injectable()
export class LogEpochsRepository {
  constructor(private readonly database: Database) {}

  /** Begins another epoch when the server is another one than before. */
  async note(): Promise<void> {
    await this.database.query(`WITH noted AS (${NOTE_EPOCH} RETURNING 1) SELECT count(*) FROM noted`);
  }

  async standing(): Promise<LogStanding> {
    const rows = await this.database.query<Record<'epoch' | 'timeline' | 'beganAfter' | 'purged' | 'drawn', string>>(
      `SELECT epoch, timeline, began_after AS "beganAfter", (SELECT purged_through FROM event_log_horizon) AS purged,
              coalesce(pg_sequence_last_value('agent_events_revision_seq'::regclass), 0) AS drawn
         FROM event_log_epochs ORDER BY number`,
    );
    return {
      epochs: rows.map(({ epoch, timeline, beganAfter }) => ({ epoch, timeline, beganAfter: BigInt(beganAfter) })),
      purgedThrough: BigInt(rows[0]?.purged ?? 0),
      drawn: BigInt(rows[0]?.drawn ?? 0),
    };
  }
}
