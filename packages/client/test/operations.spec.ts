import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AgentRegistryClient } from '../src/client';

type Paths = Record<string, Record<string, unknown>>;
const { paths } = JSON.parse(readFileSync(join(__dirname, '../../../openapi.json'), 'utf8')) as { paths: Paths };

const ID = 'some/agent';
/** One method for each operation. */
const METHODS: Record<string, (client: AgentRegistryClient) => Promise<unknown>> = {
  register: (client) => client.register({ name: 'x', type: 'y' }),
  get: (client) => client.get(ID),
  list: (client) => client.list(),
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
  import: (client) => client.import([]),
  overview: (client) => client.overview(),
  fleetHealth: (client) => client.fleetHealth(),
  decisions: (client) => client.decisions(),
  revokeOwnerTokens: (client) => client.revokeOwnerTokens(ID),
  rotateToken: (client) => client.rotateToken(ID),
  whoAmI: (client) => client.whoAmI(),
  health: (client) => client.health(),
  ready: (client) => client.ready(),
  live: (client) => client.live(),
  metrics: (client) => client.metrics(),
};
/** Methods that call one of those again and again. */
const ALL_PAGES = ['listAll', 'discoverAll', 'eventsAll', 'decisionsAll'];
/** Second names that the original service gave to operations. */
const ALIASES = ['DELETE /agents/{id}/deregister', 'POST /agents/{id}/status'];

it('The client has exactly one method for each operation of openapi.json', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url!.replace(encodeURIComponent(ID), request.url!.startsWith('/owners/') ? '{name}' : '{id}');
    asked.push(`${request.method} ${path}`);
    response.setHeader('content-type', 'application/json').end('{"details":{}}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const client = new AgentRegistryClient({ url: `http://127.0.0.1:${port}` });
    for (const call of Object.values(METHODS)) await call(client);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect([...asked, ...ALIASES].toSorted()).toEqual(documented.toSorted());

  const methods = Object.getOwnPropertyNames(AgentRegistryClient.prototype).filter((name) => name !== 'constructor');
  expect(methods.toSorted()).toEqual([...Object.keys(METHODS), ...ALL_PAGES].toSorted());
});
