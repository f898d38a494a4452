import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../access/principal';
import { callerOf } from '../access/requires.decorator';
import { notedParameters, RouteParamtypes, type NotedParameter } from '../private-api/nest';

/** A request as its handler gets it. */
export interface HotRequest {
  /** The value of `:id`; empty when the path has none. */
  id: string;
  /** The parsed body; undefined when there is none. */
  body: unknown;
  headers: IncomingHttpHeaders;
  principal: Principal;
}

type Resolver = (request: HotRequest) => unknown;

/**
 * Makes the arguments of a handler from a request, as Nest does for Express.
 * @throws Error when a parameter is none that a hot route may have
 */
export function argumentsOf(controller: { name: string; prototype: object }, method: string): Resolver[] {
  const resolvers: Resolver[] = [];
  for (const [kind, parameter] of notedParameters(controller, method)) {
    const resolve = resolverOf(kind, parameter);
    if (!resolve)
      throw new Error(
        `Parameter ${parameter.index + 1} of ${controller.name}.${method} is none that a hot route may have`,
      );
    resolvers[parameter.index] = piped(resolve, parameter);
  }
  return resolvers;
}

function resolverOf(kind: RouteParamtypes, { data, factory }: NotedParameter): Resolver | undefined {
  if (factory !== undefined) return factory === callerOf ? ({ principal }) => principal : undefined;
  if (kind === RouteParamtypes.PARAM && data === 'id') return ({ id }) => id;
  if (kind === RouteParamtypes.BODY && data === undefined) return ({ body }) => body;
  if (kind === RouteParamtypes.HEADERS && typeof data === 'string') return ({ headers }) => headers[data];
  return undefined;
}

function piped(resolve: Resolver, { pipes, data }: NotedParameter): Resolver {
  if (pipes.length === 0) return resolve;
  const metadata = { type: 'custom', data: data as string | undefined } as const;
  return (request) =>
    pipes.reduce((value: unknown, pipe) => pipe.transform(value, metadata) as unknown, resolve(request));
}
