import { METHODS } from 'node:http';
import type { Express } from 'express';
import { routeLayers, type Route, type RouteLayer } from '../private-api/express';

/**
 * The methods that a path takes, for `Allow`; empty when no route has the path. A literal route hides the parameterised
 * ones that match as well: `/agents/register` is never an agent's page.
 */
export function allowedMethods(express: Express, path: string): string[] {
  const routes = routeLayers(express)
    .filter((layer) => matches(layer, path))
    .flatMap(({ route }) => (route && isOwn(route) ? [route] : []));
  const parameters = (route: Route): number => String(route.path).split(':').length;
  const fewest = Math.min(...routes.map(parameters));
  const methods = routes
    .filter((route) => parameters(route) === fewest)
    .flatMap((route) => Object.keys(route.methods))
    .map((method) => method.toUpperCase());
  if (methods.includes('GET')) methods.push('HEAD');
  return [...new Set(methods)].sort();
}

/** Middleware and catch-alls take every method there is; what a path is for shows in the others. */
function isOwn(route: Route): boolean {
  return !route.methods._all && Object.keys(route.methods).length < METHODS.length;
}

function matches(layer: RouteLayer, path: string): boolean {
  try {
    return Boolean(layer.match(path));
  } catch {
    return false; // a malformed escape in the path: no route
  }
}
