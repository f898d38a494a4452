import { EventLogReader } from '../../src/events/log/event-log.reader';
import { FleetGraph } from '../../src/graph/fleet-graph';
import { bearer, withTokens } from '../support/access';
import { registration, type Registration } from '../support/builders';
import { createPatientApp } from '../support/patient-app';
import type { Answer, TestApp } from '../support/test-app';
import { until } from '../support/until';

const ADMIN = { name: 'ops', token: 'ops-token-0123456789abcdef', scopes: ['admin' as const] };
const NARROW = {
  name: 'dashboard',
  token: 'dashboard-token-0123456789',
  scopes: ['read' as const],
  where: 'agent.metadata.team == "a"',
};
const OWNER = { name: 'owner', token: 'owner-token-0123456789abc', scopes: ['agent' as const] };
const admin = bearer(ADMIN.token);
const narrow = bearer(NARROW.token);

interface Graph {
  nodes: { id: string; available: boolean; status: string }[];
  edges: { from: string; to: string; dependency: string; required: boolean; state: string }[];
  cycles: string[][];
  unresolved: {
    from: string;
    dependency: string;
    required: boolean;
    near_misses: { id: string; failed: object[] }[];
  }[];
  truncated: boolean;
}

interface Impact {
  breaks: { id: string; path: string[] }[];
  degrades: { id: string; dependencies: string[] }[];
  safe: number;
  last_providers_of: string[];
  truncated: boolean;
}

describe('the graph of dependencies', () => {
  let app: TestApp;
  const register = async (id: string, fields: Partial<Registration> = {}): Promise<void> => {
    const body = registration({ id, capabilities: [], metadata: {}, ...fields });
    expect((await app.request('POST', '/agents/register', body, admin)).status).toBe(201);
  };
  const setStatus = (id: string, status: string): Promise<Answer> =>
    app.request('PUT', `/agents/${id}/status`, { status }, admin);
  const graph = async (path: string, headers = admin): Promise<Graph> =>
    (await app.request<Graph>('GET', path, undefined, headers)).body;
  const impact = async (id: string, headers = admin): Promise<Impact> =>
    (await app.request<Impact>('GET', `/agents/${id}/impact`, undefined, headers)).body;
  const edgesOf = ({ edges }: Graph): string[] =>
    edges.map(({ from, to, dependency, required, state }) => [from, to, dependency, required, state].join(' '));
  const idsOf = (agents: { id: string }[]): string[] => agents.map(({ id }) => id);
  const untilGraph = async (what: string, path: string, is: (graph: Graph) => boolean): Promise<Graph> => {
    await until(what, 150, async () => is(await graph(path)));
    return graph(path);
  };

  beforeAll(async () => {
    app = await createPatientApp(withTokens(ADMIN, NARROW, OWNER));
    await register('front', {
      metadata: { team: 'a' },
      depends_on: [
        { name: 'texts', capability: 'ocr' },
        { agent: 'cache', required: false },
      ],
    });
    await register('ocr-1', {
      capabilities: ['ocr'],
      metadata: { team: 'a' },
      depends_on: [{ capability: 'store', min: 2 }],
    });
    await register('ocr-2', {
      capabilities: ['ocr', 'rare'],
      metadata: { team: 'b' },
      depends_on: [{ agent: 'store' }],
    });
    await register('store', { capabilities: ['store'], metadata: { team: 'b' } });
    await register('cache', { metadata: { team: 'a' } });
    await register('left', { depends_on: [{ agent: 'right' }] });
    await register('right', { depends_on: [{ agent: 'left' }] });
    await register('lone', { depends_on: [{ skill: 'seldom', version: '^2' }] });
    await register('nearly', { version: '1.0.0', capabilities: ['seldom'] });
    await register('asleep', { version: '2.0.0', capabilities: ['seldom'] });
    await setStatus('asleep', 'maintenance');
    await register('apart');
    await untilGraph(
      'all are in the graph',
      '/graph',
      ({ nodes }) => nodes.length === 9 && idsOf(nodes).includes('asleep'),
    );
  });

  afterAll(() => app.close());

  it('shows what an agent depends on, so many steps away', async () => {
    const near = await graph('/agents/front/dependencies');
    expect(idsOf(near.nodes)).toEqual(['front', 'ocr-1', 'ocr-2', 'cache']);
    expect(edgesOf(near)).toEqual([
      'front ocr-1 texts true satisfied',
      'front ocr-2 texts true satisfied',
      'front cache agent cache false satisfied',
    ]);
    const far = await graph('/agents/front/dependencies?depth=2');
    expect(edgesOf(far).slice(3)).toEqual([
      'ocr-1 store capability store true degraded',
      'ocr-2 store agent store true satisfied',
    ]);
    expect(far).toMatchObject({ cycles: [], unresolved: [], truncated: false });
  });

  it('shows what depends on an agent', async () => {
    const near = idsOf((await graph('/agents/store/dependents')).nodes);
    expect([near[0], ...near.slice(1).sort()]).toEqual(['store', 'ocr-1', 'ocr-2']);
    const far = idsOf((await graph('/agents/store/dependents?depth=16')).nodes);
    expect([...near, 'front']).toEqual(far);
  });

  it('shows an agent by itself that has to do with no other', async () => {
    const expected = { nodes: [{ id: 'apart', available: true }], edges: [], cycles: [], unresolved: [] };
    expect(await graph('/agents/apart/dependencies')).toMatchObject(expected);
    expect(await graph('/agents/apart/dependents')).toMatchObject(expected);
  });

  it('has those in a circle available, and shows the circle', async () => {
    const circle = await graph('/agents/left/dependencies?depth=3');
    expect(circle.nodes.map(({ id, available }) => [id, available])).toEqual([
      ['left', true],
      ['right', true],
    ]);
    expect(circle.cycles).toEqual([['left', 'right']]);
  });

  it('says who nearly meets what no active agent does', async () => {
    const { nodes, unresolved } = await graph('/agents/lone/dependencies');
    expect(nodes).toMatchObject([{ id: 'lone', available: false, status: 'active' }]);
    expect(unresolved).toMatchObject([{ from: 'lone', dependency: 'skill seldom, version ^2', required: true }]);
    expect(unresolved[0]!.near_misses).toEqual([
      { id: 'asleep', failed: [{ requirement: 'status', text: 'agent.status == "active"' }] },
      { id: 'nearly', failed: [{ requirement: 'version', text: '^2' }] },
    ]);
  });

  it('says what breaks when one agent stops, by which path, and what nobody has then', async () => {
    const { breaks, degrades, ...rest } = await impact('store');
    expect(breaks.map(({ id, path }) => [id, path]).sort()).toEqual([
      ['front', ['front', expect.stringMatching(/^ocr-/), 'store']],
      ['ocr-1', ['ocr-1', 'store']],
      ['ocr-2', ['ocr-2', 'store']],
    ]);
    expect(degrades).toEqual([]);
    expect(rest).toEqual({ safe: 3, last_providers_of: ['store'], truncated: false });
    expect(await impact('ocr-2')).toMatchObject({ breaks: [], degrades: [], last_providers_of: ['rare'] });
    expect((await impact('cache')).degrades).toMatchObject([{ id: 'front', dependencies: ['agent cache'] }]);
    expect(await impact('apart')).toMatchObject({ breaks: [], degrades: [], last_providers_of: [] });
  });

  it('says what breaks when several stop at once', async () => {
    const both = await app.request<Impact>('POST', '/graph/impact', { filter: '"ocr" in agent.capabilities' }, admin);
    expect(both.status).toBe(200);
    expect(both.body.breaks.map(({ id }) => id)).toEqual(['front']);
    expect(both.body.last_providers_of).toEqual(['ocr', 'rare']);
    const none = await app.request<Impact>('POST', '/graph/impact', { filter: 'agent.type == "none"' }, admin);
    expect(none.body).toMatchObject({ breaks: [], degrades: [], last_providers_of: [] });
  });

  it('shows the fleet, or the part that matches', async () => {
    const all = await graph('/graph');
    expect(idsOf(all.nodes)).toEqual(['asleep', 'cache', 'front', 'left', 'lone', 'ocr-1', 'ocr-2', 'right', 'store']);
    expect(all.edges).toHaveLength(7);
    const some = await graph(
      `/graph?filter=${encodeURIComponent('agent.id.startsWith("ocr") || agent.id == "store"')}`,
    );
    expect(edgesOf(some)).toEqual([
      'ocr-1 store capability store true degraded',
      'ocr-2 store agent store true satisfied',
    ]);
    expect(await graph('/graph?limit=2')).toMatchObject({
      nodes: [{ id: 'asleep' }, { id: 'cache' }],
      truncated: true,
    });
    expect(await graph('/graph?limit=9')).toMatchObject({ truncated: false });
  });

  it.each([
    ['dot', 'text/vnd.graphviz', /^digraph agents \{/],
    ['mermaid', 'text/vnd.mermaid', /^flowchart LR\n/],
  ])('draws the fleet as %s', async (format, type, beginning) => {
    const answer = await fetch(`${app.url}/graph?format=${format}`, { headers: admin });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`]);
    expect(await answer.text()).toMatch(beginning);
  });

  it.each([
    ['/agents/front/dependencies?depth=0', 'depth'],
    ['/agents/front/dependents?depth=17', 'depth'],
    ['/agents/front/dependents?deep=1', 'deep'],
    ['/agents/front/impact?x=1', 'x'],
    ['/graph?limit=5001', 'limit'],
    ['/graph?format=svg', 'format'],
    ['/graph?filter=agent.stauts', 'filter'],
  ])('refuses %s', async (path, field) => {
    const { status, body } = await app.request<{ errors: { field: string }[] }>('GET', path, undefined, admin);
    expect([status, body.errors[0]?.field]).toEqual([400, field]);
  });

  it.each(['dependencies', 'dependents', 'impact'])('has no %s of an agent that is not there', async (what) => {
    const unknown = await app.request('GET', `/agents/unknown/${what}`, undefined, admin);
    expect([unknown.status, unknown.body.code]).toEqual([404, 'agent_not_found']);
  });

  describe('for a token that is for some agents only', () => {
    it('shows neither others nor what leads through them', async () => {
      const { nodes, edges } = await graph('/agents/front/dependencies?depth=3', narrow);
      expect(idsOf(nodes)).toEqual(['front', 'ocr-1', 'cache']);
      expect(edges.map(({ to }) => to)).toEqual(['ocr-1', 'cache']);
      expect(idsOf((await graph('/graph', narrow)).nodes)).toEqual(['cache', 'front', 'ocr-1']);
      expect((await app.request('GET', '/agents/store/dependents', undefined, narrow)).status).toBe(404);
      expect((await app.request('GET', '/agents/store/impact', undefined, narrow)).status).toBe(404);
    });

    it('counts and names only those that it is for', async () => {
      const stop = { filter: 'agent.id == "store" || agent.id == "ocr-1"' };
      const { body } = await app.request<Impact>('POST', '/graph/impact', stop, narrow);
      // The store stops for it not, and the other reader, which it does not see, goes on.
      expect(body).toEqual({ breaks: [], degrades: [], safe: 2, last_providers_of: ['ocr'], truncated: false });
    });
  });

  it('is for those who may read', async () => {
    for (const path of ['/graph', '/agents/front/impact', '/agents/front/dependencies'])
      expect((await app.request('GET', path, undefined, bearer(OWNER.token))).status).toBe(403);
  });

  it('follows what becomes of agents', async () => {
    const isFront = (available: boolean) => (all: Graph) =>
      all.nodes.find(({ id }) => id === 'front')?.available === available;
    await setStatus('store', 'maintenance');
    await untilGraph('front is not available', '/graph', isFront(false));
    await register('store-2', { capabilities: ['store'] });
    await untilGraph('front is available', '/graph', isFront(true));
    await app.request('DELETE', '/agents/store-2', undefined, admin);
    await untilGraph('front is not available again', '/graph', isFront(false));
    await app.request('PATCH', '/agents/ocr-2', { depends_on: null }, admin);
    const all = await untilGraph('front is available by the other one', '/graph', isFront(true));
    expect(all.nodes.find(({ id }) => id === 'ocr-1')).toMatchObject({ available: false, status: 'active' });
  });
});

describe('a fleet without dependencies', () => {
  it('has nobody follow the log for them, until one agent depends on another, and when none does any more', async () => {
    const app = await createPatientApp();
    const following = (): number => app.app.get(EventLogReader).following;
    const rebuilds = (): number => app.app.get(FleetGraph).rebuilds;
    const register = async (id: string, fields: Partial<Registration> = {}): Promise<void> => {
      const body = registration({ id, capabilities: [], ...fields });
      expect((await app.request('POST', '/agents/register', body)).status).toBe(201);
    };
    const impactOf = async (id: string): Promise<Impact> =>
      (await app.request<Impact>('GET', `/agents/${id}/impact`)).body;
    await register('store-1', { capabilities: ['store'] });
    expect(await impactOf('store-1')).toMatchObject({ breaks: [], last_providers_of: ['store'] });
    expect([following(), rebuilds()]).toEqual([0, 1]);

    await register('front-1', { depends_on: [{ capability: 'store' }] });
    expect((await impactOf('store-1')).breaks).toMatchObject([{ id: 'front-1' }]);
    expect(following()).toBe(1);

    await app.request('DELETE', '/agents/front-1');
    expect((await impactOf('store-1')).breaks).toEqual([]);
    await until('nobody follows the log', 150, () => following() === 0);
    await register('front-2', { depends_on: [{ capability: 'store' }, { capability: 'nobody' }] });
    await until('the new one is in it', 150, async () => {
      const { body } = await app.request<{ available: boolean }>('GET', '/agents/front-2');
      return !body.available;
    });
    await app.close();
  });
});
