import { Injectable } from '@nestjs/common';
import { Configuration } from '../../platform/config/configuration';
import { Database } from '../../platform/database/database';
import { RetainedTable, RetainedTables } from '../../platform/database/retained-table';

/** What became of deliveries, which is kept for a time; what still waits is kept. */
@Injectable()
export class DeliveryRetention extends RetainedTable {
  constructor(
    tables: RetainedTables,
    database: Database,
    { WEBHOOK_DELIVERY_RETENTION_SECONDS: seconds }: Configuration,
  ) {
    super(tables, database, {
      name: 'webhook_deliveries',
      time: 'created_at',
      except: `state = 'waiting'`,
      seconds,
      lock: 5,
    });
  }
}
