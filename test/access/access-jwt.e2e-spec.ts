import { createHmac } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair, SignJWT } from 'jose';
import type { Configuration } from '../../src/platform/config/configuration';
import { bearer } from '../support/access';
import { registration } from '../support/builders';
import { Issuer } from '../support/issuer';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

/** An issuer is asked for a key that it has not had, and after a failure, again after this time. */
const COOLDOWN_SECONDS = 2;

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('JWTs', () => {
  let issuer: Issuer;
  let app: TestApp;
  const services: TestApp[] = [];
  const settingsFor = ({ url }: Issuer, more: Partial<Configuration> = {}): Partial<Configuration> => {
    return { AUTH_MODE: 'jwt', AUTH_JWT_ISSUER: url, AUTH_JWT_AUDIENCE: 'agent-registry', ...more };
  };
  /** Another service on the same database, which has not asked any issuer yet, and whose time the test moves. */
  const fresh = async (settings: Partial<Configuration>): Promise<TestApp> => {
    const service = await createPatientApp(settings, app.database);
    service.clock.standStill();
    services.push(service);
    return service;
  };
  beforeAll(async () => {
    issuer = await Issuer.start();
    app = await createPatientApp(settingsFor(issuer));
  });
  afterAll(async () => {
    for (const service of services) await service.close();
    await app.close();
    await issuer.down();
  });

  let narrowed: Promise<TestApp> | undefined;
  const strict = new Map<string, Promise<TestApp>>();
  const ofType = (type: 'any' | 'at+jwt'): Promise<TestApp> => {
    const service =
      strict.get(type) ?? (type === 'any' ? Promise.resolve(app) : fresh(settingsFor(issuer, { AUTH_JWT_TYPE: type })));
    strict.set(type, service);
    return service;
  };
  /** Past access control there is only a query that is refused: the database, which is not the point here, is not asked. */
  const list = (token: string, service = app) => service.request('GET', '/agents?limit=0', undefined, bearer(token));
  const statusOf = async (token: string, service = app): Promise<number> => {
    const { status, body } = await list(token, service);
    return body.code === 'validation_failed' ? 200 : status;
  };

  it.each<[unknown, string, number, string?]>([
    [undefined, 'read', 200],
    ['agent.metadata.team == "data"', 'read', 200],
    ['agent.staus == "x"', 'read', 401, '"agents": where, line 1, column 6: agent.staus is unknown'],
    ['agent.last_seen < now', 'read', 401, '"agents": agent.last_seen changes without an event'],
    [['true'], 'read', 401, '"agents" must be a string'],
    ['true', 'admin', 401, '"agents" cannot restrict the scope admin'],
  ])('for the agents %j with the scope %s are answered by %i where a claim says for which', async (...row) => {
    const [agents, scope, status, detail = ''] = row;
    const service = await (narrowed ??= fresh(settingsFor(issuer, { AUTH_JWT_WHERE_CLAIM: 'agents' })));
    const answer = await service.request('GET', '/whoami', undefined, bearer(await issuer.token({ scope, agents })));
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.body.where).toBe(agents ?? null);
    else expect(answer.body.detail).toContain(detail);
  });

  it.each([
    ['read', 200],
    ['openid read profile', 200],
    [['openid', 'read'], 200],
    ['admin', 200],
    ['agent', 403],
    ['reader', 403],
    ['READ', 403],
    ['', 403],
    [undefined, 403],
    [{ read: true }, 403],
    [7, 403],
  ])('with the scopes %j may read: %i', async (scope, status) => {
    expect(await statusOf(await issuer.token({ scope }))).toBe(status);
  });

  it('may hold the scopes in another claim', async () => {
    const service = await fresh(settingsFor(issuer, { AUTH_JWT_SCOPES_CLAIM: 'roles' }));
    expect(await statusOf(await issuer.token({ roles: ['read'] }), service)).toBe(200);
    expect(await statusOf(await issuer.token({ scope: 'read' }), service)).toBe(403);
  });

  const now = Math.floor(Date.now() / 1000);
  it.each([
    ['expired', { exp: now - 60 }],
    ['without an end', { exp: undefined }],
    ['not good yet', { nbf: now + 600 }],
    ['of another issuer', { iss: 'http://127.0.0.1/other' }],
    ['for somebody else', { aud: 'another-service' }],
    ['for nobody', { aud: undefined }],
    ['of nobody', { sub: undefined }],
    ['of a nameless one', { sub: '' }],
    ['of one that cannot be stored', { sub: 'a\0b' }],
    ['good for longer than AUTH_JWT_MAX_LIFETIME_SECONDS', { exp: now + 2 * 86_400 }],
    ['good for years, and does not say since when', { iat: undefined, exp: 253_370_764_800 }],
    ['issued in the future, so that it is good for longer', { iat: now + 86_400, exp: now + 2 * 86_400 }],
    ['an ID token', { nonce: 'n-0S6_WzA2Mj' }],
  ])('is refused when it is %s', async (_, claims) => {
    const { status, headers } = await list(await issuer.token({ scope: 'admin', ...claims }));
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer realm="agent-registry", error="invalid_token"');
  });

  it.each([
    ['any', undefined, 200],
    ['any', 'JWT', 200],
    ['any', 'at+jwt', 200],
    ['any', 'dpop+jwt', 401],
    ['at+jwt', 'at+jwt', 200],
    ['at+jwt', 'application/at+jwt', 200],
    ['at+jwt', 'JWT', 401],
    ['at+jwt', undefined, 401],
  ] as const)('with AUTH_JWT_TYPE=%s and the typ %s is %i', async (type, typ, status) => {
    const service = await ofType(type);
    expect(await statusOf(await issuer.token({ scope: 'read' }, typ === undefined ? {} : { typ }), service)).toBe(
      status,
    );
  });

  it('may be for several', async () => {
    expect(await statusOf(await issuer.token({ scope: 'read', aud: ['other', 'agent-registry'] }))).toBe(200);
  });

  it('is refused when somebody else has signed it, or nobody', async () => {
    const payload = encoded({
      iss: issuer.url,
      aud: 'agent-registry',
      sub: 'robot',
      scope: 'admin',
      exp: now + 300,
    });
    const unsigned = `${encoded({ alg: 'none' })}.${payload}.`;
    // The public key as the secret of a symmetric signature: known to everybody.
    const secret = JSON.stringify(issuer.publicKeys[0]);
    const confused = `${encoded({ alg: 'HS256', kid: 'key-1' })}.${payload}`;
    const symmetric = `${confused}.${createHmac('sha256', secret).update(confused).digest('base64url')}`;
    const { privateKey } = await generateKeyPair('ES256');
    const forged = await new SignJWT({ scope: 'admin' })
      .setProtectedHeader({ alg: 'ES256', kid: 'key-1' })
      .setIssuer(issuer.url)
      .setAudience('agent-registry')
      .setSubject('robot')
      .setExpirationTime('5m')
      .sign(privateKey);
    const good = await issuer.token({ scope: 'admin' });
    const [head, , signature] = good.split('.');
    const altered = [head, payload, signature].join('.');
    for (const token of [unsigned, symmetric, forged, altered, 'a.b.c', 'opaque', good.slice(0, -4)]) {
      expect([token, await statusOf(token)]).toEqual([token, 401]);
    }
  });

  it('is good for a few seconds more than it says, as clocks differ, and then no longer, also when it was before', async () => {
    const service = await fresh(settingsFor(issuer));
    const seconds = Math.floor(Date.now() / 1000);
    service.clock.stopAt(new Date(seconds * 1000));
    const read = async (claims: object): Promise<number> =>
      statusOf(await issuer.token({ scope: 'read', ...claims }), service);
    expect([await read({ exp: seconds - 4 }), await read({ nbf: seconds + 4 })]).toEqual([200, 200]);
    expect([await read({ exp: seconds - 6 }), await read({ nbf: seconds + 6 })]).toEqual([401, 401]);
    const token = await issuer.token({ scope: 'read', exp: seconds + 30 });
    const statuses = [await statusOf(token, service)];
    for (const later of [34, 2]) {
      await service.clock.holdUp(later);
      statuses.push(await statusOf(token, service));
    }
    expect(statuses).toEqual([200, 200, 401]);
  });

  it('owns what it registers, and agents have tokens of their own', async () => {
    const robot = await issuer.token({ scope: 'agent' });
    const stranger = await issuer.token({ scope: 'agent', sub: 'stranger' });
    const body = registration({ id: 'jwt-agent' });
    const answer = await app.request<{ token: string }>('POST', '/agents/register', body, bearer(robot));
    expect(answer.status).toBe(201);
    const beat = async (token: string): Promise<number> =>
      (await app.request('POST', '/agents/jwt-agent/heartbeat', undefined, bearer(token))).status;
    const later = await issuer.token({ scope: 'agent', jti: 'another token of the same subject' });
    const statuses = [];
    for (const token of [answer.body.token, robot, later, stranger]) statuses.push(await beat(token));
    expect(statuses).toEqual([200, 200, 200, 403]);
    expect((await app.request('POST', '/agents/register', body, bearer(stranger))).status).toBe(403);
  });

  describe('and the keys of their issuer', () => {
    const AFTER_THE_COOLDOWN = COOLDOWN_SECONDS + 0.1;
    let another: Issuer;
    beforeEach(async () => (another = await Issuer.start()));
    afterEach(() => another.down());
    const DISCOVERED = ['/realm/.well-known/openid-configuration', '/realm/keys'];

    it('asks for them once, whoever comes and by whatever algorithm', async () => {
      const service = await fresh(settingsFor(another));
      const tokens = await Promise.all(['a', 'b', 'c'].map((sub) => another.token({ sub, scope: 'read' })));
      for (const algorithm of ['EdDSA', 'RS256', 'PS256']) {
        await another.rotate(`key of ${algorithm}`, algorithm);
        tokens.push(await another.token({ scope: 'read' }));
      }
      const good = tokens.map(() => 200);
      expect(await Promise.all(tokens.map((token) => statusOf(token, service)))).toEqual(good);
      expect(await Promise.all(tokens.map((token) => statusOf(token, service)))).toEqual(good);
      expect(another.asked).toEqual(DISCOVERED);
    });

    it('takes a new one when it is time to ask again, and asks for no more than that, whatever is made up', async () => {
      const service = await fresh(settingsFor(another));
      expect(await statusOf(await another.token({ scope: 'read' }), service)).toBe(200);
      await another.rotate('key-2');
      const token = await another.token({ scope: 'read' });
      another.asked.length = 0;
      expect([await service.clock.through(statusOf(token, service)), another.asked]).toEqual([200, DISCOVERED]);
      const madeUp = (): Promise<number[]> =>
        Promise.all(
          Array.from({ length: 5 }, async (_, made) =>
            statusOf(await another.token({ scope: 'read' }, { kid: `made-up-${made}` }), service),
          ),
        );
      // Within the time after that question, then within the time after the next, then later.
      for (const times of [2, 3, 4]) {
        expect(await service.clock.through(madeUp())).toEqual([401, 401, 401, 401, 401]);
        expect(another.asked).toEqual(Array.from({ length: times }, () => DISCOVERED).flat());
        if (times === 3) await service.clock.holdUp(AFTER_THE_COOLDOWN);
      }
    });

    it('is 503 while the issuer is away and they are not known, and asks again when it is time', async () => {
      const service = await fresh(settingsFor(another, { AUTH_JWT_JWKS_URL: another.jwksUrl }));
      const token = await another.token({ scope: 'read' });
      await another.down();
      const { status, headers, body } = await list(token, service);
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'issuer_unavailable', '2']);
      expect(JSON.stringify(body)).not.toContain(another.url);
      await another.up();
      expect([await statusOf(token, service), another.asked]).toEqual([503, []]);
      await service.clock.holdUp(AFTER_THE_COOLDOWN);
      expect([await statusOf(token, service), another.asked]).toEqual([200, ['/realm/keys']]);
    });

    it('is good by those that are known while the issuer is away, and 503 by those that are not', async () => {
      const service = await fresh(settingsFor(another));
      expect(await statusOf(await another.token({ scope: 'read' }), service)).toBe(200);
      await another.down();
      await service.clock.holdUp(AFTER_THE_COOLDOWN);
      expect(await statusOf(await another.token({ scope: 'read', sub: 'new' }), service)).toBe(200);
      await another.rotate('key-2');
      expect(await statusOf(await another.token({ scope: 'read' }), service)).toBe(503);
      await another.up();
    });

    it('is 503 when the issuer says that it is another one, or names no keys', async () => {
      const service = await fresh(settingsFor(another));
      const token = await another.token({ scope: 'read' });
      const statuses = [];
      for (const configuration of [{ issuer: 'http://127.0.0.1/other' }, { jwks_uri: undefined }, {}]) {
        another.configuration = configuration;
        statuses.push(await statusOf(token, service));
        await service.clock.holdUp(AFTER_THE_COOLDOWN);
      }
      expect(statuses).toEqual([503, 503, 200]);
    });
  });

  it.each([
    [
      'redirects to other keys',
      (response: ServerResponse) => response.writeHead(302, { location: issuer.jwksUrl }).end(),
    ],
    ['answers without an end', (response: ServerResponse) => endless(response)],
  ])('is not judged by keys of an issuer that %s', async (_, answer) => {
    const impostor = createServer((request, response) => answer(response));
    await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve));
    const { port } = impostor.address() as AddressInfo;
    const service = await fresh(settingsFor(issuer, { AUTH_JWT_JWKS_URL: `http://127.0.0.1:${port}/keys` }));
    const { status, body } = await list(await issuer.token({ scope: 'read' }), service);
    expect([status, body.code]).toEqual([503, 'issuer_unavailable']);
    impostor.closeAllConnections();
    impostor.close();
  });
});

/** Writes a JSON string that never ends, as long as it is read. */
function endless(response: ServerResponse): void {
  const chunk = 'x'.repeat(64 * 1024);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"keys":"');
  more();
}
