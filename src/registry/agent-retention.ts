import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration';
import { Database } from '../platform/database/database';
import { RetainedTable, RetainedTables } from '../platform/database/retained-table';

/** How long an `Idempotency-Key` stands for its first request. */
export const IDEMPOTENCY_SECONDS = 86_400;

/** Tombstones, which are kept for a time; with each go the credentials of its agent. An id that registers again is spared. */
@Injectable()
export class TombstoneRetention extends RetainedTable {
  constructor(tables: RetainedTables, database: Database, { AGENT_RETENTION_SECONDS: seconds }: Configuration) {
    super(tables, database, {
      name: 'agents',
      time: 'deregistered_at',
      except: 'banned_at IS NOT NULL',
      seconds,
      lock: 3,
    });
  }
}

/** First answers to requests with an `Idempotency-Key`. */
@Injectable()
export class IdempotencyRetention extends RetainedTable {
  constructor(tables: RetainedTables, database: Database) {
    super(tables, database, { name: 'idempotency_keys', time: 'created_at', seconds: IDEMPOTENCY_SECONDS, lock: 4 });
  }
}
