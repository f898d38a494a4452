import { Controller, Get, Module, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { ModulesContainer } from '@nestjs/core';
import { AccessControl } from '../../src/platform/access/access-control';
import { requirementOf } from '../../src/platform/access/requires.decorator';
import type { Configuration } from '../../src/platform/config/configuration';
import { MetricsModule } from '../../src/metrics/metrics.module';
import { bearer, withTokens, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

const TOKENS = {
  read: { name: 'reader', token: 'token-of-the-reader', scopes: ['read'] },
  owner: { name: 'owner', token: 'token-of-the-owner', scopes: ['agent'] },
  other: { name: 'other', token: 'token-of-the-other', scopes: ['agent'] },
  operate: { name: 'operator', token: 'token-of-an-operator', scopes: ['operate'] },
  admin: { name: 'ops', token: 'token-of-ops', scopes: ['admin'] },
} satisfies Record<string, TestToken>;

/** In the order of the columns below. */
const CALLERS = [
  'nobody',
  'a wrong token',
  'a wrong agent token',
  'another scheme',
  'a malformed header',
  'read',
  'agent, owner',
  'agent, not owner',
  'admin',
  'the agent itself',
  'another agent',
  'operate',
] as const;
type Caller = (typeof CALLERS)[number];

const OPEN = [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200];
const READ = [401, 401, 401, 401, 401, 200, 403, 403, 200, 403, 403, 200];
/** 400: it says by what to count. */
const READ_BAD_QUERY = [401, 401, 401, 401, 401, 400, 403, 403, 400, 403, 403, 400];
const READ_AGENT = [401, 401, 401, 401, 401, 200, 200, 403, 200, 200, 403, 200];
const CHANGE_AGENT = [401, 401, 401, 401, 401, 403, 200, 403, 200, 200, 403, 403];
const DEREGISTER = [401, 401, 401, 401, 401, 403, 200, 403, 200, 200, 403, 200];
const ANY_TOKEN = [401, 401, 401, 401, 401, 200, 200, 200, 200, 200, 200, 200];
const BATCH = [401, 401, 401, 401, 401, 403, 200, 200, 200, 200, 200, 403]; // each beat is decided on by itself
const ADMIN = [401, 401, 401, 401, 401, 403, 403, 403, 200, 403, 403, 403];
/** 404: the agent is not banned, and there is no such webhook. */
const OPERATE = [401, 401, 401, 401, 401, 403, 403, 403, 404, 403, 403, 404];
/** One's own: there are none. */
const OPERATE_LIST = [401, 401, 401, 401, 401, 403, 403, 403, 200, 403, 403, 200];
/** 400: it says no URL. */
const OPERATE_BAD_BODY = [401, 401, 401, 401, 401, 403, 403, 403, 400, 403, 403, 400];
const OPERATE_OR_ITSELF = [401, 401, 401, 401, 401, 403, 403, 403, 200, 200, 403, 200];

/** Every route there is, about an agent of the owner's. One that is not here fails. */
const ROUTES: Record<string, { statuses: number[]; query?: string; body?: (id: string) => unknown }> = {
  'POST /agents/register': { statuses: CHANGE_AGENT, body: (id) => registration({ id }) },
  'GET /agents': { statuses: READ },
  'GET /agents/count': { statuses: READ },
  'GET /agents/facets': { statuses: READ_BAD_QUERY },
  'POST /filters/check': { statuses: READ, body: () => ({ filter: 'true' }) },
  'POST /agents/discover': { statuses: READ, body: () => ({ type: 'worker' }) },
  'POST /agents/import': { statuses: ADMIN, body: (id) => ({ agents: [{ id, name: 'n', type: 't' }] }) },
  'POST /agents/heartbeats': { statuses: BATCH, body: (id) => ({ beats: [{ id }] }) },
  'GET /agents/:id': { statuses: READ_AGENT },
  'PUT /agents/:id': { statuses: CHANGE_AGENT, body: () => registration() },
  'PATCH /agents/:id': { statuses: CHANGE_AGENT, body: () => ({ version: '2' }) },
  'DELETE /agents/:id': { statuses: DEREGISTER },
  'DELETE /agents/:id/deregister': { statuses: DEREGISTER },
  'PUT /agents/:id/status': { statuses: OPERATE_OR_ITSELF, body: () => ({ status: 'maintenance' }) },
  'POST /agents/:id/status': { statuses: OPERATE_OR_ITSELF, body: () => ({ status: 'maintenance' }) },
  'GET /agents/:id/health': { statuses: READ_AGENT },
  'GET /agents/:id/events': { statuses: READ_AGENT },
  'GET /agents/:id/dependencies': { statuses: READ },
  'GET /agents/:id/dependents': { statuses: READ },
  'GET /agents/:id/impact': { statuses: READ },
  'GET /graph': { statuses: READ },
  'POST /graph/impact': { statuses: READ, body: () => ({ filter: 'true' }) },
  'POST /agents/:id/heartbeat': { statuses: CHANGE_AGENT },
  'POST /agents/:id/token': { statuses: CHANGE_AGENT },
  'GET /agents/watch': { statuses: READ, query: '?after=now' },
  'GET /events': { statuses: READ },
  // 400, or its answer would have no end
  'GET /events/stream': { statuses: READ_BAD_QUERY, query: '?after=nonsense' },
  'DELETE /bans/:id': { statuses: OPERATE },
  'DELETE /owners/:name/tokens': { statuses: ADMIN },
  'POST /webhooks': { statuses: OPERATE_BAD_BODY, body: () => ({}) },
  'GET /webhooks': { statuses: OPERATE_LIST },
  'GET /webhooks/:id': { statuses: OPERATE },
  'PATCH /webhooks/:id': { statuses: OPERATE, body: () => ({}) },
  'DELETE /webhooks/:id': { statuses: OPERATE },
  'POST /webhooks/:id/rotate-secret': { statuses: OPERATE },
  'POST /webhooks/:id/test': { statuses: OPERATE },
  'POST /webhooks/:id/replay': { statuses: OPERATE, body: () => ({ after: 'oldest' }) },
  'GET /webhooks/:id/deliveries': { statuses: OPERATE },
  'POST /webhooks/:id/deliveries/:delivery/retry': { statuses: OPERATE },
  'GET /whoami': { statuses: ANY_TOKEN },
  'GET /analytics/overview': { statuses: READ },
  'GET /analytics/health': { statuses: READ },
  'GET /governance/decisions': { statuses: READ },
  'GET /health': { statuses: OPEN },
  'GET /health/live': { statuses: OPEN },
  'GET /health/ready': { statuses: OPEN },
  'GET /metrics': { statuses: READ },
};
/** To these there is a way in front of Express. Where it is left out, they are what is worth going through again. */
const HOT_ROUTES = [
  'POST /agents/register',
  'GET /agents/:id',
  'POST /agents/:id/heartbeat',
  'POST /agents/heartbeats',
];
const ROUTES_HERE = process.env.TEST_HOT_LANE === 'off' ? HOT_ROUTES : Object.keys(ROUTES);
/** What describes the API, which Nest's guards never see. */
const DOCUMENTS = /^GET \/(docs(\/.*)?|openapi\.(json|yaml))$/;

interface Layer {
  route?: { path: unknown; methods: Record<string, boolean> };
}

/** Every method of every path that the HTTP server has a handler for; middleware aside, which takes all methods. */
function routesOf(service: TestApp): string[] {
  const { router } = service.app.getHttpAdapter().getInstance() as unknown as { router: { stack: Layer[] } };
  return router.stack.flatMap(({ route }) => {
    const methods = Object.keys(route?.methods ?? {});
    return methods.length > 10 ? [] : methods.map((method) => `${method.toUpperCase()} ${String(route!.path)}`);
  });
}

let app: TestApp;
/** However many wrong tokens are sent here, and however fast, each is judged by itself. */
const SETTINGS = { ...withTokens(...Object.values(TOKENS)), RATE_LIMIT_AUTH_FAILURES_PER_SECOND: 0 };
beforeAll(async () => (app = await createPatientApp(SETTINGS)));
afterAll(() => app.close());

describe('Access control', () => {
  let another: string;
  beforeAll(async () => ({ token: another } = await registered()));

  const registered = async (): Promise<{ id: string; token: string }> => {
    const headers = bearer(TOKENS.owner.token);
    const { status, body } = await app.request('POST', '/agents/register', registration(), headers);
    expect(status).toBe(201);
    return body as { id: string; token: string };
  };

  const headersOf = (own: string): Record<Caller, Record<string, string>> => ({
    nobody: {},
    'a wrong token': bearer('token-of-nobody'),
    'a wrong agent token': bearer(`art_${'x'.repeat(43)}`),
    'another scheme': { authorization: `Basic ${Buffer.from(`ops:${TOKENS.admin.token}`).toString('base64')}` },
    'a malformed header': { authorization: `Bearer ${TOKENS.admin.token} ${TOKENS.admin.token}` },
    read: bearer(TOKENS.read.token),
    'agent, owner': bearer(TOKENS.owner.token),
    'agent, not owner': bearer(TOKENS.other.token),
    admin: bearer(TOKENS.admin.token),
    'the agent itself': bearer(own),
    'another agent': bearer(another),
    operate: bearer(TOKENS.operate.token),
  });

  it('has a row for every route here', () => {
    const undocumented = routesOf(app).filter((route) => !DOCUMENTS.test(route));
    expect(undocumented.sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it.each(ROUTES_HERE)('of %s', async (route) => {
    const [method, path] = route.split(' ') as [string, string];
    const { statuses, query = '', body } = ROUTES[route]!;
    const got: Partial<Record<Caller, unknown>> = {};
    let agent = await registered();
    for (const caller of CALLERS) {
      const { id, token } = agent;
      const answer = await app.request(
        method,
        path.replace(':id', id).replace(':name', 'somebody-else') + query,
        body?.(id),
        headersOf(token)[caller],
      );
      // Another one for the next caller, unless this one cannot have been changed.
      if (answer.status === 200 && method !== 'GET') agent = await registered();
      const isRefused = answer.status === 401 || answer.status === 403;
      got[caller] = isRefused ? [answer.status, answer.body.code] : answer.status;
      const expected = answer.status === 401 ? /^Bearer realm="agent-registry"/ : /error="insufficient_scope"/;
      if (isRefused) expect(answer.headers.get('www-authenticate')).toMatch(expected);
    }
    const codes: Record<number, unknown> = { 401: [401, 'unauthorized'], 403: [403, 'insufficient_scope'] };
    expect(got).toEqual(
      Object.fromEntries(CALLERS.map((caller, index) => [caller, codes[statuses[index]!] ?? statuses[index]])),
    );
  });

  it('says what is wrong as RFC 6750 has it', async () => {
    const challengeTo = async (headers: Record<string, string>): Promise<string | null> =>
      (await app.request('GET', '/agents', undefined, headers)).headers.get('www-authenticate');
    expect(await challengeTo({})).toBe('Bearer realm="agent-registry"');
    expect(await challengeTo({ authorization: 'Basic YTpi' })).toBe('Bearer realm="agent-registry"');
    expect(await challengeTo(bearer('wrong'))).toBe('Bearer realm="agent-registry", error="invalid_token"');
    expect(await challengeTo(bearer(TOKENS.owner.token))).toBe(
      'Bearer realm="agent-registry", error="insufficient_scope", scope="read"',
    );
  });

  it('covers HEAD like GET', async () => {
    expect((await app.request('HEAD', '/agents')).status).toBe(401);
    expect((await app.request('HEAD', '/agents', undefined, bearer(TOKENS.read.token))).status).toBe(200);
  });

  it.each([
    ['GET', '/nowhere', 404],
    ['POST', '/agents', 405],
    ['GET', '/agents/register', 405],
    ['PUT', '/agents/some-id/heartbeat', 405],
    ['GET', '/docs', 200],
    ['GET', '/openapi.json', 200],
    ['GET', '/openapi.yaml', 200],
    ['GET', '/agents/some-id?access_token=token-of-ops', 400],
    ['GET', '/agents?access_token=token-of-ops', 401],
    ['POST', '/agents/%E0%A4%A', 400],
  ])('tells without a token what is no secret: %s %s is %i', async (method, path, status) => {
    expect((await app.request(method, path)).status).toBe(status);
  });

  it('comes before whatever a body or an id may say', async () => {
    const wrongBody = { name: 7 };
    expect((await app.request('POST', '/agents/register', wrongBody)).status).toBe(401);
    const { owner, read, admin } = TOKENS;
    expect((await app.request('POST', '/agents/register', wrongBody, bearer(read.token))).status).toBe(403);
    expect((await app.request('POST', '/agents/register', wrongBody, bearer(owner.token))).status).toBe(400);
    expect((await app.request('POST', '/agents/import', wrongBody, bearer(admin.token))).status).toBe(400);
    expect((await app.request('GET', '/agents/unknown')).status).toBe(401);
    for (const { token } of [owner, read, admin]) {
      expect((await app.request('GET', '/agents/unknown', undefined, bearer(token))).status).toBe(404);
      expect((await app.request('GET', '/agents/%00', undefined, bearer(token))).status).toBe(400);
      expect((await app.request('GET', `/agents/${'x'.repeat(256)}`, undefined, bearer(token))).status).toBe(400);
    }
  });

  it('refuses a token whichever of its characters is wrong, and any part of it', async () => {
    const { token } = TOKENS.admin;
    const wrong = [...token].map((character, index) => {
      return token.slice(0, index) + (character === 'x' ? 'y' : 'x') + token.slice(index + 1);
    });
    const parts = [token.slice(1), token.slice(0, -1), `${token}x`, token.toUpperCase()];
    for (const guess of [...wrong, ...parts]) {
      expect((await app.request('GET', '/agents', undefined, bearer(guess))).status).toBe(401);
    }
  });

  it.each([
    ['closed', 'open', 401, 200],
    ['closed', 'closed', 401, 401], // open and closed, which they are by default, is above
  ] as const)('with probes %s and metrics %s', async (AUTH_HEALTH, AUTH_METRICS, health, metrics) => {
    const settings = { ...withTokens(TOKENS.read, TOKENS.owner), AUTH_HEALTH, AUTH_METRICS };
    const service = await createPatientApp(settings, app.database);
    const status = async (path: string, headers = {}): Promise<number> =>
      (await service.request('GET', path, undefined, headers)).status;
    for (const path of ['/health', '/health/live', '/health/ready']) expect(await status(path)).toBe(health);
    expect(await status('/metrics')).toBe(metrics);
    for (const path of ['/health/ready', '/metrics']) expect(await status(path, bearer(TOKENS.read.token))).toBe(200);
    await service.close();
  });
});

@Controller('undeclared')
class UndeclaredController {
  @Get()
  answer(): string {
    return 'an answer';
  }
}

@Module({ controllers: [UndeclaredController] })
class UndeclaredModule {}

describe('A route that does not declare who may use it', () => {
  /** `<class>.<method>` of all route handlers without a declaration. */
  const undeclaredIn = (service: TestApp): string[] => {
    const controllers = [...service.app.get(ModulesContainer).values()].flatMap((module) => [
      ...module.controllers.values(),
    ]);
    return controllers.flatMap(({ metatype }) => {
      const { prototype, name } = metatype as { prototype: Record<string, object>; name: string };
      const methods = Object.getOwnPropertyNames(prototype).filter((method) => {
        const handler = prototype[method]!;
        return (
          Reflect.hasMetadata(PATH_METADATA, handler) && Reflect.getMetadata(METHOD_METADATA, handler) in RequestMethod
        );
      });
      return methods.filter((method) => !requirementOf(prototype[method]!)).map((method) => `${name}.${method}`);
    });
  };

  const withUndeclared = (settings: Partial<Configuration>): Promise<TestApp> =>
    createPatientApp(settings, app.database, (builder) =>
      builder.overrideModule(MetricsModule).useModule(UndeclaredModule),
    );

  it('is not in the service', () => {
    expect(undeclaredIn(app)).toEqual([]);
  });

  it('would be found, and would be closed to everybody', async () => {
    const one = await withUndeclared(withTokens(...Object.values(TOKENS)));
    expect(undeclaredIn(one)).toEqual(['UndeclaredController.answer']);
    expect((await one.request('GET', '/undeclared')).status).toBe(401);
    const { status, body } = await one.request('GET', '/undeclared', undefined, bearer(TOKENS.admin.token));
    expect([status, body.code]).toEqual([403, 'insufficient_scope']);
    await one.close();
  });

  it('is open like all others when no tokens are asked for', async () => {
    const one = await withUndeclared({});
    expect((await one.request('GET', '/undeclared')).status).toBe(200);
    expect(one.app.get(AccessControl).authorize(undefined, undefined)).toEqual({ kind: 'unrestricted' });
    await one.close();
  });
});

describe('The description of the API', () => {
  it('says of every operation whether it takes a token', async () => {
    const { body } = await app.request<{
      paths: Record<string, Record<string, { security?: object[]; responses: object }>>;
      components: { securitySchemes: object };
    }>('GET', '/openapi.json');
    expect(body.components.securitySchemes).toEqual({
      token: expect.objectContaining({ type: 'http', scheme: 'bearer' }),
    });
    for (const [route, { statuses }] of Object.entries(ROUTES)) {
      const [method, path] = route
        .toLowerCase()
        .replace(/:(\w+)/g, '{$1}')
        .split(' ') as [string, string];
      const operation = body.paths[path]![method]!;
      const isOpen = statuses === OPEN;
      expect([route, operation.security]).toEqual([route, isOpen ? [] : [{ token: [] }]]);
      const refusals = Object.keys(operation.responses).filter((status) => ['401', '403'].includes(status));
      expect([route, refusals]).toEqual([route, isOpen ? [] : path === '/whoami' ? ['401'] : ['401', '403']]);
    }
  });

  it('names each operation once', async () => {
    const { body } = await app.request<{ paths: Record<string, Record<string, { operationId: string }>> }>(
      'GET',
      '/openapi.json',
    );
    const names = Object.values(body.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
    expect(names.length).toBe(Object.keys(ROUTES).length);
  });
});
