import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { HttpAdapter } from '../http/http-adapter';
import { Instruments } from './instruments';
import { defineMetrics } from './metric-definitions';
import { packageVersion } from '../runtime/package-version';

const METRICS = defineMetrics({
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the head of a request to the end of its answer. route is the template, "unmatched" for the rest.',
    labels: ['method', 'route', 'status'],
  },
  agent_registry_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels say what is running.',
    labels: ['version', 'node_version'],
    ofWorkers: 'first',
  },
});

/** What this process is and answers. */
@Injectable()
export class ProcessMetrics {
  constructor(instruments: Instruments, host: HttpAdapterHost<HttpAdapter>) {
    instruments.histogram(METRICS.http_request_duration_seconds, () =>
      host.httpAdapter.requests
        .series()
        .map(({ method, route, status, durations }) => [{ method, route, status }, durations]),
    );
    const version = packageVersion();
    instruments.gauge(METRICS.agent_registry_build_info, () => [[{ version, node_version: process.version }, 1]]);
  }
}
