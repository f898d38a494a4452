import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { HttpAdapter } from '../platform/http/http-adapter';
import { Database, type PoolState } from '../platform/database/database';
import { ReportingDatabase } from '../platform/database/reporting-database';
import { Instruments, type Sample } from './instruments';

/** What this process is and does: requests, connections, the build. */
@Injectable()
export class ProcessMetrics {
  constructor(
    instruments: Instruments,
    host: HttpAdapterHost<HttpAdapter>,
    database: Database,
    reporting: ReportingDatabase,
  ) {
    instruments.histogram('http_request_duration_seconds', () =>
      host.httpAdapter.requests
        .series()
        .map(({ method, route, status, durations }) => [{ method, route, status }, durations]),
    );
    instruments.gauge('database_pool_connections', () => connectionsOf(database.pool()));
    instruments.gauge('database_pool_max_connections', () => database.pool().max);
    instruments.gauge('database_pool_waiting_statements', () => database.pool().waiting);
    instruments.gauge('database_reporting_connections', () => connectionsOf(reporting.pool()));
    instruments.gauge('database_reporting_waiting_statements', () => reporting.pool().waiting);
    instruments.counter('database_reporting_refused_total', () =>
      Object.entries(reporting.refused).map(([reason, count]): Sample => [{ reason }, count]),
    );
    const version = packageVersion();
    instruments.gauge('agent_registry_build_info', () => [[{ version, node_version: process.version }, 1]]);
  }
}

function connectionsOf({ busy, idle }: PoolState): Sample[] {
  return [
    [{ state: 'busy' }, busy],
    [{ state: 'idle' }, idle],
  ];
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
  return version;
}
