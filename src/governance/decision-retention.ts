import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration';
import { Database } from '../platform/database/database';
import { RetainedTable, RetainedTables } from '../platform/database/retained-table';

/** The audit trail, in which decisions are kept for a time. */
@Injectable()
export class DecisionRetention extends RetainedTable {
  constructor(tables: RetainedTables, database: Database, { AUDIT_RETENTION_SECONDS: seconds }: Configuration) {
    super(tables, database, { name: 'governance_decisions', time: 'decided_at', serial: 'id', seconds, lock: 2 });
  }
}
