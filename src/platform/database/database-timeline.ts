import { Injectable } from '@nestjs/common';
import type { LogHead } from '../validation/paging/log-cursor';
import { ReportingDatabase } from './reporting-database';

/** Knows which history the database is in: a restored backup begins another one. */
@Injectable()
export class DatabaseTimeline {
  constructor(private readonly database: ReportingDatabase) {}

  /**
   * The same for all replicas, and another one for every other database: also for one that was made as a copy on the same
   * server, and begins with the same timeline.
   */
  async databaseId(): Promise<string> {
    const [row] = await this.database.query<{ timeline: string; oid: string }>(
      `SELECT timeline, (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS oid FROM database_timeline`,
      [],
    );
    return `${row!.timeline}-${row!.oid}`;
  }

  /** How far a log has come whose rows are numbered by `sequence`, and in which timeline. Asks the database each time. */
  async headOf(sequence: string): Promise<LogHead> {
    const [head] = await this.database.query<LogHead>(
      'SELECT timeline, coalesce(pg_sequence_last_value($1::regclass), 0)::text AS last FROM database_timeline',
      [sequence],
    );
    return head!;
  }
}
