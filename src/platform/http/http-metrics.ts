import { Histogram } from '../observability/histogram';

const METHODS = ['other', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const UNMATCHED = 'unmatched';

/** Requests of one method to one route that got one status. */
export interface RequestSeries {
  method: string;
  route: string;
  status: number;
  durations: Histogram;
}

/**
 * Counts answered requests by method, route and status. No client can make up a label: methods are the known ones or
 * `other`, routes are templates (`/agents/:id`) or `unmatched`.
 */
export class HttpMetrics {
  private readonly routes = new Map<string, Map<number, RequestSeries>>();

  /** `template` is the path of the route as it was declared; anything else counts as unmatched. */
  record(method: string | undefined, template: unknown, status: number, seconds: number): void {
    const route = routeTemplate(template) ?? UNMATCHED;
    const methodIndex = Math.max(METHODS.indexOf(method ?? ''), 0);
    const key = status * METHODS.length + methodIndex;
    let series = this.routes.get(route);
    if (!series) this.routes.set(route, (series = new Map<number, RequestSeries>()));
    let one = series.get(key);
    if (!one) series.set(key, (one = { method: METHODS[methodIndex]!, route, status, durations: new Histogram() }));
    one.durations.observe(seconds);
  }

  series(): RequestSeries[] {
    return [...this.routes.values()].flatMap((series) => [...series.values()]);
  }
}

/** The path of a route as it was declared. Catch-alls (`{*path}`: middleware) are no route. */
export function routeTemplate(path: unknown): string | undefined {
  return typeof path === 'string' && !path.includes('*') ? path : undefined;
}
