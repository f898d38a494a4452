import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { PinoLogger } from 'nestjs-pino';
import { loggers, LoggerStore } from '../private-api/nestjs-pino';
import type { NextFunction, Request, Response } from 'express';
import { requestIdFrom } from './request-id';

/** A request that {@link identifyRequest} has seen. */
export type IdentifiedRequest = Request & { id: string };

/** Gives every request its id and tells it to the client, before anything can go wrong. */
export function identifyRequest(request: Request, response: Response, next: NextFunction): void {
  const id = requestIdFrom(request.headers['x-request-id']);
  (request as IdentifiedRequest).id = id;
  response.setHeader('x-request-id', id);
  storage.run(new CurrentRequest(id, request.headers['x-request-id']), next);
}

/** Does `work` for a request that no middleware has seen: what is logged and audited meanwhile carries its id all the same. */
export function inRequest<Result>(id: string, header: RequestIdHeader, work: () => Result): Result {
  const logger = new LoggerStore(PinoLogger.root.child({ request_id: id }));
  return storage.run(new CurrentRequest(id, header), () => loggers.run(logger, work));
}

type RequestIdHeader = string | string[] | undefined;

/** The request that is being served. */
class CurrentRequest {
  private made: string | undefined;

  /** `id`: what {@link requestIdFrom} made of the header. It is in the answer, in problems and in the log. */
  constructor(
    private readonly id: string,
    private readonly header: RequestIdHeader,
  ) {}

  /** The id that the client has chosen; null when it has chosen none. */
  get clientId(): string | null {
    return this.id === this.header ? this.id : null;
  }

  /** An id that no client can choose, a UUID: two requests never share it. */
  get ownId(): string {
    return (this.made ??= this.clientId === null ? this.id : randomUUID());
  }
}

const storage = new AsyncLocalStorage<CurrentRequest>();

/** Undefined outside of a request. */
export function currentRequest(): CurrentRequest | undefined {
  return storage.getStore();
}
