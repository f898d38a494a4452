import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bearer, sha256 } from '../support/access';
import { createPatientApp } from '../support/patient-app';
import { Court } from '../support/court';
import type { TestApp } from '../support/test-app';

const WHERE = 'agent.metadata.team == "data"';
const DATA = ['d1', 'd2', 'd3'];
const OTHERS = ['m1', 'm2', 'free'];

/** All of one client, so that it is the expression alone that keeps them apart. */
const TOKENS = JSON.stringify([
  { name: 'all', sha256: sha256('for-all'), scopes: ['read', 'agent', 'operate'] },
  { name: 'data', sha256: sha256('for-data'), scopes: ['read', 'agent', 'operate'], where: WHERE },
]);

interface OpenApi {
  paths: Record<string, Record<string, { operationId: string }>>;
}

/** What a narrowed token gets from a route, by the route's operation. */
type Outcome =
  /** What an unrestricted one gets with `filter=<where>`. */
  | { narrowed: (service: Service) => Promise<void> }
  /** About one agent: as everybody inside, and this status outside. */
  | { outside: 403 | 404; body?: object; query?: string }
  /** Nothing of agents. */
  | 'open'
  /** 403: it cannot be narrowed, or is for others. */
  | 'closed';

interface Service {
  app: TestApp;
  readonly ask: (
    token: string,
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<{ status: number; body: unknown }>;
}

const sameAsFiltered =
  (path: string) =>
  async ({ ask }: Service): Promise<void> => {
    const narrowed = await ask('for-data', 'GET', path);
    const filtered = await ask(
      'for-all',
      'GET',
      `${path}${path.includes('?') ? '&' : '?'}filter=${encodeURIComponent(WHERE)}`,
    );
    expect(narrowed).toEqual({
      ...filtered,
      body: { ...(filtered.body as object), ...(isPage(narrowed.body) && { next_cursor: narrowed.body.next_cursor }) },
    });
    expect(narrowed.status).toBe(200);
  };

function isPage(body: unknown): body is { next_cursor: string | null } {
  return typeof body === 'object' && body !== null && 'next_cursor' in body;
}

/** A webhook that the caller does not have. */
function notTheirs(method: string, path: string, body?: object): Outcome {
  return {
    narrowed: async ({ ask }) => {
      const at = `/webhooks/wh-0192f1c0-7b7e-7cc0-8a53-2f3a1c9d7e11${path}`;
      expect(await ask('for-data', method, at, body)).toMatchObject({
        status: 404,
        body: { code: 'webhook_not_found' },
      });
    },
  };
}

const ROUTES: Record<string, Outcome> = {
  listAgents: {
    narrowed: async (service) => {
      for (const query of [
        '',
        '?limit=2',
        '?order_by=name%20desc&fields=id,metadata',
        '?status=active&include_total=false',
      ]) {
        await sameAsFiltered(`/agents${query}`)(service);
      }
      const { body } = await service.ask('for-data', 'GET', '/agents?filter=agent.id%20!=%20%22d1%22');
      expect(body).toMatchObject({ total: 2, agents: [{ id: 'd2' }, { id: 'd3' }] });
    },
  },
  countAgents: { narrowed: sameAsFiltered('/agents/count') },
  listAgentFacets: { narrowed: sameAsFiltered('/agents/facets?by=type&by=metadata.team&by=capability&by=health') },
  discoverAgents: {
    narrowed: async ({ ask }) => {
      const narrowed = await ask('for-data', 'POST', '/agents/discover', {});
      const filtered = await ask('for-all', 'POST', '/agents/discover', { filter: WHERE });
      expect(narrowed).toEqual({ ...filtered, body: { ...(filtered.body as object), query: {} } });
    },
  },
  getOverview: {
    narrowed: async ({ ask }) => {
      const { body } = await ask('for-data', 'GET', '/analytics/overview');
      expect(body).toMatchObject({ total_agents: 3, active_agents: 3, agent_types: { worker: 2, planner: 1 } });
    },
  },
  getFleetHealth: {
    narrowed: async ({ ask }) => {
      const unhealthyOf = async (token: string): Promise<unknown> =>
        (await ask(token, 'GET', '/analytics/health')).body;
      expect(await unhealthyOf('for-all')).toMatchObject({
        unhealthy_total: 2,
        unhealthy_agents: [{ id: 'd2' }, { id: 'm2' }],
      });
      expect(await unhealthyOf('for-data')).toMatchObject({ unhealthy_total: 1, unhealthy_agents: [{ id: 'd2' }] });
    },
  },
  listGovernanceDecisions: {
    narrowed: async ({ ask }) => {
      const idsFor = async (token: string): Promise<unknown[]> => {
        const { body } = await ask(token, 'GET', '/governance/decisions');
        return [
          ...new Set((body as { decisions: { agent_id: string }[] }).decisions.map(({ agent_id }) => agent_id)),
        ].sort();
      };
      expect(await idsFor('for-all')).toEqual([...DATA, ...OTHERS].sort());
      expect(await idsFor('for-data')).toEqual(DATA);
    },
  },
  listEvents: {
    narrowed: async ({ ask }) => {
      const idsFor = async (token: string): Promise<unknown[]> => {
        const { body } = await ask(token, 'GET', '/events?type=registered');
        return [...new Set((body as { events: { agent_id: string }[] }).events.map(({ agent_id }) => agent_id))];
      };
      expect(await idsFor('for-all')).toEqual(expect.arrayContaining([...DATA, ...OTHERS]));
      const seen = await idsFor('for-data');
      expect(seen).toEqual(expect.arrayContaining(DATA));
      expect(OTHERS.filter((id) => seen.includes(id))).toEqual([]);
    },
  },
  streamEvents: {
    // What it shows is in feed-access.e2e-spec.ts: its answer has no end.
    narrowed: async ({ ask }) => {
      expect((await ask('for-data', 'GET', '/events/stream?after=nonsense')).status).toBe(400);
    },
  },
  watchAgents: {
    // As a stream it is in watch-access.e2e-spec.ts: that answer has no end.
    narrowed: async ({ ask }) => {
      const { body } = await ask('for-all', 'GET', '/agents/watch?after=now');
      const { next_cursor: after } = body as { next_cursor: string };
      expect((await ask('for-data', 'GET', `/agents/watch?after=${after}`)).status).toBe(200);
    },
  },
  listDependencies: { outside: 404 },
  listDependents: { outside: 404 },
  getAgentImpact: { outside: 404 },
  // What they show is in test/api/graph.e2e-spec.ts: no agent depends on another one here.
  getGraph: {
    narrowed: async ({ ask }) => {
      expect(await ask('for-data', 'GET', '/graph')).toMatchObject({ status: 200, body: { nodes: [], edges: [] } });
    },
  },
  getImpact: {
    narrowed: async ({ ask }) => {
      const lastFor = async (token: string): Promise<unknown> =>
        ((await ask(token, 'POST', '/graph/impact', { filter: 'true' })).body as { last_providers_of: unknown })
          .last_providers_of;
      expect(await lastFor('for-all')).toEqual([...DATA, ...OTHERS].sort());
      expect(await lastFor('for-data')).toEqual(DATA);
    },
  },
  getAgent: { outside: 404 },
  getAgentHealth: { outside: 404 },
  listAgentEvents: { outside: 404 },
  replaceAgent: { outside: 403, body: { name: 'n', type: 't', metadata: { team: 'data' } } },
  updateAgent: { outside: 403, body: { version: '2' } },
  setAgentStatus: { outside: 403, body: { status: 'maintenance' } },
  setAgentStatusByPost: { outside: 403, body: { status: 'active' } },
  sendHeartbeat: { outside: 403 },
  rotateAgentToken: { outside: 403 },
  deregisterAgent: { outside: 403 },
  deregisterAgentByPath: { outside: 403 },
  registerAgent: {
    narrowed: async ({ ask }) => {
      const register = async (id: string, team: string): Promise<number> =>
        (await ask('for-data', 'POST', '/agents/register', { id, name: id, type: 'worker', metadata: { team } }))
          .status;
      expect(await register('new', 'ml')).toBe(403);
      expect((await ask('for-all', 'GET', '/agents/new')).status).toBe(404);
      expect(await register('new', 'data')).toBe(201);
      expect(await register('new', 'ml')).toBe(403);
      expect(await ask('for-all', 'GET', '/agents/new')).toMatchObject({ body: { metadata: { team: 'data' } } });
    },
  },
  sendHeartbeats: {
    narrowed: async ({ ask }) => {
      const { body } = await ask('for-data', 'POST', '/agents/heartbeats', { beats: [{ id: 'new' }, { id: 'own' }] });
      expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 1, id: 'own', code: 'outside_scope' }] });
    },
  },
  whoAmI: {
    narrowed: async ({ ask }) => {
      expect(await ask('for-data', 'GET', '/whoami')).toMatchObject({
        status: 200,
        body: { name: 'data', where: WHERE },
      });
    },
  },
  checkFilter: 'open',
  getHealth: 'open',
  getLiveness: 'open',
  getReadiness: 'open',
  getMetrics: 'closed',
  importAgents: 'closed',
  liftBan: 'closed',
  revokeOwnerTokens: 'closed',
  // A webhook is its client's own; what it gets of agents is in test/api/webhooks.e2e-spec.ts.
  createWebhook: {
    narrowed: async ({ ask }) => {
      expect(await ask('for-data', 'POST', '/webhooks', {})).toMatchObject({ body: { code: 'validation_failed' } });
    },
  },
  listWebhooks: {
    narrowed: async ({ ask }) => {
      expect(await ask('for-data', 'GET', '/webhooks')).toMatchObject({ status: 200, body: { webhooks: [] } });
    },
  },
  getWebhook: notTheirs('GET', ''),
  updateWebhook: notTheirs('PATCH', '', {}),
  deleteWebhook: notTheirs('DELETE', ''),
  rotateWebhookSecret: notTheirs('POST', '/rotate-secret', {}),
  testWebhook: notTheirs('POST', '/test'),
  replayWebhook: notTheirs('POST', '/replay', { after: 'oldest' }),
  listWebhookDeliveries: notTheirs('GET', '/deliveries'),
  retryWebhookDelivery: notTheirs('POST', '/deliveries/1/retry'),
};

describe.each([
  ['in front of Express', {}],
  ['by Express', { HOT_LANE: 'off' as const }],
])('A token for some agents only, %s', (_lane, settings) => {
  let app: TestApp;
  let court: Court;
  let service: Service;
  const operations = new Map<string, { method: string; path: string }>();

  beforeAll(async () => {
    court = await Court.start();
    app = await createPatientApp({
      AUTH_MODE: 'token',
      AUTH_TOKENS: TOKENS,
      TRIFECTA_COURT_URL: court.url,
      ...settings,
    });
    service = {
      app,
      ask: async (token, method, path, body) => {
        const answer = await app.request<unknown>(method, path, body, bearer(token));
        return { status: answer.status, body: answer.body };
      },
    };
    const { paths } = JSON.parse(readFileSync(join(__dirname, '../../openapi.json'), 'utf8')) as OpenApi;
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { operationId }] of Object.entries(methods))
        operations.set(operationId, { method: method.toUpperCase(), path });
    }
    for (const [index, id] of [...DATA, ...OTHERS].entries()) {
      const team = id.startsWith('d') ? 'data' : id.startsWith('m') ? 'ml' : undefined;
      const metadata = team === undefined ? {} : { team };
      const body = {
        id,
        name: `n${index}`,
        type: id.endsWith('3') ? 'planner' : 'worker',
        capabilities: [id],
        metadata,
      };
      await service.ask('for-all', 'POST', '/agents/register', body);
    }
    for (const id of ['d2', 'm2'])
      await service.ask('for-all', 'POST', `/agents/${id}/heartbeat`, { health: { status: 'unhealthy' } });
    // Its own agents, of which it has left one outside.
    await service.ask('for-data', 'POST', '/agents/register', {
      id: 'own',
      name: 'own',
      type: 'worker',
      metadata: { team: 'data' },
    });
    await app.database.query(`UPDATE agents SET metadata = '{"team": "ml"}' WHERE id = 'own'`);
    await app.database.query(`DELETE FROM governance_decisions WHERE agent_id = 'own'`);
    await app.clock.advance(3);
  });
  afterAll(async () => {
    await app.close();
    await court.stop();
  });

  it('has a row for every route of the API', () => {
    expect(Object.keys(ROUTES).sort()).toEqual([...operations.keys()].sort());
  });

  it.each(Object.entries(ROUTES))('at %s', async (operation, outcome) => {
    const { method, path } = operations.get(operation)!;
    if (typeof outcome === 'object' && 'narrowed' in outcome) return outcome.narrowed(service);
    const at = (id: string): string => path.replace(/\{\w+\}/, id);
    if (outcome === 'open' || outcome === 'closed') {
      const { status } = await service.ask(
        'for-data',
        method,
        at('d1'),
        method === 'POST' ? { filter: 'true' } : undefined,
      );
      expect(status).toBe(outcome === 'open' ? 200 : 403);
      return;
    }
    for (const id of OTHERS.slice(0, 1).concat('own')) {
      const before = await service.ask('for-all', 'GET', `/agents/${id}`);
      const { status, body } = await service.ask('for-data', method, at(id), outcome.body);
      const code = outcome.outside === 404 ? 'agent_not_found' : /outside_scope|insufficient_scope/;
      expect([operation, id, status]).toEqual([operation, id, outcome.outside]);
      expect((body as { code: string }).code).toMatch(code);
      expect(await service.ask('for-all', 'GET', `/agents/${id}`)).toEqual(before);
    }
    expect((await service.ask('for-data', method, at('own'), outcome.body)).body).toMatchObject({
      code: outcome.outside === 404 ? 'agent_not_found' : 'outside_scope',
    });
  });

  it('changes an agent only if it is for it before and after', async () => {
    await service.ask('for-data', 'POST', '/agents/register', {
      id: 'mine',
      name: 'mine',
      type: 'worker',
      metadata: { team: 'data' },
    });
    expect((await service.ask('for-data', 'PATCH', '/agents/mine', { version: '2' })).status).toBe(200);
    expect(await service.ask('for-data', 'PATCH', '/agents/mine', { metadata: { team: 'ml' } })).toMatchObject({
      status: 403,
      body: { code: 'outside_scope' },
    });
    expect(await service.ask('for-data', 'PUT', '/agents/mine', { name: 'mine', type: 'worker' })).toMatchObject({
      status: 403,
      body: { code: 'outside_scope' },
    });
    expect((await service.ask('for-data', 'PUT', '/agents/mine/status', { status: 'maintenance' })).status).toBe(200);
    expect((await service.ask('for-data', 'DELETE', '/agents/mine')).status).toBe(200);
  });
});
