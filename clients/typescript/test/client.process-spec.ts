import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceProcess } from '../../../test/support/service-process';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database';
import { until } from '../../../test/support/until';
import { AgentRegistryClient } from '../src/client';
import { ApiError, ConnectionError, NotFoundError, PreconditionFailedError, UnavailableError } from '../src/errors';

describe('The client', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let client: AgentRegistryClient;
  beforeAll(async () => {
    database = await createTestDatabase();
    service = await ServiceProcess.start({ env: { DATABASE_URL: database.url } });
    client = new AgentRegistryClient({ url: `${service.url}/` });
  });
  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  it('registers, reads, changes and deregisters an agent', async () => {
    const registered = await client.register({
      id: 'one',
      name: 'One',
      type: 'worker',
      metadata: { team: 'a', tier: 1 },
    });
    expect(registered).toMatchObject({ id: 'one', status: 'active', heartbeat: { interval_seconds: 10 } });
    const { etag, ...record } = await client.get('one');
    expect(record).toMatchObject({ id: 'one', metadata: { team: 'a', tier: 1 } });
    expect(await client.get('one', { ifNoneMatch: etag })).toBeNull();
    const updated = await client.update('one', { version: '2', metadata: { tier: null } }, { ifMatch: etag });
    expect(updated).toMatchObject({ version: '2', metadata: { team: 'a' } });
    expect(updated.etag).not.toBe(etag);
    expect(await client.get('one', { ifNoneMatch: etag })).toMatchObject({ version: '2' });
    await expect(client.update('one', { version: '3' }, { ifMatch: etag })).rejects.toBeInstanceOf(
      PreconditionFailedError,
    );
    const replaced = await client.replace('one', { name: 'Uno', type: 'worker' }, { ifMatch: updated.etag });
    expect(replaced).toMatchObject({ name: 'Uno', version: null, metadata: {} });
    const resting = await client.setStatus('one', 'maintenance', { reason: 'new disk', ifMatch: replaced.etag });
    expect(resting.status).toBe('maintenance');
    expect((await client.events('one', { limit: 1 })).events).toMatchObject([
      { to: 'maintenance', reason: 'new disk' },
    ]);
    expect(await client.deregister('one')).toEqual({ id: 'one', status: 'deregistered' });
    await expect(client.deregister('one')).rejects.toMatchObject({ name: 'NotFoundError', code: 'agent_deregistered' });
  });

  it('finds agents, page by page', async () => {
    const ids = ['find-1', 'find-2', 'find-3', 'find-4', 'find-5'];
    const definitions = ids.map((id, index) => ({
      id,
      name: id,
      type: index < 3 ? 'finder' : 'keeper',
      capabilities: index > 0 ? ['a b', 'c&d'] : [],
      metadata: { 'team.name': 'ä & b' },
    }));
    expect(await client.import(definitions, { dryRun: true })).toMatchObject({
      results: [{ outcome: 'created' }, {}, {}, {}, {}],
    });
    expect((await client.list({ type: 'finder' })).total).toBe(0);
    await client.import(definitions);
    const query = { type: ['finder', 'keeper'], capability: ['a b', 'c&d'], metadata: { 'team.name': 'ä & b' } };
    expect(await collect(client.listAll({ ...query, limit: 2 }))).toEqual(ids.slice(1));
    expect(await collect(client.discoverAll({ capabilities: ['c&d'], limit: 1 }))).toEqual(ids.slice(1));
    expect((await client.list({ ...query, status: 'inactive', limit: 1 })).agents).toHaveLength(1);
  });

  it('beats, and reads how all are', async () => {
    await client.register({ id: 'alive', name: 'Alive', type: 'worker' });
    expect(await client.heartbeat('alive')).toMatchObject({ id: 'alive', next_heartbeat_seconds: 10 });
    await client.heartbeat('alive', { cpu_percent: 95 });
    expect((await client.agentHealth('alive')).health).toMatchObject({ status: 'degraded', cpu_percent: 95 });
    const answer = await client.heartbeats([{ id: 'alive' }, { id: 'nobody' }]);
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'agent_not_found' }] });
    expect((await client.overview()).active_agents).toBeGreaterThan(0);
    expect((await client.fleetHealth()).overall_health).toBeLessThanOrEqual(1);
    expect(await client.decisions()).toEqual({ decisions: [], next_cursor: null });
    expect(await client.live()).toEqual({ status: 'alive' });
    expect((await client.ready()).status).not.toBe('unhealthy');
    expect((await client.health()).details).toHaveProperty('database');
    expect(await client.metrics()).toContain('active_agents{');
  });

  it('says all that is wrong, and under which id to look it up', async () => {
    const wrong = client.register({ name: '', type: 'worker', capabilities: ['a', 'a'] }, { requestId: 'look-me-up' });
    const error = (await wrong.catch((thrown: unknown) => thrown)) as ApiError;
    expect(error).toMatchObject({
      name: 'BadRequestError',
      status: 400,
      code: 'validation_failed',
      requestId: 'look-me-up',
    });
    expect(error.errors.map(({ field }) => field)).toEqual(['name', 'capabilities[1]']);
    expect(error.message).toBe(error.detail);
    await expect(client.get('nobody')).rejects.toBeInstanceOf(NotFoundError);
    await expect(client.get('..')).rejects.toThrow('cannot stand in a URL');
    expect(() => new AgentRegistryClient({ url: 'registry' })).toThrow('Invalid URL');
  });

  it('registers once, however often it has to ask', async () => {
    let lost = 2;
    const lossy = new AgentRegistryClient({
      url: service.url,
      fetch: async (input, init) => {
        const answer = await fetch(input, init);
        if (lost-- > 0) throw new TypeError('fetch failed'); // after the service has done it
        return answer;
      },
    });
    const { id } = await lossy.register({ name: 'Only', type: 'single' });
    expect(await collect(client.listAll({ type: 'single' }))).toEqual([id]);
    lost = 1;
    expect(await lossy.deregister(id)).toEqual({ id, status: 'deregistered' });
    lost = 1;
    await client.register({ id: 'kept', name: 'Kept', type: 'single' });
    await expect(lossy.setStatus('kept', 'maintenance')).rejects.toBeInstanceOf(ConnectionError);
    expect((await client.events('kept')).events).toHaveLength(2);
  });
});

describe('The client of a service that misbehaves', () => {
  let server: Server;
  let answer: RequestListener;
  let requests: { method: string; url: string; headers: IncomingHttpHeaders }[];
  let client: AgentRegistryClient;
  beforeEach(async () => {
    requests = [];
    server = createServer((request, response) => {
      requests.push({ method: request.method!, url: request.url!, headers: request.headers });
      answer(request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    client = new AgentRegistryClient({ url: `http://127.0.0.1:${port}/registry/`, userAgent: 'spec/1' });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const unavailable: RequestListener = (_, response) => {
    response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '0' });
    response.end(
      JSON.stringify({ code: 'store_unavailable', status: 503, title: 'Service Unavailable', detail: 'wait' }),
    );
  };

  it('tries again what does no harm, and then gives up', async () => {
    answer = unavailable;
    await expect(client.get('x', { retries: 2 })).rejects.toMatchObject({
      name: 'UnavailableError',
      code: 'store_unavailable',
      retryAfterMs: 0,
    });
    expect(requests).toHaveLength(3);
    expect(requests[0]).toMatchObject({ url: '/registry/agents/x', headers: { 'user-agent': 'spec/1' } });
    requests = [];
    await expect(client.update('x', {})).rejects.toBeInstanceOf(UnavailableError);
    await expect(client.replace('x', { name: 'x', type: 'y' }, { ifMatch: '"1"' })).rejects.toBeInstanceOf(
      UnavailableError,
    );
    expect(requests.map(({ method }) => method)).toEqual(['PATCH', 'PUT']);
  });

  it('repeats a registration under the same key, and makes another for another', async () => {
    answer = unavailable;
    const agent = { name: 'x', type: 'y' };
    for (let times = 0; times < 2; times++) await client.register(agent, { retries: 1 }).catch(() => undefined);
    const keys = requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([keys[0], keys[0], keys[2], keys[2]]);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[2]).not.toBe(keys[0]);
    requests = [];
    await client.register({ ...agent, id: 'x' }, { retries: 0 }).catch(() => undefined);
    expect(requests[0]!.headers).not.toHaveProperty('idempotency-key');
  });

  it('does not wait for as long as it is asked to when that is very long', async () => {
    answer = (_, response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    await expect(client.get('x')).rejects.toMatchObject({ name: 'RateLimitedError', retryAfterMs: 3_600_000 });
    expect(requests).toHaveLength(1);
  });

  it('does not wait for answers for ever', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    await expect(client.get('x', { timeoutMs: 50, retries: 0 })).rejects.toMatchObject({
      name: 'TimeoutError',
      timeoutMs: 50,
    });
    const token = (): Promise<string> => new Promise(() => undefined);
    await expect(client.get('x', { timeoutMs: 50, retries: 0, token })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('ends when its caller has had enough, with the reason', async () => {
    const reason = new Error('enough');
    await expect(client.get('x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(requests).toEqual([]);
    answer = () => undefined;
    const asking = new AbortController();
    const given = client.get('x', { signal: asking.signal, timeoutMs: 600_000 });
    given.catch(() => undefined);
    await until('it has asked', 10, () => requests.length > 0);
    asking.abort(reason);
    await expect(given).rejects.toBe(reason);
    answer = (_, response) => response.writeHead(503, { 'retry-after': '20' }).end();
    const pausing = new AbortController();
    const waiting = client.get('x', { signal: pausing.signal });
    waiting.catch(() => undefined);
    await until('it has asked again', 10, () => requests.length > 1);
    pausing.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(requests).toHaveLength(2);
  });

  it('takes what is not from the service for what it is', async () => {
    answer = (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>');
    await expect(client.ready()).rejects.toMatchObject({ name: 'UnavailableError', code: 'http_502', errors: [] });
    await expect(client.update('x', {})).rejects.toMatchObject({ status: 502, message: 'HTTP 502' });
    answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"agents": [');
    await expect(client.list({}, { retries: 0 })).rejects.toBeInstanceOf(ConnectionError);
    answer = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    await expect(client.list({}, { retries: 0 })).rejects.toMatchObject({
      message: expect.stringContaining('redirect'),
    });
    answer = unavailable;
    await expect(client.health()).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('tells that the service is unhealthy as an answer', async () => {
    const health = { status: 'unhealthy', details: { database: { status: 'down' } } };
    answer = (_, response) => {
      response.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify(health));
    };
    expect(await client.health()).toEqual(health);
    expect(await client.ready()).toEqual(health);
    expect(requests).toHaveLength(2);
  });

  it('asks for the token anew each time', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    let serial = 0;
    const rotating = new AgentRegistryClient({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      token: () => `t${++serial}`,
    });
    await rotating.live();
    await rotating.live();
    await rotating.live({ token: 'mine' });
    await client.live();
    const sent = requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(['Bearer t1', 'Bearer t2', 'Bearer mine', undefined]);
  });
});

async function collect(agents: AsyncIterable<{ id: string }>): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of agents) ids.push(id);
  return ids;
}
