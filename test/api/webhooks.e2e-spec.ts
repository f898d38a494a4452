import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bearer, sha256 } from '../support/access';
import { registration } from '../support/builders';
import { Issuer } from '../support/issuer';
import { Sink } from '../support/sink';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

interface Webhook {
  id: string;
  enabled: boolean;
  status: string;
  owner: string | null;
  disabled_reason: string | null;
  [member: string]: unknown;
}
interface Problem {
  code: string;
  errors: { field: string; message: string }[];
}

const SECRETS_KEY = randomBytes(32).toString('base64');
const URL = 'https://hooks.example.com/a';
const UNSWEPT = { HEARTBEAT_TIMEOUT_SECONDS: 86_400, OUTBOUND_ALLOW_HOSTS: 'localhost' };

describe('Webhooks', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ ...UNSWEPT, SECRETS_KEY, WEBHOOKS_MAX: 3 });
  });
  afterAll(() => app.close());
  afterEach(async () => {
    await app.database.query('DELETE FROM webhooks');
  });

  const make = async (body: object = {}): Promise<Webhook> => {
    const answer = await app.request<Webhook>('POST', '/webhooks', { url: URL, ...body });
    expect(answer.status).toBe(201);
    return answer.body;
  };

  it('are made with their secret, read without it, changed, listed and deleted', async () => {
    const made = await app.request<Webhook>('POST', '/webhooks', {
      url: 'https://HOOKS.example.com:443/a?b=c#d',
      description: 'bot',
      types: ['registered'],
      filter: 'agent.type == "worker"',
      headers: { 'X-Key': 'hunter2' },
    });
    expect(made.headers.get('location')).toBe(`/webhooks/${made.body.id}`);
    const { secret, ...rest } = made.body;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(rest).toMatchObject({
      url: 'https://hooks.example.com/a?b=c',
      description: 'bot',
      types: ['registered'],
      filter: 'agent.type == "worker"',
      format: 'cloudevents',
      header_names: ['x-key'],
      owner: null,
      enabled: true,
      status: 'active',
      waiting: 0,
    });
    const path = `/webhooks/${made.body.id}`;
    expect((await app.request('GET', path)).body).toEqual(rest);
    expect((await app.request('GET', '/webhooks')).body).toEqual({ webhooks: [rest] });
    const changed = await app.request('PATCH', path, {
      description: null,
      types: null,
      filter: null,
      headers: null,
      format: 'standard',
      enabled: false,
    });
    expect(changed).toMatchObject({
      status: 200,
      body: {
        url: rest.url,
        description: null,
        types: [],
        filter: null,
        header_names: [],
        format: 'standard',
        status: 'disabled',
        disabled_reason: 'client',
      },
    });
    expect((await app.request('DELETE', path)).body).toEqual({ id: made.body.id, deleted: true });
    for (const [method, at] of [
      ['GET', path],
      ['PATCH', path],
      ['DELETE', path],
      ['POST', `${path}/test`],
      ['POST', `${path}/rotate-secret`],
      ['GET', `${path}/deliveries`],
      ['POST', `${path}/deliveries/1/retry`],
      ['GET', '/webhooks/wh-%00'],
      ['GET', `/webhooks/${'x'.repeat(3000)}`],
    ] as const) {
      const gone = await app.request(method, at, method === 'PATCH' ? {} : undefined);
      expect([at.slice(0, 60), gone.status, gone.body.code]).toEqual([at.slice(0, 60), 404, 'webhook_not_found']);
    }
  });

  it.each<[body: object, field: string]>([
    [{ url: undefined }, 'url'],
    [{ url: null }, 'url'],
    [{ url: 7 }, 'url'],
    [{ url: 'http://hooks.example.com/' }, 'url'],
    [{ url: 'https://127.0.0.1/' }, 'url'],
    [{ url: 'https://[::1]/' }, 'url'],
    [{ url: 'https://user:secret@hooks.example.com/' }, 'url'],
    [{ url: 'https://localhost.localdomain/' }, 'url'],
    [{ url: `https://hooks.example.com/${'a'.repeat(2048)}` }, 'url'],
    [{ url: 'https://hooks.example.com/\u0000' }, 'url'],
    [{ description: 'a'.repeat(1001) }, 'description'],
    [{ description: '\u0000' }, 'description'],
    [{ types: ['heartbeat'] }, 'types'],
    [{ types: {} }, 'types'],
    [{ filter: 'event.tpye == "x"' }, 'filter'],
    [{ filter: 'agent.name' }, 'filter'],
    [{ filter: 'true '.repeat(1000) }, 'filter'],
    [{ filter: 1 }, 'filter'],
    [{ format: 'xml' }, 'format'],
    [{ enabled: 'yes' }, 'enabled'],
    [{ start: 'yesterday' }, 'start'],
    [{ start: '' }, 'start'],
    [{ headers: [] }, 'headers'],
    [{ headers: { Host: 'a' } }, 'headers.Host'],
    [{ headers: { 'Webhook-Id': 'a' } }, 'headers.Webhook-Id'],
    [{ headers: { 'content-length': '1' } }, 'headers.content-length'],
    [{ headers: { 'transfer-encoding': 'chunked' } }, 'headers.transfer-encoding'],
    [{ headers: { 'a b': 'c' } }, 'headers["a b"]'],
    [{ headers: { a: 'b\r\nc: d' } }, 'headers.a'],
    [{ headers: { a: 'é' } }, 'headers.a'],
    [{ headers: { a: 1 } }, 'headers.a'],
    [{ headers: { a: '1', A: '2' } }, 'headers'],
    [{ headers: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`h${n}`, ''])) }, 'headers'],
    [{ secret: 'whsec_x' }, 'secret'],
    [{ owner: 'me' }, 'owner'],
  ])('are refused with %j, naming %s', async (body, field) => {
    const answer = await app.request<Problem>('POST', '/webhooks', { url: URL, ...body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error) => error.field)).toContain(field);
    const { id } = await make();
    if (field === 'start' || (body as { url?: unknown }).url === undefined) return;
    const patched = await app.request<Problem>('PATCH', `/webhooks/${id}`, body);
    expect([patched.status, patched.body.errors.map((error) => error.field)]).toEqual([400, [field]]);
  });

  it.each<[path: string, body: unknown, field: string]>([
    ['rotate-secret', { overlap_seconds: -1 }, 'overlap_seconds'],
    ['rotate-secret', { overlap_seconds: 604_801 }, 'overlap_seconds'],
    ['rotate-secret', [], 'body'],
    ['replay', {}, 'after'],
    ['replay', { after: 7 }, 'after'],
    ['replay', { after: 'nonsense' }, 'after'],
  ])('refuse %s with %j, naming %s', async (path, body, field) => {
    const { id } = await make();
    const answer = await app.request<Problem>('POST', `/webhooks/${id}/${path}`, body);
    expect([answer.status, answer.body.errors[0]?.field]).toEqual([400, field]);
  });

  it.each(['state=lost', 'state=', 'limit=0', 'limit=1001', 'cursor=x', 'cursor=', 'after=1'])(
    'refuse a list of deliveries with %s',
    async (query) => {
      const { id } = await make();
      const answer = await app.request<Problem>('GET', `/webhooks/${id}/deliveries?${query}`);
      expect([answer.status, answer.body.errors[0]?.field]).toEqual([400, query.split('=')[0]]);
    },
  );

  it('know no delivery that there is not', async () => {
    const { id } = await make();
    for (const delivery of ['1', '0', '-1', 'x', '9223372036854775807', '9223372036854775808', '%00']) {
      const answer = await app.request('POST', `/webhooks/${id}/deliveries/${delivery}/retry`);
      expect([delivery, answer.status, answer.body.code]).toEqual([delivery, 404, 'delivery_not_found']);
    }
  });

  it('are at most WEBHOOKS_MAX, however many are made at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => app.request('POST', '/webhooks', { url: URL })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)!.body.code).toBe('webhook_limit_reached');
  });

  it('need SECRETS_KEY beside a DATABASE_URL', async () => {
    const keyless = await createTestApp(UNSWEPT, app.database);
    const answer = await keyless.request('POST', '/webhooks', { url: URL });
    expect(answer).toMatchObject({ status: 409, body: { code: 'secrets_key_missing' } });
    const { id } = await make();
    expect(await keyless.request('POST', `/webhooks/${id}/test`)).toMatchObject({
      status: 409,
      body: { code: 'secret_unreadable' },
    });
    await keyless.close();
  });

  it('keep their secrets under the new key once it stands in front of the old one', async () => {
    const sink = await Sink.start();
    const { id } = await make({ url: sink.url });
    const key = randomBytes(32).toString('base64');
    const changed = await createTestApp({ ...UNSWEPT, SECRETS_KEY: `${key},${SECRETS_KEY}` }, app.database);
    await changed.clock.advance(61);
    const after = await createTestApp({ ...UNSWEPT, SECRETS_KEY: key }, app.database);
    expect((await after.request('POST', `/webhooks/${id}/test`)).body).toMatchObject({ delivered: true });
    await Promise.all([changed.close(), after.close(), sink.close()]);
  });
});

describe('Webhooks of clients', () => {
  const directory = mkdtempSync(join(tmpdir(), 'agent-registry-webhooks-'));
  const file = join(directory, 'tokens.json');
  const entry = (name: string, scopes: string[], where?: string): object => ({
    name,
    sha256: sha256(name),
    scopes,
    where,
  });
  const admin = entry('admin', ['admin']);
  const everyone = [
    admin,
    entry('owner', ['agent', 'read']),
    entry('operator', ['operate']),
    entry('other', ['operate']),
    entry('narrow', ['operate'], 'agent.type == "worker"'),
  ];
  let app: TestApp;
  let sink: Sink;

  beforeAll(async () => {
    writeFileSync(file, JSON.stringify(everyone));
    app = await createTestApp({ ...UNSWEPT, SECRETS_KEY, AUTH_MODE: 'token', AUTH_TOKENS_FILE: file });
  });
  afterAll(async () => {
    await app.close();
    rmSync(directory, { recursive: true });
  });
  beforeEach(async () => {
    sink = await Sink.start();
    writeFileSync(file, JSON.stringify(everyone));
    await until(
      'the tokens are as at first',
      150,
      async () => (await as('operator', 'GET', '/webhooks')).status === 200,
    );
  });
  afterEach(async () => {
    await app.database.query('DELETE FROM webhooks');
    await sink.close();
  });

  const as = <Body = Record<string, unknown>>(name: string, method: string, path: string, body?: unknown) =>
    app.request<Body>(method, path, body, bearer(name));
  const make = async (name: string): Promise<Webhook> => {
    const answer = await as<Webhook>(name, 'POST', '/webhooks', { url: sink.url });
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const register = async (id: string, fields: object = {}): Promise<void> => {
    expect((await as('owner', 'POST', '/agents/register', { ...registration({ id }), ...fields })).status).toBe(201);
  };
  const seen = (): string[] => sink.received.map(({ event }) => event.subject);

  it('are for the scopes operate and admin, and are seen by their own client and by admin', async () => {
    expect(await as('owner', 'POST', '/webhooks', { url: sink.url })).toMatchObject({ status: 403 });
    const { id, owner } = await make('operator');
    expect(owner).toBe('operator');
    expect((await as('other', 'GET', `/webhooks/${id}`)).body.code).toBe('webhook_not_found');
    expect((await as('other', 'DELETE', `/webhooks/${id}`)).status).toBe(404);
    expect((await as('other', 'GET', '/webhooks')).body).toEqual({ webhooks: [] });
    for (const name of ['operator', 'admin']) {
      expect((await as(name, 'GET', `/webhooks/${id}`)).status).toBe(200);
      expect((await as<{ webhooks: Webhook[] }>(name, 'GET', '/webhooks')).body.webhooks).toHaveLength(1);
    }
  });

  it('show secrets of agents to admin alone', async () => {
    const other = await Sink.start();
    await as('admin', 'POST', '/webhooks', { url: other.url });
    await make('operator');
    await register('secretive', { metadata: { api_key: 'hunter2', team: 'core' } });
    await until('both have it', 150, () => seen().length === 1 && other.received.length === 1);
    expect(sink.received[0]!.body).not.toContain('hunter2');
    expect(sink.received[0]!.body).toContain('"team":"core"');
    expect(other.received[0]!.event.data.agent).toMatchObject({ metadata: { api_key: 'hunter2' } });
    await other.close();
  });

  it('get what the token may read at that time', async () => {
    await make('narrow');
    await register('mine-1');
    await register('not-mine-1', { type: 'robot' });
    await register('mine-2');
    await until('both are there', 150, () => seen().length >= 2);
    expect(seen().sort()).toEqual(['mine-1', 'mine-2']);
    await as('owner', 'PATCH', '/agents/mine-1', { type: 'robot' });
    await as('owner', 'PATCH', '/agents/not-mine-1', { type: 'worker' });
    await until('the next is there', 150, () => seen().length >= 3);
    expect(seen().slice(2)).toEqual(['not-mine-1']);
  });

  it.each([
    ['its entry has gone', [admin, entry('owner', ['agent'])]],
    ['it has lost the scope', [admin, entry('owner', ['agent']), entry('operator', ['read'])]],
  ])('end with the token: %s', async (_, tokens) => {
    const { id } = await make('operator');
    await register(`before-${tokens.length}`);
    await until('the first is there', 150, () => seen().length === 1);
    writeFileSync(file, JSON.stringify(tokens));
    await until('the token is void', 150, async () => (await as('operator', 'GET', '/webhooks')).status !== 200);
    await register(`after-${tokens.length}`);
    await until(
      'it is disabled',
      150,
      async () => !(await as<Webhook>('admin', 'GET', `/webhooks/${id}`)).body.enabled,
    );
    expect(seen()).toEqual([`before-${tokens.length}`]);
    expect((await as('admin', 'GET', `/webhooks/${id}`)).body).toMatchObject({ disabled_reason: 'token_ended' });
    await as('admin', 'PATCH', `/webhooks/${id}`, { enabled: true });
    await until('the event is there', 150, () => seen().length === 2);
    expect((await as('admin', 'GET', `/webhooks/${id}`)).body).toMatchObject({ owner: 'admin', enabled: true });
  });
});

describe('Webhooks with AUTH_MODE=jwt', () => {
  it('are for no subject of an issuer', async () => {
    const issuer = await Issuer.start();
    const app = await createTestApp({
      ...UNSWEPT,
      SECRETS_KEY,
      AUTH_MODE: 'jwt',
      AUTH_JWT_ISSUER: issuer.url,
      AUTH_JWT_AUDIENCE: 'agent-registry',
    });
    const token = await issuer.token({ scope: 'admin' });
    expect(await app.request('POST', '/webhooks', { url: URL }, bearer(token))).toMatchObject({
      status: 403,
      body: { code: 'webhooks_need_listed_token' },
    });
    await app.close();
    await issuer.down();
  });
});
