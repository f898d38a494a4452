import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { PinoLogger } from 'nestjs-pino';
import type { Principal } from '../access/principal';
import { Clock } from '../common/clock';
import { levelOf, requestLine } from '../observability/logging';
import { Configuration } from '../config/configuration';
import { OutageLog } from '../observability/outage-log';
import { HttpResponse } from '../http/http-response';
import { reservedWordsOf } from '../validation/http-input';
import { problemOf } from '../validation/problem';
import { inRequest } from '../observability/request-context';
import { notedRoute } from '../private-api/nest';
import { requestIdFrom } from '../observability/request-id';
import { policyOf, RequestGate, type RoutePolicy } from '../gate/request-gate';
import { requireAppliedEnhancers } from './global-enhancers';
import { argumentsOf, type HotRequest } from './handler-arguments';
import { hotRouteOf } from './hot-route.decorator';
import { idIn, pathPattern, plainBodyLength, type PathPattern } from './plain-request';

/** A handler that the lane calls. */
interface Entry {
  /** As Express would have it. */
  path: string;
  pattern: PathPattern;
  /** Names and values in turn: what every answer carries. */
  headers: readonly string[];
  /** Values of `:id` that make it another path. */
  reserved: ReadonlySet<unknown> | undefined;
  policy: RoutePolicy;
  status: number;
  needsRequestContext: boolean;
  handle(request: HotRequest): unknown;
  /** Bytes of the largest body; 0: it takes none. */
  bodyLimit: number;
}

/**
 * Answers the routes that fleets use all the time in front of Express, by the same services, access control, limits, errors,
 * request ids, metrics and logs. Whatever is unusual about a request, it leaves to Express; a client sees no difference.
 */
@Injectable()
export class HotLane implements OnModuleInit {
  private readonly entries: Record<string, Entry[]> = { GET: [], POST: [] };
  private headersAt: (path: string) => Readonly<Record<string, string>> = () => ({});
  /** Whether requests have a line of the access log, and then none from here. */
  private readonly isLogged: boolean;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly gate: RequestGate,
    private readonly outages: OutageLog,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
    { LOG_REQUESTS }: Configuration,
  ) {
    logger.setContext(HotLane.name);
    this.isLogged = LOG_REQUESTS !== 'off';
  }

  /** Finds the routes that are marked with `@HotRoute`, once all controllers are there. */
  onModuleInit(): void {
    requireAppliedEnhancers(this.discovery);
    for (const { instance, metatype } of this.discovery.getControllers()) {
      const controller = metatype as ControllerClass;
      for (const method of this.scanner.getAllMethodNames(controller.prototype))
        this.add(instance as Handlers, controller, method);
    }
  }

  private add(instance: Handlers, controller: ControllerClass, method: string): void {
    const handler = instance[method]!;
    const options = hotRouteOf(handler);
    if (!options) return;
    const { verb, path, status } = routeOf(controller, handler);
    const entries = this.entries[verb];
    if (!entries)
      throw new Error(`${controller.name}.${method} is a hot route of ${verb}, which the hot lane does not take`);
    const resolvers = argumentsOf(controller, method);
    const policy = policyOf(handler, controller);
    entries.push({
      path,
      pattern: pathPattern(path),
      headers: Object.entries(this.headersAt(path)).flat(),
      reserved: reservedWordsOf(controller, 'id'),
      policy,
      bodyLimit: verb === 'POST' ? policy.body.limit : 0,
      status,
      needsRequestContext: options.needsRequestContext ?? false,
      handle: (request) =>
        handler.apply(
          instance,
          resolvers.map((resolve) => resolve(request)),
        ),
    });
  }

  /** Has the answers of each route carry the headers of its path, as the middleware of the ordinary lane does. Before the modules start. */
  setHeaders(headersAt: (path: string) => Readonly<Record<string, string>>): void {
    this.headersAt = headersAt;
  }

  /** Answers the request, or gives false and leaves it untouched. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const entries = this.entries[request.method!];
    if (!entries) return false;
    const url = request.url!;
    for (const entry of entries) {
      const id = idIn(url, entry.pattern);
      if (id === undefined || entry.reserved?.has(id)) continue;
      const length = plainBodyLength(request.headers, entry.bodyLimit);
      if (length === undefined) return false;
      (request as IncomingMessage & { route?: object }).route = { path: entry.path }; // where Express puts it
      const exchange = new Exchange(request, response, id, entry.headers, this.clock.monotonicMs());
      if (this.isLogged) request.id = exchange.requestId;
      this.serve(exchange, entry, length > 0);
      return true;
    }
    return false;
  }

  /** In the order of the ordinary lane: access, rate limit, body, handler. Without a promise where nothing has to be waited for. */
  private serve(exchange: Exchange, entry: Entry, hasBody: boolean): void {
    try {
      const principal = this.gate.admit(exchange.request, entry.policy, exchange.id);
      if (hasBody || principal instanceof Promise) return void this.serveWhenRead(exchange, entry, principal, hasBody);
      const answer = answerOf(exchange, entry, principal, undefined);
      if (answer instanceof Promise) void this.sendWhenThere(exchange, entry, answer);
      else this.sendAnswer(exchange, entry, answer);
    } catch (error) {
      this.refuse(exchange, error);
    }
  }

  private async serveWhenRead(
    exchange: Exchange,
    entry: Entry,
    admitted: Principal | Promise<Principal>,
    hasBody: boolean,
  ): Promise<void> {
    const { request, response } = exchange;
    try {
      const principal = admitted instanceof Promise ? await admitted : admitted;
      const body = hasBody ? await this.gate.receive(request, response, entry.policy, principal) : undefined;
      const answer = answerOf(exchange, entry, principal, body);
      this.sendAnswer(exchange, entry, answer instanceof Promise ? await answer : answer);
    } catch (error) {
      this.refuse(exchange, error);
    }
  }

  private async sendWhenThere(exchange: Exchange, entry: Entry, answer: Promise<unknown>): Promise<void> {
    try {
      this.sendAnswer(exchange, entry, await answer);
    } catch (error) {
      this.refuse(exchange, error);
    }
  }

  private sendAnswer(exchange: Exchange, entry: Entry, answer: unknown): void {
    if (answer instanceof HttpResponse)
      this.send(exchange, answer.status, JSON_TYPE, answer.headers, answer.body as object | undefined);
    else this.send(exchange, entry.status, JSON_TYPE, undefined, answer as object | undefined);
  }

  private refuse(exchange: Exchange, error: unknown): void {
    const problem = problemOf(error, exchange.requestId);
    const { status, headers, body } = problem;
    this.outages.note(problem, error);
    if (status === 500)
      this.logger.error({ err: error, request_id: exchange.requestId }, 'Request failed unexpectedly');
    this.send(exchange, status, undefined, headers, body);
  }

  private send(
    { request, response, requestId, headers: ofRoute, began }: Exchange,
    status: number,
    contentType: string | undefined,
    headers: Record<string, string> | undefined,
    body: object | undefined,
  ): void {
    const fields = [...ofRoute, 'X-Request-Id', requestId];
    for (const name in headers) fields.push(name, headers[name]!);
    const text = body && JSON.stringify(body);
    if (text) {
      const bytes = Buffer.byteLength(text);
      if (contentType) fields.push('Content-Type', contentType);
      fields.push('Content-Length', String(bytes));
      // A text in ASCII is the same in Latin-1, which costs Node less to write.
      response.writeHead(status, fields).end(text, bytes === text.length ? 'latin1' : 'utf8');
    } else response.writeHead(status, fields).end();
    if (this.isLogged) return;
    const level = levelOf(status);
    if (!PinoLogger.root.isLevelEnabled(level)) return;
    const { message, details } = requestLine(request, status, Math.round(this.clock.monotonicMs() - began));
    PinoLogger.root[level]({ request_id: requestId, ...details }, message);
  }
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** One request and its answer. */
class Exchange {
  readonly requestId: string;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly id: string,
    readonly headers: readonly string[],
    readonly began: number,
  ) {
    this.requestId = requestIdFrom(request.headers['x-request-id']);
  }
}

function answerOf({ id, request, requestId }: Exchange, entry: Entry, principal: Principal, body: unknown): unknown {
  const asked = { id, body, headers: request.headers, principal };
  return entry.needsRequestContext
    ? inRequest(requestId, request.headers['x-request-id'], () => entry.handle(asked))
    : entry.handle(asked);
}

interface ControllerClass {
  name: string;
  prototype: object;
}

type Handlers = Record<string, (...parameters: unknown[]) => unknown>;

/** A handler's route by Nest's decorators. */
function routeOf(controller: ControllerClass, handler: object): { verb: string; path: string; status: number } {
  const { controllerPath, path: own, verb, status } = notedRoute(controller, handler);
  const path = [controllerPath, own].flatMap((part) => String(part).split('/')).filter((segment) => segment !== '');
  return { verb, path: `/${path.join('/')}`, status: status ?? (verb === 'POST' ? 201 : 200) };
}
