import { bearer, withTokens, type TestToken } from '../support/access';
import { createTestApp, type TestApp } from '../support/test-app';

const owner: TestToken = { name: 'ann', token: 'token-of-ann', scopes: ['agent', 'read'] };
const reader: TestToken = { name: 'reader', token: 'token-of-reader', scopes: ['read'] };
const admin: TestToken = { name: 'ops', token: 'token-of-ops', scopes: ['admin'] };

interface AgentPage {
  agents: Record<string, unknown>[];
  total?: number;
  next_cursor: string | null;
}

interface Problem {
  code: string;
  errors: { field: string; message: string; line?: number; column?: number; suggestion?: string }[];
}

describe('Expressions', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createTestApp(withTokens(owner, reader, admin));
    const heartbeat = { interval_seconds: 3600 };
    const agents = [
      {
        id: 'a',
        type: 'worker',
        version: '2.3.0',
        capabilities: ['ocr', 'nlp/ner'],
        metadata: { team: 'data', gpu: true, n: 3 },
      },
      {
        id: 'b',
        type: 'worker',
        version: '1.0.0',
        capabilities: ['ocr'],
        metadata: { team: 'ml', n: 10, api_key: 'hush' },
      },
      {
        id: 'c',
        type: 'planner',
        category: 'core',
        capabilities: ['nlp/pos'],
        metadata: { team: 'data', url: 'https://u:hush@host/' },
      },
      { id: 'd', type: 'planner', category: 'edge', version: '2.0.0-rc.1' },
    ];
    for (const [index, agent] of agents.entries()) {
      const body = { name: `Agent ${4 - index}`, heartbeat, ...agent };
      await app.request('POST', '/agents/register', body, bearer(owner.token));
    }
    await app.request('POST', '/agents/register', { id: 'gone', name: 'gone', type: 'worker' }, bearer(owner.token));
    await app.request('DELETE', '/agents/gone', undefined, bearer(owner.token));
    const beat = { health: { cpu_percent: 95.5, memory_percent: 10, message: 'busy' } };
    await app.request('POST', '/agents/a/heartbeat', beat, bearer(owner.token));
    await app.clock.advance(1);
  });
  afterAll(() => app.close());

  const get = async <Body = AgentPage>(path: string, { token } = admin): Promise<Body> => {
    const { status, body } = await app.request<Body>('GET', path, undefined, bearer(token));
    expect([path, status]).toEqual([path, 200]);
    return body;
  };
  const query = (parameters: Record<string, string>): string => new URLSearchParams(parameters).toString();
  const idsOf = ({ agents }: AgentPage): unknown[] => agents.map(({ id }) => id);

  it.each([
    ['true', ['a', 'b', 'c', 'd']],
    ['agent.type == "worker" && "ocr" in agent.capabilities && agent.metadata.team in ["data", "ml"]', ['a', 'b']],
    ['agent.metadata.n < 5', ['a']],
    ['agent.metadata.gpu', ['a']],
    ['!has(agent.metadata.gpu)', ['b', 'c', 'd']],
    ['satisfies(agent.version, "^2")', ['a']],
    ['agent.capabilities.containsAny(["nlp/*"])', ['a', 'c']],
    ['agent.capabilities.containsAll(["ocr", "nlp/*"])', ['a']],
    ['has(agent.category) && agent.category.startsWith("e")', ['d']],
    ['agent.health.cpu_percent > 90.0 && agent.health.status == "degraded" && agent.health.message == "busy"', ['a']],
    ['now - agent.last_seen < duration("1h")', ['a', 'b', 'c', 'd']],
    ['agent.owner == "ann" && agent.id.matches("^[ab]$")', ['a', 'b']],
  ])('%s selects %j in lists, counts and discovery', async (filter, ids) => {
    const page = await get(`/agents?${query({ filter })}`);
    expect([idsOf(page), page.total]).toEqual([ids, ids.length]);
    expect(await get(`/agents/count?${query({ filter })}`)).toEqual({ total: ids.length });
    const found = await app.request<AgentPage>('POST', '/agents/discover', { filter }, bearer(admin.token));
    expect([found.status, idsOf(found.body), found.body.total]).toEqual([200, ids, ids.length]);
  });

  it('holds together with the simple parameters', async () => {
    expect(idsOf(await get(`/agents?${query({ filter: 'agent.metadata.team == "data"', type: 'planner' })}`))).toEqual([
      'c',
    ]);
  });

  it.each<[string, string, number, number, string?]>([
    ['agent.staus == "active"', 'agent.staus is unknown', 1, 6, 'agent.status'],
    ['agent.type == "a" &&', 'ends where a value is expected', 1, 21],
    ['agent.type == "a', 'this text is never closed', 1, 15],
    ['agent.type = "a"', '= means nothing here', 1, 12, '=='],
    ['agent.type == "a" and true', 'an operator is expected before and', 1, 19, '&&'],
    ['(agent.type == "a"', '( is never closed', 1, 1],
    ['agent.type == "a")', ') closes nothing', 1, 18],
    ['agent.type', 'is of type string where true or false is expected', 1, 6],
    ['agent.type == 5', 'agent.type is of type string and 5 of type int: they are never equal', 1, 12],
    [
      'agent.category == null',
      'agent.category is never null: where an agent has none it is absent, see has(agent.category)',
      1,
      16,
    ],
    ['true\n  && agent.name.startWith("x")', '.startWith() is unknown here', 2, 16, 'startsWith'],
    [
      'agent.health.cpu_percent + 1 > 3.0',
      'double + int is not defined here: numbers of records are doubles, write 1.0 for 1',
      1,
      26,
    ],
    ['agent.name.matches("(a+")', 'the regular expression ends too early', 1, 20],
    ['satisfies(agent.version, "so")', '"so" is no range of versions, such as "^2.1 || >=3.4.1"', 1, 26],
    ['', 'is empty', 1, 1],
    ['agent.capabilities.map(c, c) == []', '.map() is unknown here', 1, 19],
    ['duration("soon") > duration("1s")', 'is no duration such as 90s or 1h30m', 1, 1],
  ])('%j is refused with its place', async (filter, message, line, column, ...[suggestion]) => {
    const paths = [
      `/agents?${query({ filter })}`,
      `/agents/count?${query({ filter })}`,
      `/agents/facets?${query({ filter, by: 'type' })}`,
    ];
    const answers = [
      ...(await Promise.all(paths.map((path) => app.request<Problem>('GET', path, undefined, bearer(admin.token))))),
      await app.request<Problem>('POST', '/agents/discover', { filter }, bearer(admin.token)),
      await app.request<Problem>('POST', '/filters/check', { filter }, bearer(admin.token)),
    ];
    const error = { field: 'filter', message, line, column, ...(suggestion !== undefined && { suggestion }) };
    for (const { status, body } of answers) {
      expect(body).toMatchObject({ code: 'invalid_filter' });
      expect([status, body.errors.map((each) => ({ ...each, message: each.message.split(';')[0] }))]).toEqual([
        400,
        [error],
      ]);
    }
  });

  it.each([
    ['2,048 characters', `agent.type == "${'x'.repeat(2032)}"`, `agent.type == "${'x'.repeat(2033)}"`],
    [
      '200 operators, names and values',
      Array(50).fill('true').join('||') + '|| 1 == 1',
      Array(101).fill('true').join('||'),
    ],
    [
      'macros two deep',
      'agent.metadata.l.exists(a, a.exists(b, b == 1))',
      'agent.metadata.l.exists(a, a.exists(b, b.exists(c, c == 1)))',
    ],
    [
      'macros two deep in what refers to no agent',
      '[1, 2].exists(a, [1, 2].all(b, a == b)) || agent.type == "a"',
      '[1, 2].exists(a, [1, 2].all(b, [1, 2].all(c, a == b))) || agent.type == "a"',
    ],
    ['brackets 40 deep', `${'('.repeat(40)}true${')'.repeat(40)}`, `${'('.repeat(41)}true${')'.repeat(41)}`],
  ])('may have at most %s', async (_, allowed, refused) => {
    const check = (filter: string) => app.request('POST', '/filters/check', { filter }, bearer(admin.token));
    expect((await check(allowed)).body).toMatchObject({ valid: true });
    expect(await check(refused)).toMatchObject({ status: 400, body: { code: 'invalid_filter' } });
  });

  it('is checked without being evaluated', async () => {
    const check = async (filter: string): Promise<unknown> =>
      (await app.request('POST', '/filters/check', { filter }, bearer(reader.token))).body;
    expect(await check('agent.type == "worker"')).toEqual({ valid: true, uses: ['agent.type'], indexed: true });
    expect(await check('agent.metadata.team != "x" || now > agent.last_seen')).toEqual({
      valid: true,
      uses: ['agent.last_seen', 'agent.metadata.team', 'now'],
      indexed: false,
    });
  });

  describe('do not tell what their caller may not see', () => {
    const total = async (filter: string, token: TestToken): Promise<number> =>
      (await get<{ total: number }>(`/agents/count?${query({ filter })}`, token)).total;

    it.each([
      ['agent.metadata.api_key == "hush"', 1],
      ['agent.metadata.api_key.startsWith("h")', 1],
      ['has(agent.metadata.api_key)', 1],
      ['"api_key" in agent.metadata', 1],
      ['agent.metadata.exists(k, k == "api_key")', 1],
      ['agent.metadata.url.contains("hush")', 1],
      ['agent.metadata.url == "https://u:hush@host/"', 1],
      ['size(agent.metadata) == 3 && size(agent.metadata.team) == 2', 1],
    ])('%s', async (filter, known) => {
      expect([await total(filter, admin), await total(filter, owner)]).toEqual([known, known]);
      expect(await total(filter, reader)).toBe(0);
    });

    it('and say the same of what everybody sees', async () => {
      expect(await total('agent.metadata.team == "data" && agent.metadata.n == 3', reader)).toBe(1);
      expect(await total('agent.metadata.url != "x"', reader)).toBe(1);
    });
  });

  it.each([
    ['name', ['d', 'c', 'b', 'a']],
    ['name desc', ['a', 'b', 'c', 'd']],
    ['type', ['c', 'd', 'a', 'b']],
    ['type desc', ['b', 'a', 'd', 'c']],
    ['category', ['c', 'd', 'a', 'b']],
    ['category desc', ['b', 'a', 'd', 'c']],
    ['version', ['b', 'd', 'a', 'c']],
    ['version desc', ['c', 'a', 'd', 'b']],
    ['registered_at', ['a', 'b', 'c', 'd']],
    ['registered_at desc', ['d', 'c', 'b', 'a']],
    ['id desc', ['d', 'c', 'b', 'a']],
  ])('pages in the order of %s', async (order_by, ids) => {
    for (const limit of ['1', '2', '3']) {
      const seen: unknown[] = [];
      let cursor: string | null = '';
      while (cursor !== null && seen.length < 10) {
        const page: AgentPage = await get(
          `/agents?${query({ order_by, limit, filter: 'true', ...(cursor && { cursor }) })}`,
        );
        seen.push(...idsOf(page));
        cursor = page.next_cursor;
      }
      expect(seen).toEqual(ids);
    }
  });

  it.each(['status', 'last_seen desc'])('have one page in the order of %s', async (order_by) => {
    const page = await get(`/agents?${query({ order_by, limit: '2' })}`);
    expect([page.agents.length, page.total, page.next_cursor]).toEqual([2, 4, null]);
  });

  it('refuse a cursor of another expression or order', async () => {
    const { next_cursor } = await get(
      `/agents?${query({ filter: 'agent.type != "x"', order_by: 'name', limit: '1' })}`,
    );
    const cursor = next_cursor!;
    const ask = (parameters: Record<string, string>) =>
      app.request<Problem>('GET', `/agents?${query({ cursor, ...parameters })}`, undefined, bearer(admin.token));
    expect((await ask({ filter: 'agent.type  !=  "x"', order_by: 'name' })).status).toBe(200);
    const others: Record<string, string>[] = [
      { order_by: 'name' },
      { filter: 'agent.type != "y"', order_by: 'name' },
      { filter: 'agent.type != "x"' },
    ];
    for (const parameters of others) {
      expect(await ask(parameters)).toMatchObject({ status: 400, body: { errors: [{ field: 'cursor' }] } });
    }
  });

  it('come with the members that are wanted, and without the total when it is not', async () => {
    const page = await get(
      `/agents?${query({ fields: 'health,name,metadata', include_total: 'false', limit: '1' })}`,
      reader,
    );
    expect(page).toEqual({
      agents: [
        {
          id: 'a',
          name: 'Agent 4',
          metadata: { team: 'data', gpu: true, n: 3 },
          health: expect.objectContaining({ status: 'degraded', cpu_percent: 95.5 }),
        },
      ],
      next_cursor: expect.any(String),
    });
    const { body } = await app.request<AgentPage>(
      'POST',
      '/agents/discover',
      { fields: ['metadata'], filter: 'agent.id == "b"' },
      bearer(reader.token),
    );
    expect(body.agents).toEqual([{ id: 'b', metadata: { team: 'ml', n: 10 } }]);
  });

  it('are counted by the values that they have', async () => {
    const facets = await get(
      `/agents/facets?by=type&by=metadata.team&by=capability&by=category&by=metadata.n&by=health&limit=2`,
    );
    expect(facets).toEqual({
      facets: [
        {
          by: 'type',
          buckets: [
            { value: 'planner', count: 2 },
            { value: 'worker', count: 2 },
          ],
          other_count: 0,
        },
        {
          by: 'metadata.team',
          buckets: [
            { value: 'data', count: 2 },
            { value: 'ml', count: 1 },
          ],
          other_count: 0,
        },
        {
          by: 'capability',
          buckets: [
            { value: 'ocr', count: 2 },
            { value: 'nlp/ner', count: 1 },
          ],
          other_count: 1,
        },
        {
          by: 'category',
          buckets: [
            { value: 'core', count: 1 },
            { value: 'edge', count: 1 },
          ],
          other_count: 0,
        },
        {
          by: 'metadata.n',
          buckets: [
            { value: 3, count: 1 },
            { value: 10, count: 1 },
          ],
          other_count: 0,
        },
        {
          by: 'health',
          buckets: [
            { value: 'unknown', count: 3 },
            { value: 'degraded', count: 1 },
          ],
          other_count: 0,
        },
      ],
    });
    const some = await get(
      `/agents/facets?${query({ by: 'type', filter: 'agent.metadata.team == "data"', status: 'active' })}`,
    );
    expect(some).toEqual({
      facets: [
        {
          by: 'type',
          buckets: [
            { value: 'planner', count: 1 },
            { value: 'worker', count: 1 },
          ],
          other_count: 0,
        },
      ],
    });
  });

  it('are not counted by what the caller may not see', async () => {
    const bucketsFor = async (by: string, token: TestToken): Promise<unknown> =>
      (await get<{ facets: { buckets: unknown[] }[] }>(`/agents/facets?by=${by}`, token)).facets[0]!.buckets;
    for (const by of ['metadata.api_key', 'metadata.url']) {
      expect(await bucketsFor(by, reader)).toEqual([]);
      expect(await bucketsFor(by, owner)).toHaveLength(1);
    }
  });

  it.each(['', 'by=colour', 'by=metadata.', 'by=type&limit=0', 'by=type&by=', 'by=type&cursor=x'])(
    'facets of %j are refused',
    async (parameters) => {
      const { status, body } = await app.request('GET', `/agents/facets?${parameters}`, undefined, bearer(admin.token));
      expect([status, body.code]).toEqual([400, 'validation_failed']);
    },
  );
});
