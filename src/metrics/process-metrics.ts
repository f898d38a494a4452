import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { HttpAdapter } from '../common/http-adapter';
import { Database } from '../database/database';
import { Instruments } from './instruments';

/** What this process is and does: requests, connections, the build. */
@Injectable()
export class ProcessMetrics {
  constructor(instruments: Instruments, host: HttpAdapterHost<HttpAdapter>, database: Database) {
    instruments.histogram('http_request_duration_seconds', () =>
      host.httpAdapter.requests
        .series()
        .map(({ method, route, status, durations }) => [{ method, route, status }, durations]),
    );
    instruments.gauge('database_pool_connections', () => {
      const { busy, idle } = database.pool();
      return [
        [{ state: 'busy' }, busy],
        [{ state: 'idle' }, idle],
      ];
    });
    instruments.gauge('database_pool_max_connections', () => database.pool().max);
    instruments.gauge('database_pool_waiting_statements', () => database.pool().waiting);
    const version = packageVersion();
    instruments.gauge('agent_registry_build_info', () => [[{ version, node_version: process.version }, 1]]);
  }
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
  return version;
}
