import { bearer, withTokens, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { createTestApp, type TestApp } from '../support/test-app';

const [owner, other, reader, admin]: TestToken[] = [
  { name: 'owner', token: 'token-of-owner', scopes: ['agent', 'read'] },
  { name: 'other', token: 'token-of-other', scopes: ['agent', 'read'] },
  { name: 'reader', token: 'token-of-reader', scopes: ['read'] },
  { name: 'ops', token: 'token-of-ops', scopes: ['admin'] },
];

const METADATA = {
  team: 'core',
  apiKey: 'hush',
  pin: 1234,
  max_tokens: 4096,
  token_count: { toString: 'hush' },
  database: { host: 'db', password: 'hush' },
  callback: 'https://user:hush@host/x?access_token=hush&page=2',
};
const SHOWN = {
  team: 'core',
  max_tokens: 4096,
  database: { host: 'db' },
  callback: 'https://host/x?access_token=&page=2',
};

describe.each([
  ['in front of Express', {}],
  ['by Express', { HOT_LANE: 'off' as const }],
])('Secrets in the metadata, %s', (_lane, settings) => {
  let app: TestApp;
  let itsToken: string;

  beforeAll(async () => {
    app = await createTestApp({ ...settings, ...withTokens(owner!, other!, reader!, admin!) });
    itsToken = await register('kept', owner!);
    await register('others', other!);
  });
  afterAll(() => app.close());

  async function register(id: string, { token }: TestToken): Promise<string> {
    const body = registration({ id, metadata: METADATA });
    const answer = await app.request<{ token: string }>('POST', '/agents/register', body, bearer(token));
    expect(answer.status).toBe(201);
    return answer.body.token;
  }

  const metadataFor = async (token: string): Promise<unknown> =>
    (await app.request<{ metadata: unknown }>('GET', '/agents/kept', undefined, bearer(token))).body.metadata;

  async function found({ token }: TestToken, filter: string): Promise<unknown> {
    const { body } = await app.request<{ agents: { id: string }[]; total: number }>(
      'GET',
      `/agents?${filter}`,
      undefined,
      bearer(token),
    );
    return { ids: body.agents.map(({ id }) => id), total: body.total };
  }

  it('are shown to the owner, to the agent itself and to admins', async () => {
    for (const token of [owner!.token, itsToken, admin!.token]) expect(await metadataFor(token)).toEqual(METADATA);
    const patched = await app.request('PATCH', '/agents/kept', { metadata: METADATA }, bearer(owner!.token));
    expect(patched.body).toMatchObject({ metadata: METADATA });
  });

  it('are shown to nobody else', async () => {
    for (const { token } of [reader!, other!, reader!]) expect(await metadataFor(token)).toEqual(SHOWN);
  });

  it('are in no other answer', async () => {
    const lists = await Promise.all([
      app.request('GET', '/agents', undefined, bearer(reader!.token)),
      app.request('POST', '/agents/discover', {}, bearer(reader!.token)),
      app.request('GET', '/agents/kept/events', undefined, bearer(reader!.token)),
      app.request('GET', '/agents/kept/health', undefined, bearer(reader!.token)),
    ]);
    expect(lists.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(JSON.stringify(lists.map(({ body }) => body))).not.toContain('hush');
  });

  it.each([
    'metadata.apiKey=hush',
    'metadata.pin=1234',
    'metadata.apiKey=hush&metadata.team=core',
    `metadata.callback=${encodeURIComponent(METADATA.callback)}`,
  ])('are found by those only who see them: %s', async (filter) => {
    expect(await found(admin!, filter)).toEqual({ ids: ['kept', 'others'], total: 2 });
    expect(await found(reader!, filter)).toEqual({ ids: [], total: 0 });
    expect(await found(owner!, filter)).toEqual({ ids: ['kept'], total: 1 });
    expect(await found(other!, filter)).toEqual({ ids: ['others'], total: 1 });
    expect(await found(admin!, filter)).toEqual({ ids: ['kept', 'others'], total: 2 });
  });

  it('hide nothing else', async () => {
    for (const filter of ['metadata.team=core', 'metadata.max_tokens=4096'])
      expect(await found(reader!, filter)).toEqual({ ids: ['kept', 'others'], total: 2 });
  });
});

describe('Secrets in the metadata, without access control', () => {
  it('are there for everybody', async () => {
    const app = await createTestApp();
    await app.request('POST', '/agents/register', registration({ id: 'open', metadata: METADATA }));
    expect((await app.request('GET', '/agents/open')).body).toMatchObject({ metadata: METADATA });
    expect((await app.request('GET', '/agents?metadata.apiKey=hush')).body).toMatchObject({ total: 1 });
    await app.close();
  });
});
