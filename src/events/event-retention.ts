import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration';
import { Database } from '../platform/database/database';
import { RetainedTable, RetainedTables } from '../platform/database/retained-table';

/** Cursors before an event that is gone have expired. */
const PURGED = `
  UPDATE event_log_horizon SET purged_through = greatest(purged_through, (SELECT max(revision) FROM gone))
   WHERE EXISTS (SELECT FROM gone)`;

/** The event log, in which events are kept for a time, whatever became of their agents. */
@Injectable()
export class EventRetention extends RetainedTable {
  constructor(tables: RetainedTables, database: Database, { EVENT_RETENTION_SECONDS: seconds }: Configuration) {
    const rows = { name: 'agent_events', time: 'occurred_at', serial: 'revision', alongside: PURGED, seconds, lock: 1 };
    super(tables, database, rows);
  }
}
