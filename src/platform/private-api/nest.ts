import { RequestMethod, type PipeTransform } from '@nestjs/common';
import { HTTP_CODE_METADATA, METHOD_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';

/**
 * What is used of `@nestjs/common` 11 that its documentation does not promise: under which keys, and in which form, its decorators keep
 * what they say of a route and of a handler's parameters.
 */
export { RouteParamtypes };

/** What `@Controller`, `@Get`, … and `@HttpCode` say. A path is one pattern or several; undefined where a decorator is missing. */
export interface NotedRoute {
  controllerPath: unknown;
  path: unknown;
  verb: string;
  status: number | undefined;
}

export function notedRoute(controller: object, handler: object): NotedRoute {
  const read = (key: string, of: object): unknown => Reflect.getMetadata(key, of);
  return {
    controllerPath: read(PATH_METADATA, controller),
    path: read(PATH_METADATA, handler),
    verb: RequestMethod[read(METHOD_METADATA, handler) as RequestMethod],
    status: read(HTTP_CODE_METADATA, handler) as number | undefined,
  };
}

/** What Nest notes of a handler's parameter. */
export interface NotedParameter {
  index: number;
  data?: unknown;
  pipes: PipeTransform[];
  /** Of a decorator that is not Nest's own. */
  factory?: unknown;
}

/** With the kind of each; that of a decorator that is not Nest's own is not a number. */
export function notedParameters(controller: object, method: string): [kind: RouteParamtypes, NotedParameter][] {
  const noted = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) ?? {}) as Record<string, NotedParameter>;
  return Object.entries(noted).map(([key, parameter]) => [Number(key.split(':')[0]), parameter]);
}
