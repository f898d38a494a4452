import { bearer, sha256 } from '../support/access';
import { registration } from '../support/builders';
import { makeOlder } from '../support/elapse';
import { Issuer } from '../support/issuer';
import { createPatientApp } from '../support/patient-app';
import type { Answer, TestApp } from '../support/test-app';

type Identity = Record<string, unknown> & { expires_at: string | null };

const whoami = (service: TestApp, token?: string): Promise<Answer<Identity>> =>
  service.request('GET', '/whoami', undefined, token === undefined ? {} : bearer(token));

describe('GET /whoami', () => {
  const services: TestApp[] = [];
  const start = async (settings: Parameters<typeof createPatientApp>[0]): Promise<TestApp> => {
    const service = await createPatientApp(settings);
    services.push(service);
    return service;
  };
  afterAll(async () => {
    for (const service of services) await service.close();
  });

  it('says whose a token of the list is, what it is good for, and when it ends', async () => {
    const [lasting, ending] = ['the-lasting-token', 'the-ending-token'];
    const list = [
      { name: 'ops', sha256: sha256(lasting), scopes: ['operate', 'agent'] },
      { name: 'ci', sha256: sha256(ending), scopes: ['read'], expires_at: '2099-01-01T01:00:00+01:00' },
    ];
    const app = await start({ AUTH_MODE: 'token', AUTH_TOKENS: JSON.stringify(list) });
    const answer = await whoami(app, lasting);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(answer.body).toEqual({
      name: 'ops',
      kind: 'client',
      scopes: ['operate', 'agent'],
      where: null,
      expires_at: null,
    });
    expect((await whoami(app, ending)).body).toEqual({
      name: 'ci',
      kind: 'client',
      scopes: ['read'],
      where: null,
      expires_at: '2099-01-01T00:00:00.000Z',
    });
    expect((await whoami(app)).status).toBe(401);
    expect((await whoami(app, 'wrong')).status).toBe(401);
  });

  it('says which agent an own token is for, and when it ends unless it is used, or in spite of that', async () => {
    const list = [{ name: 'fleet', sha256: sha256('fleet-token'), scopes: ['agent'] }];
    const app = await start({ AUTH_MODE: 'token', AUTH_TOKENS: JSON.stringify(list), AGENT_TOKEN_TTL_SECONDS: 7200 });
    const registered = await app.request<{ token: string }>(
      'POST',
      '/agents/register',
      registration({ id: 'me' }),
      bearer('fleet-token'),
    );
    const own = registered.body.token;
    const [issued] = await app.database.query<{ end: Date }>(
      `SELECT issued_at + interval '7200 s' AS end FROM agent_credentials WHERE agent_id = 'me'`,
    );
    expect((await whoami(app, own)).body).toEqual({
      name: 'me',
      kind: 'agent',
      scopes: ['agent'],
      where: null,
      expires_at: issued!.end.toISOString(),
      owner: 'fleet',
    });
    const rotated = await app.request<{ token: string; expires_at: string; previous_valid_until: string }>(
      'POST',
      '/agents/me/token',
      { overlap_seconds: 300 },
      bearer(own),
    );
    const { token, expires_at, previous_valid_until } = rotated.body;
    expect((await whoami(app, own)).body.expires_at).toBe(previous_valid_until);
    expect((await whoami(app, token)).body.expires_at).toBe(expires_at);
    await makeOlder(app, 7201);
    expect((await whoami(app, token)).status).toBe(401);
  });

  it('says whose a JWT is, and when it ends', async () => {
    const issuer = await Issuer.start();
    const app = await start({
      AUTH_MODE: 'jwt',
      AUTH_JWT_ISSUER: issuer.url,
      AUTH_JWT_AUDIENCE: 'agent-registry',
    });
    const exp = Math.floor(Date.now() / 1000) + 600;
    const token = await issuer.token({ sub: 'robot', scope: 'openid operate read', exp });
    expect((await whoami(app, token)).body).toEqual({
      name: 'robot',
      kind: 'client',
      scopes: ['read', 'operate'],
      where: null,
      expires_at: new Date(exp * 1000).toISOString(),
    });
    const without = await issuer.token({ sub: 'reader', scope: undefined });
    expect(await whoami(app, without)).toMatchObject({ status: 200, body: { name: 'reader', scopes: [] } });
    await issuer.down();
  });

  it('says that access control is off', async () => {
    const app = await start({});
    expect((await whoami(app)).body).toEqual({
      name: null,
      kind: 'anonymous',
      scopes: ['read', 'agent', 'operate', 'admin'],
      where: null,
      expires_at: null,
    });
  });
});

describe('An operator', () => {
  const OPERATOR = 'token-of-an-operator';
  const OWNER = 'token-of-the-owner';
  const list = [
    { name: 'operator', sha256: sha256(OPERATOR), scopes: ['operate'] },
    { name: 'owner', sha256: sha256(OWNER), scopes: ['agent'] },
  ];
  let app: TestApp;
  beforeAll(async () => (app = await createPatientApp({ AUTH_MODE: 'token', AUTH_TOKENS: JSON.stringify(list) })));
  afterAll(() => app.close());

  it('reads and steers agents of others, and sees no secrets of theirs', async () => {
    const metadata = { team: 'data', api_key: 'hunter2' };
    await app.request('POST', '/agents/register', registration({ id: 'theirs', metadata }), bearer(OWNER));
    const as = (method: string, path: string, body?: unknown, token = OPERATOR): Promise<Answer> =>
      app.request(method, path, body, bearer(token));
    const status = { status: 'maintenance', reason: 'moving' };
    for (const answer of [await as('PUT', '/agents/theirs/status', status), await as('GET', '/agents/theirs')]) {
      expect(answer).toMatchObject({ status: 200, body: { status: 'maintenance', metadata: { team: 'data' } } });
      expect(JSON.stringify(answer.body)).not.toContain('hunter2');
    }
    expect((await as('GET', '/agents/theirs', undefined, OWNER)).body).toMatchObject({ metadata });
    expect((await as('PUT', '/agents/theirs/status', { status: 'active' }, OWNER)).status).toBe(403);
    expect((await as('PUT', '/agents/theirs/status', { status: 'active' })).status).toBe(200);
    expect((await as('DELETE', '/agents/theirs')).status).toBe(200);
  });

  it('registers and changes nothing', async () => {
    await app.request('POST', '/agents/register', registration({ id: 'kept' }), bearer(OWNER));
    for (const [method, path, body] of [
      ['POST', '/agents/register', registration({ id: 'new' })],
      ['POST', '/agents/register', registration()],
      ['PATCH', '/agents/kept', { version: '2' }],
      ['POST', '/agents/kept/token', undefined],
      ['POST', '/agents/heartbeats', { beats: [{ id: 'kept' }] }],
      ['DELETE', '/owners/owner/tokens', undefined],
    ] as const)
      expect(await app.request(method, path, body, bearer(OPERATOR))).toMatchObject({
        status: 403,
        body: { code: 'insufficient_scope' },
      });
  });
});
