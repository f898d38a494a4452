import { Injectable } from '@nestjs/common';
import { RetentionService } from '../retention/retention.service';
import { Instruments, type Sample } from './instruments';

/** What retention has deleted, and whether it keeps up. */
@Injectable()
export class RetentionMetrics {
  constructor(instruments: Instruments, retention: RetentionService) {
    instruments.counter('retention_deleted_rows_total', () =>
      retention.tables.map(({ table, deleted }): Sample => [{ table: table.name }, deleted]),
    );
    instruments.gauge('retention_oldest_row_age_seconds', () =>
      retention.tables.flatMap(({ table, oldestAge }): Sample[] =>
        oldestAge === undefined ? [] : [[{ table: table.name }, Math.round(oldestAge)]],
      ),
    );
    instruments.gauge('retention_limit_seconds', () =>
      retention.tables.map(({ table }): Sample => [{ table: table.name }, table.seconds]),
    );
  }
}
