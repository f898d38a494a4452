import type { Express } from 'express';

/** What is used of `express` 5 and its `router` 2 that their documentation does not promise: the layers of the router. */
export interface RouteLayer {
  /**
   * Something true when it takes the path.
   * @throws URIError for a malformed escape
   */
  match(path: string): unknown;
  /** Middleware has none. */
  route?: Route;
}

export interface Route {
  path: string | RegExp;
  /** By the name of the method in small letters; `_all` for a route of every method. */
  methods: Record<string, boolean>;
}

/** In the order in which they are tried. */
export function routeLayers(express: Express): RouteLayer[] {
  return express.router.stack as unknown as RouteLayer[];
}
