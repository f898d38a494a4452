import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { Principal } from '../access/principal';
import { Clock } from '../common/clock';
import { levelOf, requestLine } from '../observability/logging';
import { OutageLog } from '../observability/outage-log';
import { problemOf } from '../validation/problem';
import { inRequest } from '../observability/request-context';
import { requestIdFrom } from '../observability/request-id';
import { policyOf, RequestGate, type RoutePolicy } from '../gate/request-gate';
import { idIn, pathPattern, plainBodyLength, type PathPattern } from './plain-request';

export interface HotRequest {
  /** The value of `:id`; empty when the path has none. */
  id: string;
  /** The parsed body; undefined when there is none. */
  body: unknown;
  headers: IncomingHttpHeaders;
  principal: Principal;
}

export interface HotResponse {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON; undefined: no body. */
  body?: object;
}

/** A route that is answered without Express, as well as by it. */
export interface HotRoute {
  method: 'GET' | 'POST';
  /** As the controller has it, with at most one parameter, `:id`. */
  path: string;
  /** Values of `:id` that make it another path. */
  reserved?: ReadonlySet<unknown>;
  /** The controller and the name of its method for the same route: what they declare of access, budgets and bodies holds here too. */
  like: [controller: { prototype: object }, method: string];
  /** Whether it logs or audits what it does, which must carry the id of the request then. */
  tells?: boolean;
  /** Answers, or throws as a controller may. */
  answer(request: HotRequest): HotResponse | Promise<HotResponse>;
}

interface Entry {
  route: HotRoute;
  pattern: PathPattern;
  policy: RoutePolicy;
  /** Bytes of the largest body; 0: it takes none. */
  bodyLimit: number;
}

/**
 * Answers the routes that fleets use all the time in front of Express, by the same services, access control, limits, errors,
 * request ids, metrics and logs. Whatever is unusual about a request, it leaves to Express; a client sees no difference.
 */
@Injectable()
export class HotLane {
  private readonly entries: Record<string, Entry[]> = { GET: [], POST: [] };
  private standingHeaders: string[] = [];

  constructor(
    private readonly gate: RequestGate,
    private readonly outages: OutageLog,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(HotLane.name);
  }

  /** Adds a route; a module calls it when it is made. */
  add(route: HotRoute): void {
    const [controller, method] = route.like;
    const handler = (controller.prototype as Record<string, object>)[method]!;
    const policy = policyOf(handler, controller);
    this.entries[route.method]!.push({
      route,
      pattern: pathPattern(route.path),
      policy,
      bodyLimit: route.method === 'POST' ? policy.body.limit : 0,
    });
  }

  /** Has every answer carry these headers, as the middleware of the ordinary lane does. */
  setDefaultHeaders(headers: Record<string, string>): void {
    this.standingHeaders = Object.entries(headers).flat();
  }

  /** Answers the request, or gives false and leaves it untouched. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const entries = this.entries[request.method!];
    if (!entries) return false;
    const url = request.url!;
    for (const entry of entries) {
      const id = idIn(url, entry.pattern);
      if (id === undefined || entry.route.reserved?.has(id)) continue;
      const length = plainBodyLength(request.headers, entry.bodyLimit);
      if (length === undefined) return false;
      (request as IncomingMessage & { route?: object }).route = { path: entry.route.path }; // where Express puts it
      this.serve(new Exchange(request, response, id, this.clock.monotonicMs()), entry, length > 0);
      return true;
    }
    return false;
  }

  /** In the order of the ordinary lane: who asks, how often, what for. Without a promise where nothing has to be waited for. */
  private serve(exchange: Exchange, entry: Entry, hasBody: boolean): void {
    try {
      const principal = this.gate.admit(exchange.request, entry.policy, exchange.id);
      if (hasBody || principal instanceof Promise) return void this.serveWhenRead(exchange, entry, principal, hasBody);
      const answer = answerOf(exchange, entry.route, principal, undefined);
      if (answer instanceof Promise) void this.sendWhenThere(exchange, answer);
      else this.sendAnswer(exchange, answer);
    } catch (error) {
      this.refuse(exchange, error);
    }
  }

  private async serveWhenRead(
    exchange: Exchange,
    { route, policy }: Entry,
    admitted: Principal | Promise<Principal>,
    hasBody: boolean,
  ): Promise<void> {
    const { request, response } = exchange;
    try {
      const principal = admitted instanceof Promise ? await admitted : admitted;
      const body = hasBody ? await this.gate.receive(request, response, policy, principal) : undefined;
      const answer = answerOf(exchange, route, principal, body);
      this.sendAnswer(exchange, answer instanceof Promise ? await answer : answer);
    } catch (error) {
      this.refuse(exchange, error);
    }
  }

  private async sendWhenThere(exchange: Exchange, answer: Promise<HotResponse>): Promise<void> {
    try {
      this.sendAnswer(exchange, await answer);
    } catch (error) {
      this.refuse(exchange, error);
    }
  }

  private sendAnswer(exchange: Exchange, { status, headers, body }: HotResponse): void {
    this.send(exchange, status, JSON_TYPE, headers, body);
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
    { request, response, requestId, began }: Exchange,
    status: number,
    contentType: string | undefined,
    headers: Record<string, string> | undefined,
    body: object | undefined,
  ): void {
    const fields = [...this.standingHeaders, 'X-Request-Id', requestId];
    for (const name in headers) fields.push(name, headers[name]!);
    const text = body && JSON.stringify(body);
    if (text) {
      const bytes = Buffer.byteLength(text);
      if (contentType) fields.push('Content-Type', contentType);
      fields.push('Content-Length', String(bytes));
      // A text in ASCII is the same in Latin-1, which costs Node less to write.
      response.writeHead(status, fields).end(text, bytes === text.length ? 'latin1' : 'utf8');
    } else response.writeHead(status, fields).end();
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
    readonly began: number,
  ) {
    this.requestId = requestIdFrom(request.headers['x-request-id']);
  }
}

function answerOf(
  { id, request, requestId }: Exchange,
  route: HotRoute,
  principal: Principal,
  body: unknown,
): HotResponse | Promise<HotResponse> {
  const asked = { id, body, headers: request.headers, principal };
  return route.tells
    ? inRequest(requestId, request.headers['x-request-id'], () => route.answer(asked))
    : route.answer(asked);
}
