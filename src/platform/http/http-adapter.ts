import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { setImmediate as immediate } from 'node:timers/promises';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import { MOST_DISCARDED } from './bodies/body-reader';
import type { Clock } from '../common/clock';
import { Connections } from './connections';
import { DomainError } from '../validation/domain-error';
import { overloaded } from './overloaded';
import { answerWhileStarting, hangUp, refuse, refuseWith } from './raw-responses';
import { errorMessage } from '../observability/error-message';
import { HttpMetrics } from './http-metrics';
import { isStreamed } from './streamed';
import type { TlsFiles } from './tls-files';

/** Longer than load balancers keep an idle connection (60 s as a rule): it is for them to close it, not for us. */
const KEEP_ALIVE_MS = 65_000;
/** The head of a request, and the first one of a connection at all, must be there within this time. */
const HEADERS_MS = 10_000;
const TIMEOUT_CHECK_MS = 1_000;
/** Connections that were taken last get this long to send their first request before the server closes. */
const LATECOMERS_MS = 1_000;
const POLL_MS = 10;
const SHORT_TURN_MS = 1;

/** Whom nothing keeps out: who does not answer these is restarted. */
const PROBES = new Set(['/health/live', '/health/ready', '/health']);

/** What the service has the server do with requests, once there is a service. */
export interface Service {
  /** Answers some requests in front of Express; false: not this one. */
  lane?: { take(request: IncomingMessage, response: ServerResponse): boolean };
  /** Says what is refused before anything is looked at but the head; probes are not. */
  screen?: { refusalOf(request: IncomingMessage): DomainError | undefined };
  /** Is told of each request before anything is done for it; undefined: requests are not logged. */
  log?: { follow(request: IncomingMessage, response: ServerResponse, durationMs: () => number): void };
  /** Called when a request has been answered, or its connection has gone. */
  onAnswered: (request: IncomingMessage) => void;
  /** Connections that may be open at once. */
  connectionsMax: number;
}

/** With it the server speaks HTTPS. */
export interface Tls {
  files: TlsFiles;
  /** Called when the files have changed: with what is wrong with them, or undefined when they hold from now on. */
  onChange: (problem: string | undefined) => void;
}

/**
 * Express, and the HTTP server in front of it. The server may listen before there is anything to serve ({@link open}), and
 * answers what never gets as far as Express, as problem+json like everything else.
 */
export class HttpAdapter extends ExpressAdapter {
  /** Every request that was answered. */
  readonly requests = new HttpMetrics();
  readonly connections: Connections;
  /** Requests that were refused for the number of connections. */
  refusals = 0;
  private readonly server: Server | HttpsServer;
  /** With TLS: connections of which not all have shaken hands. */
  private readonly raw = new Set<Socket>();
  private tlsProblem: string | undefined;
  private readonly inFlight = new Set<ServerResponse>();
  private handler: RequestListener = answerWhileStarting;
  private service: Service | undefined;
  private isServing = false;
  private isDraining = false;

  /** A request that takes longer than `requestMs` to arrive is refused; a client that takes nothing of an answer for so long is cut. */
  constructor(
    private readonly clock: Clock,
    requestMs = 30_000,
    private readonly tls?: Tls,
  ) {
    const instance = express();
    instance.enable('case sensitive routing'); // must be said before the router exists
    super(instance);
    this.connections = new Connections(clock, (request, response) => this.serve(request, response));
    const options = {
      requestTimeout: requestMs,
      headersTimeout: Math.min(requestMs, HEADERS_MS),
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      requireHostHeader: false, // Node's own refusal is no problem document
    };
    const onRequest: RequestListener = (request, response) => this.onRequest(request, response);
    if (tls) {
      const { cert, key, ca } = tls.files.current;
      // Who has no certificate is refused by us, because probes never have one.
      const clients = { requestCert: ca !== undefined, rejectUnauthorized: false, handshakeTimeout: HEADERS_MS };
      this.server = createHttpsServer({ ...options, ...clients, cert, key, ca }, onRequest);
      this.server.on('connection', (socket: Socket) => this.onRawConnection(socket));
      this.server.on('secureConnection', (socket: Socket) => this.connections.add(socket));
    } else {
      this.server = createServer(options, onRequest);
      this.server.on('connection', (socket) => this.connections.add(socket));
    }
    // Who reads the body says that it may come; where nobody does, the connection ends, for it may come or not.
    this.server.on('checkContinue', (request, response) => {
      endConnectionWith(response);
      this.onRequest(request, response);
    });
    this.server.on('checkExpectation', (request, response) => this.onRequest(request, response));
    this.server.on('connect', (_request, socket) => hangUp(socket, 400, 'This is no proxy'));
    this.server.on('clientError', (error, socket) => this.onClientError(error, socket));
    this.server.on('listening', () => {
      const check = clock.every(TIMEOUT_CHECK_MS, () => {
        this.connections.cutStalled(requestMs);
        this.rereadTls();
      });
      this.server.once('close', () => check.cancel());
    });
  }

  /** Has the server serve this, from {@link listen} on. */
  serves(service: Service): void {
    this.service = service;
    this.connections.most = service.connectionsMax;
  }

  /** Takes connections from now on; until {@link listen}, requests get {@link answerWhileStarting}. Rejects when it cannot. */
  async open(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
  }

  override initHttpServer(): void {
    this.httpServer = this.server;
  }

  /** Lets Express serve, on the port that is open already or else on this one. Called by Nest when all routes are there. */
  override listen(port: number | string, ...rest: unknown[]): Server {
    this.handler = this.getInstance<express.Express>();
    this.isServing = true;
    if (!this.server.listening) return super.listen(port, ...(rest as [() => void]));
    (rest.at(-1) as () => void)();
    return this.server;
  }

  /** From now on each answer ends its connection, so that clients that keep theirs go elsewhere with the next request. */
  drain(): void {
    this.isDraining = true;
    for (const response of this.inFlight) endConnectionWith(response);
  }

  /** Takes no more connections and resolves when the requests in flight have been answered, or {@link abandon}ed. */
  override async close(): Promise<void> {
    this.drain();
    if (!this.server.listening) return;
    await quietMoment(this.clock); // the system resets connections that wait to be taken when the server closes
    // Not as HTTP servers close: that cuts connections whose first request is on its way.
    const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(this.server, () => resolve()));
    const latest = this.clock.monotonicMs() + LATECOMERS_MS;
    while (this.inFlight.size > 0 || (this.connections.unheardSize > 0 && this.clock.monotonicMs() < latest))
      await this.clock.sleep(POLL_MS);
    this.abandon(); // nothing is under way on what is left
    await closed;
  }

  /** Cuts every connection, whatever is in flight. */
  abandon(): void {
    this.server.closeAllConnections();
    for (const socket of this.raw) socket.destroy();
  }

  /** When the certificate that is shown ends, milliseconds since 1970; undefined without TLS. */
  get certificateExpiresAt(): number | undefined {
    return this.tls?.files.current.expiresAt;
  }

  private onRawConnection(socket: Socket): void {
    if (this.raw.size >= 2 * this.connections.most) return void socket.destroy();
    this.raw.add(socket);
    socket.once('close', () => this.raw.delete(socket));
  }

  /** New connections get what is in the files now; those that are open go on. */
  private rereadTls(): void {
    if (!this.tls) return;
    let problem: string | undefined;
    try {
      const now = this.tls.files.reread();
      if (now) (this.server as HttpsServer).setSecureContext({ cert: now.cert, key: now.key, ca: now.ca });
      if (!now && this.tlsProblem === undefined) return;
    } catch (error) {
      problem = errorMessage(error);
    }
    if (problem !== undefined && problem === this.tlsProblem) return;
    this.tlsProblem = problem;
    this.tls.onChange(problem);
  }

  private onRequest(request: IncomingMessage, response: ServerResponse): void {
    const start = this.clock.monotonicMs();
    this.inFlight.add(response);
    this.service?.log?.follow(request, response, () => this.clock.monotonicMs() - start);
    if (this.isDraining || Number(request.headers['content-length'] ?? 0) > MOST_DISCARDED) endConnectionWith(response);
    response.on('close', () => {
      this.inFlight.delete(response);
      this.service?.onAnswered(request);
      this.connections.answered(request);
      if (!response.writableFinished || isStreamed(response)) return; // nobody was there any more to take the answer
      const { route } = request as IncomingMessage & { route?: { path?: unknown } }; // Express has put it there
      const seconds = (this.clock.monotonicMs() - start) / 1000;
      this.requests.record(request.method, route?.path, response.statusCode, seconds);
    });
    this.connections.accept(request, response);
  }

  private serve(request: IncomingMessage, response: ServerResponse): void {
    const wrong = malformation(request);
    if (wrong) {
      endConnectionWith(response);
      return refuse(request, response, ...wrong);
    }
    const refusal = this.isServing ? this.refusalOf(request) : undefined;
    if (refusal) return refuseWith(request, response, refusal);
    if (this.isServing && this.service?.lane?.take(request, response)) return;
    const target = request.url ?? '';
    if (!URL.canParse(target, 'http://localhost'))
      return refuse(request, response, 400, 'The request target is not a URL');
    if (/^[a-z]/i.test(target)) request.url = originForm(target);
    this.handler(request, response);
  }

  /** Why a request is not to be looked at any further. */
  private refusalOf(request: IncomingMessage): DomainError | undefined {
    const needsCertificate = this.tls?.files.current.ca !== undefined;
    if (!this.connections.isFull && !this.service?.screen && !needsCertificate) return undefined;
    if (PROBES.has(request.url!)) return undefined;
    if (needsCertificate && !(request.socket as TLSSocket).authorized) return certificateRequired();
    if (!this.connections.isFull) return this.service?.screen?.refusalOf(request);
    this.refusals++;
    return overloaded('Too many connections are open');
  }

  /** What Node's parser could not read (RFC 9112), or waited for in vain. */
  private onClientError(error: Error & { code?: string }, socket: Duplex): void {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const [status, message] = CLIENT_ERRORS[error.code ?? ''] ?? [400, 'The request is not well-formed HTTP'];
    this.connections.fail(socket, (open) => hangUp(open, status, message));
  }
}

function certificateRequired(): DomainError {
  const detail = 'Only clients with a certificate of the authority in TLS_CLIENT_CA_FILE are served';
  return new DomainError('forbidden', 'client_certificate_required', detail, { headers: { connection: 'close' } });
}

const CLIENT_ERRORS: Record<string, [status: number, message: string] | undefined> = {
  HPE_HEADER_OVERFLOW: [431, 'The header fields are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time'],
};

/** What is wrong with the head of a request that Node's parser lets pass. */
function malformation({ headers, httpVersion }: IncomingMessage): [status: number, message: string] | undefined {
  const { host, expect } = headers;
  if (host === undefined && httpVersion === '1.1') return [400, 'A request of HTTP/1.1 needs a Host header field'];
  if (headers['transfer-encoding'] !== undefined && httpVersion === '1.0')
    return [400, 'A request of HTTP/1.0 cannot have a Transfer-Encoding']; // RFC 9112, 6.1
  if (expect !== undefined && !/^100-continue$/i.test(expect)) return [417, 'Only 100-continue can be expected'];
  return undefined;
}

/** Until a turn of the event loop was short, so that hardly anybody can have come in it; not for ever. */
async function quietMoment(clock: Clock): Promise<void> {
  const latest = clock.monotonicMs() + LATECOMERS_MS;
  for (let turn = Number.POSITIVE_INFINITY; turn > SHORT_TURN_MS && clock.monotonicMs() < latest;) {
    const began = clock.monotonicMs();
    await immediate();
    turn = clock.monotonicMs() - began;
  }
}

function endConnectionWith(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}

/** An absolute target as the others have it (RFC 9112, 3.2): Express's own parser is stricter about the part in front. */
function originForm(target: string): string {
  const { pathname, search } = new URL(target);
  return pathname + search;
}
