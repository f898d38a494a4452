import { Injectable } from '@nestjs/common';
import type { LogHead } from '../validation/log-cursor';
import { ReportingDatabase } from './reporting-database';

/** Knows which history the database is in: a restored backup begins another one. */
@Injectable()
export class DatabaseTimeline {
  constructor(private readonly database: ReportingDatabase) {}

  /** How far a log has come whose rows are numbered by `sequence`, and in which timeline. Asks the database each time. */
  async headOf(sequence: string): Promise<LogHead> {
    const [head] = await this.database.query<LogHead>(
      'SELECT timeline, coalesce(pg_sequence_last_value($1::regclass), 0)::text AS last FROM database_timeline',
      [sequence],
    );
    return head!;
  }
}
