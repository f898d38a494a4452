import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { BytesInFlight } from '../http/bodies/bytes-in-flight';
import type { HttpAdapter } from '../http/http-adapter';
import { FailedAuthentications } from '../limits/failed-authentications';
import { Instruments, type Sample } from '../observability/instruments';
import { defineMetrics } from '../observability/metric-definitions';

const METRICS = defineMetrics({
  authentication_failures_total: {
    type: 'counter',
    help: 'Requests with a wrong token. answer is unauthorized (401) or rate_limited (429: too many from one address).',
    labels: ['answer'],
  },
  http_connections: {
    type: 'gauge',
    help: 'Open connections of clients; above CONNECTIONS_MAX idle ones are closed.',
    labels: [],
  },
  http_request_bytes_in_flight: {
    type: 'gauge',
    help: 'Bytes of the bodies of requests that have not been answered; at most REQUEST_BYTES_IN_FLIGHT.',
    labels: [],
  },
  tls_certificate_expires_timestamp_seconds: {
    type: 'gauge',
    help: 'When the certificate that the service shows ends, seconds since 1970. Absent without TLS_CERT_FILE.',
    labels: [],
    ofWorkers: 'min',
  },
  http_overload_total: {
    type: 'counter',
    help: 'Requests that were answered 503 overloaded. cause is bytes (REQUEST_BYTES_IN_FLIGHT) or connections (CONNECTIONS_MAX).',
    labels: ['cause'],
  },
});

/** Metrics of connections, of bodies in flight, and of requests that are refused before they are handled. */
@Injectable()
export class EdgeMetrics {
  constructor(
    instruments: Instruments,
    failures: FailedAuthentications,
    bytes: BytesInFlight,
    host: HttpAdapterHost<HttpAdapter>,
  ) {
    instruments.counter(METRICS.authentication_failures_total, () =>
      Object.entries(failures.answers).map(([answer, count]): Sample => [{ answer }, count]),
    );
    instruments.gauge(METRICS.http_connections, () => host.httpAdapter.connections.size);
    instruments.gauge(METRICS.http_request_bytes_in_flight, () => bytes.held);
    instruments.gauge(METRICS.tls_certificate_expires_timestamp_seconds, () => {
      const { certificateExpiresAt: expiresAt } = host.httpAdapter;
      return expiresAt === undefined ? [] : [[{}, expiresAt / 1000]];
    });
    instruments.counter(METRICS.http_overload_total, () => [
      [{ cause: 'bytes' }, bytes.refusals],
      [{ cause: 'connections' }, host.httpAdapter.refusals],
    ]);
  }
}
