import { AsyncLocalStorage } from 'node:async_hooks';
import { PinoLogger } from 'nestjs-pino';
import { storage as loggers, Store } from 'nestjs-pino/storage';
import type { NextFunction, Request, Response } from 'express';
import { requestIdFrom } from './request-id';

/** A request that {@link identifyRequest} has seen. */
export type IdentifiedRequest = Request & { id: string };

/** Gives every request its id and tells it to the client, before anything can go wrong. */
export function identifyRequest(request: Request, response: Response, next: NextFunction): void {
  const id = requestIdFrom(request.headers['x-request-id']);
  (request as IdentifiedRequest).id = id;
  response.setHeader('x-request-id', id);
  storage.run(id, next);
}

/** Does `work` for a request that no middleware has seen: what is logged and audited meanwhile carries its id all the same. */
export function inRequest<Result>(id: string, work: () => Result): Result {
  const logger = new Store(PinoLogger.root.child({ request_id: id }));
  return storage.run(id, () => loggers.run(logger, work));
}

const storage = new AsyncLocalStorage<string>();

/** The id of the request that is being served; undefined outside of one. */
export function currentRequestId(): string | undefined {
  return storage.getStore();
}
