import { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PinoLogger } from 'nestjs-pino';
import type { Principal } from '../access/principal';
import { routeTemplate } from '../http/http-metrics';
import { levelOf } from '../observability/logging';

/** A request with what the lanes have set on it. Its `id` is the `X-Request-Id` of the answer. */
export type NotedRequest = IncomingMessage & {
  /** As Express has it: the route that was matched. */
  route?: { path?: unknown };
  principal?: Principal;
};

/**
 * The access log: one line for each request, when its answer has been sent or its client has gone. It is attached to Node's server, below
 * both lanes, so that their lines are alike. Neither the path nor the query, a header or a body is in it.
 */
export class RequestLog {
  constructor(private readonly mode: 'errors' | 'all') {}

  /** Logs the request when it has ended. `durationMs` is called then. */
  follow(request: NotedRequest, response: ServerResponse, durationMs: () => number): void {
    const counter = countBytes(response);
    // The line belongs to the trace that is open now, not to the event of the socket that ends the request.
    const ended = AsyncResource.bind(() => this.write(request, response, durationMs(), counter.bytes));
    response.on('close', ended);
  }

  private write(request: NotedRequest, response: ServerResponse, durationMs: number, bytes: number): void {
    const { method, id, principal } = request;
    const isCut = !response.writableFinished;
    const status = response.headersSent ? response.statusCode : undefined;
    if (this.mode === 'errors' && !isCut && response.statusCode < 400) return;
    const route = routeTemplate(request.route?.path) ?? 'unmatched';
    PinoLogger.root[levelOf(response.statusCode) === 'warn' ? 'warn' : 'info'](
      {
        method,
        route,
        status,
        ...(isCut && { aborted: true }),
        duration_ms: Math.round(durationMs * 1000) / 1000,
        bytes: method === 'HEAD' ? 0 : bytes,
        request_id: id,
        principal_kind: principal?.kind,
        principal_name: principal && nameOf(principal),
      },
      `${method} ${route} ${isCut ? 'aborted' : status}`,
    );
  }
}

/** The client's name or the agent's id; undefined for those that have none. */
function nameOf(principal: Principal): string | undefined {
  if (principal.kind === 'client') return principal.name;
  return principal.kind === 'agent' ? principal.id : undefined;
}

/** Counts the bytes of the body that are written to `response`. */
function countBytes(response: ServerResponse): { readonly bytes: number } {
  const counter = { bytes: 0 };
  const write = response.write.bind(response) as (...args: unknown[]) => boolean;
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  const count = (chunk: unknown, encoding: unknown): void => {
    if (typeof chunk === 'string')
      counter.bytes += Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
    else if (chunk instanceof Uint8Array) counter.bytes += chunk.byteLength;
  };
  response.write = (...args: unknown[]) => {
    count(args[0], args[1]);
    return write(...args);
  };
  response.end = (...args: unknown[]) => {
    count(args[0], args[1]);
    return end(...args);
  };
  return counter;
}
