import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { PATIENCE } from '../../../test/support/patience';
import { until } from '../../../test/support/until';
import { AgentRegistryClient } from '../src/client';
import { ConnectionError, UnavailableError, UnexpectedResponseError } from '../src/errors';
import { AgentSession } from '../src/session';
import { ManualTime } from './support/manual-time';

describe('The client of a service that misbehaves', () => {
  let server: Server;
  let answer: RequestListener;
  let requests: { method: string; url: string; headers: IncomingHttpHeaders }[];
  let client: AgentRegistryClient;
  let time: ManualTime;
  beforeEach(async () => {
    requests = [];
    time = new ManualTime();
    server = createServer((request, response) => {
      requests.push({ method: request.method!, url: request.url!, headers: request.headers });
      answer(request, response);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/registry/`;
    client = new AgentRegistryClient({ url, userAgent: 'spec/1', fetch: time.traffic.fetch, time: time.seeded(1) });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  /** What becomes of a call, while time passes. */
  const outcome = <Result>(call: Promise<Result>): Promise<Result> => time.passWhile('the call ends', call);
  const unavailable: RequestListener = (_, response) => {
    response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '0' });
    response.end(
      JSON.stringify({ code: 'store_unavailable', status: 503, title: 'Service Unavailable', detail: 'wait' }),
    );
  };

  it('tries again what does no harm, and then gives up', async () => {
    answer = unavailable;
    await expect(outcome(client.get('x', { retries: 2 }))).rejects.toMatchObject({
      name: 'UnavailableError',
      code: 'store_unavailable',
      retryAfterMs: 0,
    });
    expect(requests).toHaveLength(3);
    expect(requests[0]).toMatchObject({ url: '/registry/agents/x', headers: { 'user-agent': 'spec/1' } });
    requests = [];
    await expect(outcome(client.update('x', {}))).rejects.toBeInstanceOf(UnavailableError);
    const replaced = client.replace('x', { name: 'x', type: 'y' }, { ifMatch: '"1"' });
    await expect(outcome(replaced)).rejects.toBeInstanceOf(UnavailableError);
    expect(requests.map(({ method }) => method)).toEqual(['PATCH', 'PUT']);
  });

  it('does not try again before Retry-After is over', async () => {
    answer = (request, response) => {
      if (requests.length === 1) response.writeHead(503, { 'retry-after': '5' }).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"agents":[],"total":0}');
    };
    await outcome(client.list());
    const [first, second] = time.traffic.sent;
    expect(second!.at - first!.at).toBeGreaterThanOrEqual(5000);
    expect(second!.at - first!.at).toBeLessThan(5200); // the jitter on top of it
  });

  it('repeats a registration under the same key, and makes another for another', async () => {
    answer = unavailable;
    const agent = { name: 'x', type: 'y' };
    for (let times = 0; times < 2; times++)
      await outcome(client.register(agent, { retries: 1 })).catch(() => undefined);
    const keys = requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([keys[0], keys[0], keys[2], keys[2]]);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[2]).not.toBe(keys[0]);
    requests = [];
    await outcome(client.register({ ...agent, id: 'x' }, { retries: 0 })).catch(() => undefined);
    expect(requests[0]!.headers).not.toHaveProperty('idempotency-key');
  });

  it('does not wait for as long as it is asked to when that is very long', async () => {
    answer = (_, response) => response.writeHead(429, { 'retry-after': '3600' }).end();
    await expect(outcome(client.get('x'))).rejects.toMatchObject({ name: 'RateLimitedError', retryAfterMs: 3_600_000 });
    expect(requests).toHaveLength(1);
    expect(time.now()).toBe(0);
  });

  it('does not wait for answers for ever', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    const late = { name: 'TimeoutError', timeoutMs: 50 };
    let failure: unknown;
    const given = client.get('x', { timeoutMs: 50, retries: 0 }).catch((error: unknown) => (failure = error));
    await until('it has asked', PATIENCE, () => requests.length > 0);
    time.advance(49);
    await turn();
    expect(failure).toBeUndefined();
    time.advance(1);
    await until('the call has ended', PATIENCE, () => failure !== undefined);
    expect(await given).toMatchObject(late);
    const token = (): Promise<string> => new Promise(() => undefined);
    await expect(outcome(client.get('x', { timeoutMs: 50, retries: 0, token }))).rejects.toMatchObject(late);
  });

  it('ends when its caller has had enough, with the reason', async () => {
    const reason = new Error('enough');
    await expect(client.get('x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(requests).toEqual([]);
    answer = () => undefined;
    const asking = new AbortController();
    const given = client.get('x', { signal: asking.signal, timeoutMs: 600_000 });
    given.catch(() => undefined);
    await until('it has asked', PATIENCE, () => requests.length > 0);
    asking.abort(reason);
    await expect(given).rejects.toBe(reason);
    answer = (_, response) => response.writeHead(503, { 'retry-after': '20' }).end();
    const pausing = new AbortController();
    const waiting = client.get('x', { signal: pausing.signal });
    waiting.catch(() => undefined);
    await until('it has asked again', PATIENCE, () => requests.length > 1);
    await time.quiet(); // it is told to wait, and does
    pausing.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(requests).toHaveLength(2);
  });

  it('takes what is not from the service for what it is', async () => {
    answer = (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>');
    await expect(outcome(client.ready())).rejects.toMatchObject({
      name: 'UnavailableError',
      code: 'http_502',
      errors: [],
    });
    await expect(outcome(client.update('x', {}))).rejects.toMatchObject({ status: 502, message: 'HTTP 502' });
    answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"agents": [');
    await expect(outcome(client.list({}, { retries: 0 }))).rejects.toBeInstanceOf(ConnectionError);
    answer = (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    await expect(outcome(client.list({}, { retries: 0 }))).rejects.toMatchObject({
      message: expect.stringContaining('redirect'),
    });
    answer = unavailable;
    await expect(outcome(client.health())).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  it('tells that the service is unhealthy as an answer', async () => {
    const health = { status: 'unhealthy', details: { database: { status: 'down' } } };
    answer = (_, response) => {
      response.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify(health));
    };
    expect(await outcome(client.health())).toEqual(health);
    expect(await outcome(client.ready())).toEqual(health);
    expect(requests).toHaveLength(2);
  });

  it('asks for the token anew each time', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"alive"}');
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

  it.each([
    ['a login page', 'text/html', '<h1>login</h1>'],
    ['other JSON', 'application/json', '{"ok":true}'],
    ['an interval of nothing', 'application/json', '{"id":"a","status":"active","next_heartbeat_seconds":0}'],
  ])('a session takes %s for a failure: it is told, and beats no more often', async (_, type, body) => {
    answer = ({ url }, response) => {
      const registration = { id: 'a', status: 'active', heartbeat: { interval_seconds: 2, timeout_seconds: 30 } };
      if (url!.endsWith('/register'))
        response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(registration));
      else response.writeHead(200, { 'content-type': type }).end(body);
    };
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);
    const session = await outcome(AgentSession.start({ client, agent: { name: 'a', type: 'b' }, onError }));
    const began = time.now();
    await time.passUntil('a hundred seconds have passed', () => time.now() - began >= 100_000 || requests.length > 200);
    const beats = requests.filter(({ url }) => url.endsWith('/heartbeat')).length;
    expect(beats).toBeGreaterThan(40); // one each 2 s, up to a tenth sooner or later
    expect(beats).toBeLessThan(60);
    expect(errors.length).toBeGreaterThanOrEqual(beats - 1);
    expect(errors.every((error) => error instanceof UnexpectedResponseError)).toBe(true);
    expect(session.status).toBe('active');
    await time.passWhile('it stops', session.stop({ deregister: false }));
  });

  it('a session beats no more often than once a second, whatever it is asked for', async () => {
    const id = 'a';
    answer = (_, response) => {
      const seconds = 0.001;
      const all = { id, status: 'active', next_heartbeat_seconds: seconds, heartbeat: { interval_seconds: seconds } };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(all));
    };
    const session = await outcome(AgentSession.start({ client, agent: { id, name: 'a', type: 'b' } }));
    const began = time.now();
    await time.passUntil('twenty seconds have passed', () => time.now() - began >= 20_000 || requests.length > 200);
    expect(requests.length).toBeLessThan(26);
    await time.passWhile('it stops', session.stop({ deregister: false }));
  });

  it('asks nothing about an agent without an id', async () => {
    const rejection = { name: 'TypeError', message: 'the id is empty' };
    await expect(outcome(client.get('', { retries: 0 }))).rejects.toMatchObject(rejection);
    await expect(outcome(client.deregister('', { retries: 0 }))).rejects.toMatchObject(rejection);
    expect(requests).toEqual([]);
  });
});
