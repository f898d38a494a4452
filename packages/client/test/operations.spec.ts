import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AgentRegistryClient } from '../src/client';
import { DependencyGraph } from '../src/dependency-graph';
import { ConnectionError } from '../src/errors';
import { Webhooks } from '../src/webhooks';

interface Schema {
  $ref?: string;
  type?: string;
  allOf?: Schema[];
  required?: string[];
  properties?: Record<string, Schema>;
}
interface Operation {
  responses: Record<string, { content?: Record<string, { schema: Schema }> } | undefined>;
}
type Paths = Record<string, Record<string, Operation>>;
const { paths, components } = JSON.parse(readFileSync(join(__dirname, '../../../openapi.json'), 'utf8')) as {
  paths: Paths;
  components: { schemas: Record<string, Schema> };
};

const ID = 'some/agent';
const DELIVERY = '42/';
/** One method for each operation. */
const METHODS: Record<string, (client: AgentRegistryClient) => Promise<unknown>> = {
  register: (client) => client.register({ name: 'x', type: 'y' }),
  get: (client) => client.get(ID),
  list: (client) => client.list(),
  count: (client) => client.count(),
  facets: (client) => client.facets({ by: 'type' }),
  checkFilter: (client) => client.checkFilter('true'),
  discover: (client) => client.discover(),
  update: (client) => client.update(ID, {}),
  replace: (client) => client.replace(ID, { name: 'x', type: 'y' }),
  setStatus: (client) => client.setStatus(ID, 'active'),
  deregister: (client) => client.deregister(ID),
  liftBan: (client) => client.liftBan(ID),
  heartbeat: (client) => client.heartbeat(ID),
  heartbeats: (client) => client.heartbeats([{ id: ID }]),
  agentHealth: (client) => client.agentHealth(ID),
  events: (client) => client.events(ID),
  listEvents: (client) => client.listEvents(),
  listChanges: (client) => client.listChanges({ after: 'now' }),
  import: (client) => client.import([]),
  overview: (client) => client.overview(),
  fleetHealth: (client) => client.fleetHealth(),
  decisions: (client) => client.decisions(),
  revokeOwnerTokens: (client) => client.revokeOwnerTokens(ID),
  rotateToken: (client) => client.rotateToken(ID),
  'webhooks.create': (client) => client.webhooks.create({ url: 'https://a.example' }),
  'webhooks.list': (client) => client.webhooks.list(),
  'webhooks.get': (client) => client.webhooks.get(ID),
  'webhooks.update': (client) => client.webhooks.update(ID, {}),
  'webhooks.delete': (client) => client.webhooks.delete(ID),
  'webhooks.rotateSecret': (client) => client.webhooks.rotateSecret(ID),
  'webhooks.test': (client) => client.webhooks.test(ID),
  'webhooks.replay': (client) => client.webhooks.replay(ID, 'oldest'),
  'webhooks.deliveries': (client) => client.webhooks.deliveries(ID),
  'webhooks.retryDelivery': (client) => client.webhooks.retryDelivery(ID, DELIVERY),
  'graph.dependencies': (client) => client.graph.dependencies(ID),
  'graph.dependents': (client) => client.graph.dependents(ID),
  'graph.impact': (client) => client.graph.impact(ID),
  'graph.impactOf': (client) => client.graph.impactOf('true'),
  'graph.fleet': (client) => client.graph.fleet(),
  whoAmI: (client) => client.whoAmI(),
  health: (client) => client.health(),
  ready: (client) => client.ready(),
  live: (client) => client.live(),
  metrics: (client) => client.metrics(),
};
/** Methods that call one of those again and again. */
const ALL_PAGES = ['listAll', 'discoverAll', 'eventsAll', 'decisionsAll', 'webhooks.deliveriesAll'];
/** By `events` without an id, which is in client.process-spec.ts. */
const STREAMS = ['GET /events/stream'];
/** Of the same route as `listChanges`, as a stream: in watch.process-spec.ts. */
const WATCHES = ['watchAgents'];
/** Of the same route as `graph.fleet`, as a text. */
const DRAWINGS = ['graph.drawing'];
/** Second names that the original service gave to operations. */
const ALIASES = ['DELETE /agents/{id}/deregister', 'POST /agents/{id}/status'];

/** The least that the document lets an operation answer: its required members, each as small as can be. */
function leastOf(schema: Schema): unknown {
  if (schema.$ref !== undefined) return leastOf(components.schemas[schema.$ref.split('/').at(-1)!]!);
  if (schema.allOf) return leastOf(schema.allOf[0]!);
  if (schema.type !== 'object') return { array: [], number: 1, integer: 1, boolean: false }[schema.type!] ?? '';
  return Object.fromEntries((schema.required ?? []).map((name) => [name, leastOf(schema.properties![name]!)]));
}

function leastResponse(method: string, path: string): unknown {
  const { responses } = paths[path]![method.toLowerCase()]!;
  const { schema } = (responses['200'] ?? responses['201'])!.content?.['application/json'] ?? {};
  return schema && leastOf(schema);
}

/** Calls every operation of a server that answers so. */
async function callAll<Result>(
  listener: RequestListener,
  call: (name: string, method: (client: AgentRegistryClient) => Promise<unknown>, url: string) => Promise<Result>,
): Promise<Result[]> {
  const server = createServer(listener);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const results: Result[] = [];
  try {
    const { port } = server.address() as AddressInfo;
    for (const [name, method] of Object.entries(METHODS))
      results.push(await call(name, method, `http://127.0.0.1:${port}`));
    return results;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it.each([
  ['a web page', 'text/html; charset=utf-8', '<h1>login</h1>'],
  ['a web page that calls itself JSON', 'application/json', '<h1>login</h1>'],
  ['the JSON of something else', 'application/json', '{"ok":true}'],
  ['JSON that is no object', 'application/json', '[]'],
  ['nothing', 'application/json', ''],
])('takes %s for no answer of the registry, whatever was asked', async (_, type, body) => {
  const told = await callAll(
    (_request, response) => response.setHeader('content-type', type).end(body),
    async (name, method, url) => {
      const error: unknown = await method(new AgentRegistryClient({ url, retries: 0 })).catch((e: unknown) => e);
      return [name, error instanceof ConnectionError] as const;
    },
  );
  // Metrics are text, of which only what says that it is something else is known to be wrong.
  const wrong = Object.keys(METHODS).filter((name) => name !== 'metrics');
  expect(told.filter(([name]) => name !== 'metrics')).toEqual(wrong.map((name) => [name, true]));
  if (type.startsWith('text/html')) expect(told).toContainEqual(['metrics', true]);
});

it('The client has exactly one method for each operation of openapi.json', async () => {
  const asked: string[] = [];
  await callAll(
    (request, response) => {
      const path = request
        .url!.split('?', 1)[0]!
        .replace(encodeURIComponent(ID), request.url!.startsWith('/owners/') ? '{name}' : '{id}')
        .replace(encodeURIComponent(DELIVERY), '{delivery}');
      asked.push(`${request.method} ${path}`);
      const body = leastResponse(request.method!, path);
      if (body === undefined) response.setHeader('content-type', 'text/plain').end();
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    },
    async (_, call, url) => call(new AgentRegistryClient({ url, retries: 0 })),
  );
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect([...asked, ...ALIASES, ...STREAMS].toSorted()).toEqual(documented.toSorted());

  const methodsOf = ({ prototype }: { prototype: object }): string[] =>
    Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');
  const methods = [
    ...methodsOf(AgentRegistryClient),
    ...methodsOf(Webhooks).map((name) => `webhooks.${name}`),
    ...methodsOf(DependencyGraph).map((name) => `graph.${name}`),
  ];
  expect(methods.toSorted()).toEqual([...Object.keys(METHODS), ...ALL_PAGES, ...WATCHES, ...DRAWINGS].toSorted());
});
