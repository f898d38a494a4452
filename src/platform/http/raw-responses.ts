import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError } from '../validation/domain-error';
import { problemOf, type ProblemResponse } from '../validation/problem';
import { requestIdFrom } from '../observability/request-id';

/** Problem documents for requests that never reach Express. */

/** Refuses a request with `status`, whatever the status of its kind of error is elsewhere. */
export function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  const answer = malformed(status, message, identify(request));
  send(response, answer.status, answer.headers, answer.body);
}

/** Refuses a request for what is wrong with it. */
export function refuseWith(request: IncomingMessage, response: ServerResponse, error: DomainError): void {
  const id = identify(request);
  const { status, headers, body } = problemOf(error, id);
  send(response, status, { ...headers, 'x-request-id': id }, body);
}

/** Refuses what is not even a request, and ends the connection. */
export function hangUp(socket: Duplex, status: number, message: string): void {
  const { headers, body } = malformed(status, message, requestIdFrom(undefined));
  const text = JSON.stringify(body);
  const fields = { ...headers, 'content-length': Buffer.byteLength(text), connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`);
}

/** What a process answers that listens already and cannot serve yet: alive, not ready, and 503 for everything else. */
export function answerWhileStarting(request: IncomingMessage, response: ServerResponse): void {
  const id = requestIdFrom(request.headers['x-request-id']);
  const headers = { 'content-type': 'application/json; charset=utf-8', 'x-request-id': id };
  const path = (request.url ?? '').split('?', 1)[0];
  if (path === '/health/live') return send(response, 200, headers, { status: 'alive' });
  if (path === '/health' || path === '/health/ready') {
    const details = { startup: { status: 'down', message: 'waiting for the database' } };
    return send(response, 503, headers, { status: 'unhealthy', details });
  }
  const starting = problemOf(new DomainError('unavailable', 'starting', 'The registry is starting'), id);
  send(response, starting.status, { ...starting.headers, 'x-request-id': id }, starting.body);
}

/** Gives the request its id, where Express's middleware would have put it. */
function identify(request: IncomingMessage): string {
  const id = requestIdFrom(request.headers['x-request-id']);
  request.id = id;
  return id;
}

function send(response: ServerResponse, status: number, headers: Record<string, string>, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
}

function malformed(status: number, message: string, requestId: string): ProblemResponse {
  const answer = problemOf(new DomainError('invalid', 'malformed_request', message), requestId);
  return {
    status,
    headers: { ...answer.headers, 'x-request-id': requestId },
    body: { ...answer.body, status, title: STATUS_CODES[status] ?? 'Error' },
  };
}
