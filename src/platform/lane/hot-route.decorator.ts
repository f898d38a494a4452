import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/** What a hot route may declare. */
export interface HotRouteOptions {
  /** The handler logs, audits or writes events, which carry the id of the request: it runs in the request's context. */
  needsRequestContext?: boolean;
}

const HOT_ROUTE = 'hot_route';

/**
 * Has the {@link HotLane} answer the route in front of Express, as well as Express. The handler's other decorators hold on both. Its
 * parameters may be `@Param('id')`, `@Body()`, `@ValidBody()`, `@Headers(name)` and `@Caller()`; it returns a body or an `HttpResponse`.
 */
export function HotRoute(options: HotRouteOptions = {}): CustomDecorator {
  return SetMetadata(HOT_ROUTE, options);
}

/** What a handler has declared; undefined when it is no hot route. */
export function hotRouteOf(handler: object): HotRouteOptions | undefined {
  return Reflect.getMetadata(HOT_ROUTE, handler) as HotRouteOptions | undefined;
}
