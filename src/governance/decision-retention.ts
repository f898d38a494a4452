import { Injectable } from '@nestjs/common';
import { Configuration } from '../config/configuration';
import { Database } from '../database/database';
import { RetainedTable } from '../database/retained-table';

/** The audit trail, in which decisions are kept for a time. */
@Injectable()
export class DecisionRetention extends RetainedTable {
  constructor(database: Database, { AUDIT_RETENTION_SECONDS: seconds }: Configuration) {
    super(database, { name: 'governance_decisions', time: 'decided_at', serial: 'id', seconds, lock: 2 });
  }
}
