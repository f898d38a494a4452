import type { paths } from './openapi.js';

type Kind = 'string' | 'seconds' | 'number' | 'boolean' | 'array' | 'object';
type Shape = Readonly<Record<string, Kind>>;
type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';
type Operation = { [P in keyof paths]: `${Method} ${P}` }[keyof paths];

const AGENT: Shape = { id: 'string', status: 'string', health: 'object', heartbeat: 'object' };
const WEBHOOK: Shape = { id: 'string', url: 'string', enabled: 'boolean', status: 'string' };
const GRAPH: Shape = { nodes: 'array', edges: 'array' };
const IMPACT: Shape = { breaks: 'array', safe: 'number' };
const DEREGISTRATION: Shape = { id: 'string', status: 'string' };

/**
 * Of each operation that answers JSON: members that its answer always has. They tell it from what a proxy, a login page or
 * another service answers with 200 in the registry's place.
 */
const SHAPES: Readonly<Partial<Record<Operation, Shape>>> = {
  'post /agents/register': { id: 'string', status: 'string', 'heartbeat.interval_seconds': 'seconds' },
  'get /agents': { agents: 'array' },
  'get /agents/count': { total: 'number' },
  'get /agents/facets': { facets: 'array' },
  'post /filters/check': { valid: 'boolean', uses: 'array' },
  'post /agents/discover': { agents: 'array', query: 'object' },
  'get /agents/{id}': AGENT,
  'put /agents/{id}': AGENT,
  'patch /agents/{id}': AGENT,
  'put /agents/{id}/status': AGENT,
  'delete /agents/{id}': DEREGISTRATION,
  'get /agents/{id}/events': { events: 'array' },
  'get /agents/{id}/dependencies': GRAPH,
  'get /agents/{id}/dependents': GRAPH,
  'get /agents/{id}/impact': IMPACT,
  'post /graph/impact': IMPACT,
  'get /graph': GRAPH,
  'get /events': { events: 'array', next_cursor: 'string' },
  'get /agents/watch': { changes: 'array', next_cursor: 'string' },
  'get /agents/{id}/health': { agent_id: 'string', status: 'string', health: 'object' },
  'post /agents/{id}/heartbeat': { id: 'string', status: 'string', next_heartbeat_seconds: 'seconds' },
  'post /agents/heartbeats': { accepted: 'number', rejected: 'array', next_heartbeat_seconds: 'seconds' },
  'post /agents/import': { results: 'array' },
  'post /agents/{id}/token': { id: 'string', token: 'string' },
  'get /analytics/overview': { total_agents: 'number', by_status: 'object' },
  'get /analytics/health': { overall_health: 'number', unhealthy_agents: 'array' },
  'get /governance/decisions': { decisions: 'array' },
  'get /health': { status: 'string', details: 'object' },
  'get /health/ready': { status: 'string', details: 'object' },
  'get /health/live': { status: 'string' },
  'delete /bans/{id}': { id: 'string', banned: 'boolean' },
  'delete /owners/{name}/tokens': { owner: 'string', revoked: 'number' },
  'post /webhooks': { id: 'string', url: 'string', secret: 'string' },
  'get /webhooks': { webhooks: 'array' },
  'get /webhooks/{id}': WEBHOOK,
  'patch /webhooks/{id}': WEBHOOK,
  'delete /webhooks/{id}': { id: 'string', deleted: 'boolean' },
  'post /webhooks/{id}/rotate-secret': { id: 'string', url: 'string', secret: 'string' },
  'post /webhooks/{id}/test': { delivered: 'boolean', duration_ms: 'number' },
  'post /webhooks/{id}/replay': WEBHOOK,
  'get /webhooks/{id}/deliveries': { deliveries: 'array' },
  'post /webhooks/{id}/deliveries/{delivery}/retry': { id: 'string', state: 'string', attempts: 'number' },
  'get /whoami': { kind: 'string', scopes: 'array' },
};

/** In the languages of Graphviz and Mermaid. */
const DRAWING = /^text\/vnd\.(?:graphviz|mermaid)\b/i;

/** Whether a successful answer can be the registry's. Operations without a shape answer text, which is never a web page. */
export function isResponseOf(method: string, path: string, headers: Headers, body: unknown): boolean {
  const type = headers.get('content-type') ?? '';
  if (path === '/graph' && DRAWING.test(type)) return true;
  const shape = (SHAPES as Readonly<Record<string, Shape | undefined>>)[`${method} ${path}`];
  if (shape === undefined) return !/^text\/html\b/i.test(type);
  return Object.entries(shape).every(([name, kind]) => isA(kind, memberOf(body, name)));
}

function memberOf(body: unknown, name: string): unknown {
  return name.split('.').reduce((value, key) => (isObject(value) ? value[key] : undefined), body);
}

function isA(kind: Kind, value: unknown): boolean {
  if (kind === 'array') return Array.isArray(value);
  if (kind === 'object') return isObject(value);
  if (kind === 'seconds') return typeof value === 'number' && Number.isFinite(value) && value > 0;
  return typeof value === kind;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
