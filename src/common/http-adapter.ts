import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { NestApplicationOptions } from '@nestjs/common';
import express from 'express';
import { DomainError } from './domain-error';
import { problemOf, type ProblemAnswer } from './problem';
import { requestIdFrom } from './request-id';
import { RequestTally } from './request-tally';

/** Longer than load balancers keep an idle connection (60 s as a rule): it is for them to close it, not for us. */
const KEEP_ALIVE_MS = 65_000;

/** Express, and in front of it the requests that never get as far: they are answered as problem+json like all others. */
export class HttpAdapter extends ExpressAdapter {
  /** Every request that was answered. */
  readonly requests = new RequestTally();

  constructor() {
    const instance = express();
    instance.enable('case sensitive routing'); // must be said before the router exists
    super(instance);
  }

  override initHttpServer(options: NestApplicationOptions): void {
    super.initHttpServer(options);
    const server = this.httpServer as Server;
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    const handler = this.getInstance<express.Express>();
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      this.watch(request, response);
      const target = request.url ?? '';
      if (!URL.canParse(target, 'http://localhost'))
        return refuse(request, response, 400, 'The request target is not a URL');
      if (/^[a-z]/i.test(target)) request.url = originForm(target);
      handler(request, response);
    });
    server.on('checkExpectation', (request, response) => {
      this.watch(request, response);
      refuse(request, response, 417, 'Only 100-continue can be expected');
    });
    server.on('connect', (_request, socket) => hangUp(socket, 400, 'This is no proxy'));
    server.on('clientError', onClientError);
  }

  private watch(request: IncomingMessage, response: ServerResponse): void {
    const start = performance.now();
    response.once('finish', () => {
      const { route } = request as IncomingMessage & { route?: { path?: unknown } }; // Express has put it there
      const seconds = (performance.now() - start) / 1000;
      this.requests.record(request.method, route?.path, response.statusCode, seconds);
    });
  }
}

/** An absolute target as the others have it (RFC 9112, 3.2): Express's own parser is stricter about the part in front. */
function originForm(target: string): string {
  const { pathname, search } = new URL(target);
  return pathname + search;
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  const { headers, body } = problem(status, message, requestIdFrom(request.headers['x-request-id']));
  const text = JSON.stringify(body);
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
}

/** What Node's parser could not read (RFC 9112), or waited for in vain. */
function onClientError(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  if (error.code === 'HPE_HEADER_OVERFLOW') return hangUp(socket, 431, 'The header fields are too large');
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return hangUp(socket, 408, 'The request did not arrive in time');
  hangUp(socket, 400, 'The request is not well-formed HTTP');
}

function hangUp(socket: Duplex, status: number, message: string): void {
  const { headers, body } = problem(status, message, requestIdFrom(undefined));
  const text = JSON.stringify(body);
  const fields = { ...headers, 'content-length': Buffer.byteLength(text), connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`);
}

function problem(status: number, message: string, requestId: string): ProblemAnswer {
  const answer = problemOf(new DomainError('invalid', 'malformed_request', message), requestId);
  return {
    status,
    headers: { ...answer.headers, 'x-request-id': requestId },
    body: { ...answer.body, status, title: STATUS_CODES[status] ?? 'Error' },
  };
}
