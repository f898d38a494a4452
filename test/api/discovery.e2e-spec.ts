import { registration } from '../support/builders';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

interface AgentPage {
  agents: { id: string; [field: string]: unknown }[];
  total: number;
  next_cursor: string | null;
}

describe('Finding agents', () => {
  let app: TestApp;
  const register = (body: object): Promise<unknown> => app.request('POST', '/agents/register', body);
  const list = async (query: string): Promise<AgentPage> =>
    (await app.request<AgentPage>('GET', `/agents?${query}`)).body;
  const idsOf = ({ agents }: AgentPage): string[] => agents.map(({ id }) => id);

  beforeAll(async () => {
    app = await createPatientApp();
    const heartbeat = { interval_seconds: 3600 }; // a report is good for three hours
    const base = { name: 'n', category: 'c1', version: '1', capabilities: [], endpoints: {}, metadata: {}, heartbeat };
    await register(
      registration({
        ...base,
        id: 'a',
        type: 'worker',
        capabilities: ['read', 'write'],
        metadata: { team: 'x', n: 3 },
      }),
    );
    await register(
      registration({ ...base, id: 'b', type: 'worker', capabilities: ['read'], metadata: { team: 'y', n: '3' } }),
    );
    await register(
      registration({ ...base, id: 'c', type: 'planner', category: 'c2', capabilities: ['write', 'read', 'plan'] }),
    );
    await register(
      registration({
        ...base,
        id: 'B',
        type: 'planner',
        version: '2',
        name: 'Zoë “quoted” 100%',
        metadata: { on: true },
      }),
    );
    await register(registration({ ...base, id: 'gone', type: 'worker' }));
    await app.request('DELETE', '/agents/gone');
    await app.request('PUT', '/agents/b/status', { status: 'maintenance' });
    const report = (age: number, status: string): string =>
      JSON.stringify({ status, last_check: new Date(Date.now() - age * 1000).toISOString() });
    await app.database.query(`UPDATE agents SET health = $1 WHERE id = 'a'`, [report(1, 'healthy')]);
    await app.database.query(`UPDATE agents SET health = $1 WHERE id = 'c'`, [report(86_400, 'healthy')]);
  });
  afterAll(() => app.close());

  it('finds every number of the metadata as an answer shows it', async () => {
    const numbers = [1234567890123456, 0.30000000000000004, 1e21, -5e-324, 12];
    for (const number of numbers) {
      const { body: registered } = await app.request(
        'POST',
        '/agents/register',
        registration({ metadata: { number } }),
      );
      const { body } = await app.request('GET', `/agents?metadata.number=${encodeURIComponent(number)}`);
      expect(body.total).toBe(1);
      await app.request('DELETE', `/agents/${registered.id as string}`);
    }
  });

  it('lists in the order of the ids, with what a list item has', async () => {
    const page = await list('');
    expect(idsOf(page)).toEqual(['B', 'a', 'b', 'c']);
    expect(page).toMatchObject({ total: 4, next_cursor: null });
    expect(page.agents[1]).toEqual({
      id: 'a',
      name: 'n',
      type: 'worker',
      category: 'c1',
      version: '1',
      status: 'active',
      capabilities: ['read', 'write'],
      endpoints: {},
      locality: null,
      registered_at: expect.stringMatching(/Z$/),
      last_seen: expect.stringMatching(/Z$/),
    });
  });

  it.each([
    ['type=worker', ['a', 'b']],
    ['type=worker&type=planner', ['B', 'a', 'b', 'c']],
    ['type=Worker', []],
    ['category=c2', ['c']],
    ['category=c1&category=c2&type=planner', ['B', 'c']],
    ['status=maintenance', ['b']],
    ['status=active&status=maintenance&type=worker', ['a', 'b']],
    ['status=deregistered', []],
    [`name=${encodeURIComponent('Zoë “quoted” 100%')}`, ['B']],
    ['version=2', ['B']],
    ['capability=read', ['a', 'b', 'c']],
    ['capability=read&capability=write', ['a', 'c']],
    ['capability=read&capability=write&type=planner', ['c']],
    ['capability=rea', []],
    ['metadata.team=x', ['a']],
    ['metadata[team]=x', ['a']],
    ['metadata%5Bteam%5D=x&metadata.n=3', ['a']],
    ['metadata.n=3', ['a', 'b']],
    ['metadata.on=true', ['B']],
    ['metadata.team=x&metadata.n=3', ['a']],
    ["metadata.team=' OR 1=1 --", []],
    ['health=healthy', ['a']],
    ['health=stale', ['c']],
    ['health=stale&health=healthy', ['a', 'c']],
    ['health=unknown', ['B', 'b']],
    ['health=unknown&type=worker&status=maintenance&category=c1&metadata.team=y', ['b']],
  ])('filters by %s', async (query, ids) => {
    const page = await list(query);
    expect(idsOf(page)).toEqual(ids);
    expect(page.total).toBe(ids.length);
  });

  it.each([
    ['colour=red', ['colour']],
    ['status=asleep', ['status']],
    ['health=fine', ['health']],
    ['type=', ['type']],
    ['name=a&name=b', ['name']],
    ['limit=0', ['limit']],
    ['limit=1001', ['limit']],
    ['limit=ten&cursor=', ['cursor', 'limit']],
    ['type=%00', ['type']],
    ['metadata.=x', ['metadata.']],
    ['metadata[team][name]=x', ['metadata[team][name]']],
    ['metadata[team]=x&metadata.team=x', ['metadata.team']],
    ['cursor=bm90IG91cnM', ['cursor']],
  ])('refuses %s', async (query, fields) => {
    const { status, body } = await app.request('GET', `/agents?${query}`);
    expect([status, body.code]).toEqual([400, 'validation_failed']);
    expect((body.errors as { field: string }[]).map(({ field }) => field).sort()).toEqual(fields);
  });

  it('refuses more than twenty metadata filters and says how many it takes', async () => {
    const filters = Array.from({ length: 21 }, (_, n) => `metadata.key-${n}=x`).join('&');
    const { status, body } = await app.request('GET', `/agents?${filters}`);
    expect([status, body.detail]).toEqual([400, 'metadata must not have more than 20 filters']);
  });

  it('pages by cursor, with the total of all pages', async () => {
    const first = await list('limit=3');
    expect([idsOf(first), first.total]).toEqual([['B', 'a', 'b'], 4]);
    const second = await list(`limit=3&cursor=${first.next_cursor}`);
    expect([idsOf(second), second.total, second.next_cursor]).toEqual([['c'], 4, null]);
  });

  describe('POST /agents/discover', () => {
    const discover = (body: unknown) => app.request<AgentPage & { query: unknown }>('POST', '/agents/discover', body);

    it.each([
      [{}, ['B', 'a', 'b', 'c']],
      [{ type: 'worker', capabilities: ['read', 'write'] }, ['a']],
      [{ category: 'c1', status: 'active', capabilities: [] }, ['B', 'a']],
      [{ capabilities: ['plan', 'read'], type: null }, ['c']],
    ])('%j', async (query, ids) => {
      const { status, body } = await discover(query);
      expect(status).toBe(200);
      expect(idsOf(body)).toEqual(ids);
      expect(body).toMatchObject({ total: ids.length, next_cursor: null, query });
    });

    it('pages', async () => {
      const first = await discover({ limit: 3 });
      const second = await discover({ limit: 3, cursor: first.body.next_cursor });
      expect([...idsOf(first.body), ...idsOf(second.body)]).toEqual(['B', 'a', 'b', 'c']);
    });

    it.each([
      [{ type: 1 }, ['type']],
      [{ capabilities: ['a', 1], limit: 0, name: 'n' }, ['capabilities[1]', 'limit', 'name']],
      [{ cursor: 'forged' }, ['cursor']],
      [{ status: 'asleep' }, ['status']],
    ])('refuses %j', async (query, fields) => {
      const { status, body } = await discover(query);
      expect(status).toBe(400);
      expect((body as unknown as { errors: { field: string }[] }).errors.map(({ field }) => field).sort()).toEqual(
        fields,
      );
    });
  });
});
