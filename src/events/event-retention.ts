import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration';
import { Database } from '../platform/database/database';
import { RetainedTable } from '../platform/database/retained-table';

/** The event log, in which events are kept for a time, whatever became of their agents. */
@Injectable()
export class EventRetention extends RetainedTable {
  constructor(database: Database, { EVENT_RETENTION_SECONDS: seconds }: Configuration) {
    super(database, { name: 'agent_events', time: 'occurred_at', serial: 'revision', seconds, lock: 1 });
  }
}
