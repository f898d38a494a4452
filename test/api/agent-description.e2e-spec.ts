import { registration, type Registration } from '../support/builders';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

const EXTRACT = {
  id: 'extract',
  name: 'Extract totals',
  description: 'Reads the totals off scanned invoices.',
  version: '2.1.0',
  tags: ['invoices'],
  input_modes: ['application/pdf'],
  output_modes: ['application/json'],
  input_schema: { type: 'object', properties: { url: { type: 'string' }, __proto__x: { type: 'string' } } },
  output_schema: { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' },
  examples: ['What does this invoice come to?'],
};
const SAID = {
  description: 'Reads invoices.',
  locality: 'eu/de/fra1',
  skills: [EXTRACT, { id: 'ocr' }],
  accepts: ['restart', 'drain'],
  depends_on: [{ name: 'storage', capability: 'store', required: false, min: 2 }],
};
const NOTHING = { description: null, locality: null, skills: [], accepts: [], depends_on: [] };

interface List {
  agents: Record<string, unknown>[];
  total: number;
}

interface Events {
  events: { type: string; data: { changed?: string[]; registration?: object; changes?: object } }[];
}

describe('What an agent says of itself', () => {
  let app: TestApp;
  beforeAll(async () => (app = await createPatientApp()));
  afterAll(() => app.close());

  let count = 0;
  const anAgent = async (overrides: Partial<Registration> = {}): Promise<string> => {
    const id = `said-${++count}`;
    const answer = await app.request('POST', '/agents/register', registration({ id, ...overrides }));
    expect([answer.status, answer.body]).toEqual([201, expect.objectContaining({ id })]);
    return `/agents/${id}`;
  };
  const found = async (query: string): Promise<unknown[]> => {
    const { status, body } = await app.request<List>('GET', `/agents?${query}`);
    expect(status).toBe(200);
    expect(body.total).toBe(body.agents.length);
    return body.agents.map(({ id }) => id);
  };

  it('is in the record as it was registered', async () => {
    const path = await anAgent(SAID);
    expect((await app.request('GET', path)).body).toMatchObject(SAID);
    expect((await app.request('GET', await anAgent())).body).toMatchObject(NOTHING);
  });

  it('is left out of lists where it is large, unless it is asked for', async () => {
    const path = await anAgent({ ...SAID, category: 'large' });
    const list = await app.request<List>('GET', '/agents?category=large');
    const [item] = list.body.agents;
    expect(item).toMatchObject({ locality: 'eu/de/fra1' });
    for (const name of ['description', 'skills', 'accepts', 'depends_on']) expect(item).not.toHaveProperty(name);
    const chosen = await app.request<List>(
      'GET',
      '/agents?category=large&fields=description,skills,accepts,depends_on',
    );
    const { locality: _, ...large } = SAID;
    expect(chosen.body.agents).toEqual([{ id: path.slice(8), ...large }]);
  });

  it('is changed by PATCH, with a new ETag and an event that has what changed', async () => {
    const path = await anAgent({ ...SAID, capabilities: [] });
    const before = (await app.request('GET', path)).headers.get('etag');
    const patch = { description: null, skills: [{ id: 'ocr', name: null, version: '1.0.0' }] };
    const patched = await app.request('PATCH', path, patch, { 'if-match': before! });
    const now = { ...SAID, description: null, skills: [{ id: 'ocr', version: '1.0.0' }] };
    expect([patched.status, patched.body]).toEqual([200, expect.objectContaining(now)]);
    expect(patched.headers.get('etag')).not.toBe(before);
    const { body } = await app.request<Events>('GET', `${path}/events`);
    expect(body.events[0]).toMatchObject({
      type: 'updated',
      data: {
        changed: ['description', 'skills'],
        changes: { skills: { from: SAID.skills, to: now.skills }, description: { from: SAID.description, to: null } },
        registration: now,
      },
    });
    const same = await app.request('PATCH', path, { accepts: ['restart', 'drain'], locality: 'eu/de/fra1' });
    expect(same.headers.get('etag')).toBe(patched.headers.get('etag'));
    expect((await app.request('PUT', path, { name: 'n', type: 't' })).body).toMatchObject(NOTHING);
  });

  it('is replaced by the next registration, whose event names what changed', async () => {
    const path = await anAgent(SAID);
    const again = { ...registration({ id: path.slice(8), ...SAID }), name: 'same' };
    await app.request('POST', '/agents/register', again);
    await app.request('POST', '/agents/register', again);
    await app.request('POST', '/agents/register', { ...again, skills: [], depends_on: undefined, locality: 'eu' });
    await app.request('POST', '/agents/register', { ...again, skills: [], depends_on: [], locality: 'eu' });
    const { body } = await app.request<Events>('GET', `${path}/events`);
    expect(body.events.map(({ data }) => data.changed ?? [])).toEqual([
      [],
      ['depends_on', 'locality', 'skills'],
      [],
      ['endpoints', 'name'],
      [],
    ]);
    expect((await app.request('GET', path)).body).toMatchObject({
      ...SAID,
      skills: [],
      depends_on: [],
      locality: 'eu',
    });
  });

  it('is refused with the path of what is wrong', async () => {
    const skills = [{ id: 'a', version: 'new', input_schema: { type: 'thing' } }, { id: 'a' }];
    const depends_on = [{ capability: 'x', filter: 'agent.staus == "a"' }, {}];
    const body = { name: 'n', type: 't', skills, depends_on, locality: 'eu/', accepts: ['Stop'] };
    const answer = await app.request('POST', '/agents/register', body);
    expect(answer.status).toBe(400);
    const errors = answer.body.errors as { field: string }[];
    expect(errors.map(({ field }) => field).sort()).toEqual([
      'accepts[0]',
      'depends_on[0].filter',
      'depends_on[1]',
      'locality',
      'skills[0].input_schema.type',
      'skills[0].version',
    ]);
    expect(errors).toContainEqual(
      expect.objectContaining({ field: 'depends_on[0].filter', line: 1, column: 6, suggestion: 'agent.status' }),
    );
    const patch = await app.request('PATCH', await anAgent(SAID), { skills: [{ id: 'a' }, { id: 'a' }] });
    expect([patch.status, patch.body.errors]).toEqual([400, [{ field: 'skills[1].id', message: 'is there twice' }]]);
  });

  it('keeps names that are special in JavaScript as they are', async () => {
    const skill =
      '{"id":"proto","input_schema":{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"object"}}}}';
    const answer = await app.request('POST', '/agents/register', {
      ...registration({ id: 'proto-1' }),
      skills: [JSON.parse(skill) as object],
    });
    expect(answer.status).toBe(201);
    const response = await fetch(`${app.url}/agents/proto-1`);
    expect(await response.text()).toContain('"__proto__":{"type":"string"}');
    expect(({} as { type?: string }).type).toBeUndefined();
  });

  it('counts the ids of skills as capabilities wherever capabilities are asked for', async () => {
    const skilled = (
      await anAgent({ capabilities: ['read', 'sign'], skills: [{ id: 'stamp' }, { id: 'sign' }] })
    ).slice(8);
    const able = (await anAgent({ capabilities: ['stamp'] })).slice(8);
    expect(await found('capability=stamp')).toEqual([skilled, able]);
    expect(await found('capability=stamp&capability=read')).toEqual([skilled]);
    const discovery = { capabilities: ['sign', 'stamp'] };
    expect((await app.request<List>('POST', '/agents/discover', discovery)).body.agents).toMatchObject([
      { id: skilled, capabilities: ['read', 'sign'] },
    ]);
    const filters: [string, string[]][] = [
      ['"stamp" in agent.capabilities', [skilled, able]],
      ['agent.capabilities.containsAll(["stamp", "read"])', [skilled]],
      ['agent.capabilities.exists_one(c, c == "sign") && size(agent.capabilities) == 3', [skilled]],
      ['agent.skills.exists(s, s.id == "stamp")', [skilled]],
    ];
    for (const [filter, ids] of filters) expect(await found(`filter=${encodeURIComponent(filter)}`)).toEqual(ids);
    const facets = await app.request<{ facets: { buckets: object[] }[] }>(
      'GET',
      '/agents/facets?by=capability&capability=stamp',
    );
    expect(facets.body.facets[0]!.buckets).toEqual([
      { value: 'stamp', count: 2 },
      { value: 'read', count: 1 },
      { value: 'sign', count: 1 },
    ]);
  });

  it('is counted and found by its locality', async () => {
    const near = (await anAgent({ locality: 'mars/north' })).slice(8);
    expect(await found(`filter=${encodeURIComponent('agent.locality == "mars/north"')}`)).toEqual([near]);
    expect(await found(`filter=${encodeURIComponent('agent.locality.startsWith("mars/")')}`)).toEqual([near]);
    const filter = encodeURIComponent('agent.locality.startsWith("mars")');
    const facets = await app.request('GET', `/agents/facets?by=locality&filter=${filter}`);
    expect(facets.body).toEqual({
      facets: [{ by: 'locality', buckets: [{ value: 'mars/north', count: 1 }], other_count: 0 }],
    });
  });

  it('is set by an import, which leaves what it does not say', async () => {
    const path = await anAgent(SAID);
    const definition = { id: path.slice(8), name: 'Imported', type: 'worker' };
    const imported = async (body: object): Promise<unknown> =>
      (await app.request('POST', '/agents/import', { agents: [{ ...definition, ...body }] })).body;
    await imported({ description: 'From the directory.', depends_on: [{ agent: 'other' }] });
    expect((await app.request('GET', path)).body).toMatchObject({
      ...SAID,
      description: 'From the directory.',
      depends_on: [{ agent: 'other', required: true, min: 1 }],
    });
    expect(await imported({ description: 'From the directory.', depends_on: [{ agent: 'other' }] })).toMatchObject({
      results: [{ outcome: 'unchanged' }],
    });
    await app.request('POST', '/agents/import', { agents: [{ ...definition, id: 'imported-new', ...SAID }] });
    expect((await app.request('GET', '/agents/imported-new')).body).toMatchObject({ ...SAID, status: 'inactive' });
  });
});
