import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { BytesInFlight } from '../platform/http/bytes-in-flight';
import type { HttpAdapter } from '../platform/http/http-adapter';
import { FailedAuthentications } from '../platform/limits/failed-authentications';
import { Instruments, type Sample } from './instruments';

/** What is refused before anything is done for it, and how far it is until then. */
@Injectable()
export class EdgeMetrics {
  constructor(
    instruments: Instruments,
    failures: FailedAuthentications,
    bytes: BytesInFlight,
    host: HttpAdapterHost<HttpAdapter>,
  ) {
    instruments.counter('authentication_failures_total', () =>
      Object.entries(failures.answers).map(([answer, count]): Sample => [{ answer }, count]),
    );
    instruments.gauge('http_connections', () => host.httpAdapter.connections.size);
    instruments.gauge('http_request_bytes_in_flight', () => bytes.held);
    instruments.counter('http_overload_total', () => [
      [{ cause: 'bytes' }, bytes.refusals],
      [{ cause: 'connections' }, host.httpAdapter.refusals],
    ]);
  }
}
