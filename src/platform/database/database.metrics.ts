import { Injectable } from '@nestjs/common';
import { Database, type PoolState } from './database';
import { ReportingDatabase } from './reporting-database';
import { Instruments, type Sample } from '../observability/instruments';
import { defineMetrics } from '../observability/metric-definitions';

const METRICS = defineMetrics({
  database_pool_connections: {
    type: 'gauge',
    help: 'Connections to PostgreSQL; state is busy or idle.',
    labels: ['state'],
  },
  database_pool_max_connections: {
    type: 'gauge',
    help: 'Connections to PostgreSQL that this process may open.',
    labels: [],
  },
  database_pool_waiting_statements: {
    type: 'gauge',
    help: 'Statements and transactions that wait for a connection to PostgreSQL.',
    labels: [],
  },
  database_reporting_connections: {
    type: 'gauge',
    help: 'Connections to PostgreSQL that lists, counts, analytics and metrics have to themselves; state is busy or idle.',
    labels: ['state'],
  },
  database_reporting_waiting_statements: {
    type: 'gauge',
    help: 'Lists, counts and analytics that wait for one of these connections.',
    labels: [],
  },
  database_reporting_refused_total: {
    type: 'counter',
    help: 'Lists, counts and analytics that were refused: reason is queue (as many wait as may, or it has waited too long) or timeout (it took longer than QUERY_TIMEOUT_MS).',
    labels: ['reason'],
  },
});

/** The connections to the database, and what waits for one. */
@Injectable()
export class DatabaseMetrics {
  constructor(instruments: Instruments, database: Database, reporting: ReportingDatabase) {
    instruments.gauge(METRICS.database_pool_connections, () => connectionsOf(database.pool()));
    instruments.gauge(METRICS.database_pool_max_connections, () => database.pool().max);
    instruments.gauge(METRICS.database_pool_waiting_statements, () => database.pool().waiting);
    instruments.gauge(METRICS.database_reporting_connections, () => connectionsOf(reporting.pool()));
    instruments.gauge(METRICS.database_reporting_waiting_statements, () => reporting.pool().waiting);
    instruments.counter(METRICS.database_reporting_refused_total, () =>
      Object.entries(reporting.refused).map(([reason, count]): Sample => [{ reason }, count]),
    );
  }
}

function connectionsOf({ busy, idle }: PoolState): Sample[] {
  return [
    [{ state: 'busy' }, busy],
    [{ state: 'idle' }, idle],
  ];
}
