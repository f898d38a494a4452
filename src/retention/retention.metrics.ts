import { Injectable } from '@nestjs/common';
import { RetentionService } from './retention.service';
import { Instruments, type Sample } from '../platform/observability/instruments';
import { defineMetrics } from '../platform/observability/metric-definitions';

const METRICS = defineMetrics({
  retention_deleted_rows_total: {
    type: 'counter',
    help: 'Rows that were deleted because they had been kept long enough. table is agent_events, governance_decisions, agents (tombstones) or idempotency_keys.',
    labels: ['table'],
  },
  retention_oldest_row_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest row that retention is to delete some day, as of its last run, at most half a minute ago as a rule; 0 when there is none.',
    labels: ['table'],
    ofWorkers: 'min',
  },
  retention_limit_seconds: {
    type: 'gauge',
    help: 'How long rows are kept, as configured. An oldest row that is much older says that retention does not keep up.',
    labels: ['table'],
    ofWorkers: 'max',
  },
});

/** What retention has deleted, and whether it keeps up. */
@Injectable()
export class RetentionMetrics {
  constructor(instruments: Instruments, retention: RetentionService) {
    instruments.counter(METRICS.retention_deleted_rows_total, () =>
      retention.tables.map(({ table, deleted }): Sample => [{ table: table.name }, deleted]),
    );
    instruments.gauge(METRICS.retention_oldest_row_age_seconds, () =>
      retention.tables.flatMap(({ table, oldestAge }): Sample[] =>
        oldestAge === undefined ? [] : [[{ table: table.name }, Math.round(oldestAge)]],
      ),
    );
    instruments.gauge(METRICS.retention_limit_seconds, () =>
      retention.tables.map(({ table }): Sample => [{ table: table.name }, table.seconds]),
    );
  }
}
