import { once } from 'node:events';
import { connect } from 'node:net';
import type { Configuration } from '../../src/platform/config/configuration';
import { bearer, withTokens } from '../support/access';
import { PATIENCE } from '../support/patience';
import { RecordedLog, type LogLine } from '../support/recorded-log';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

const FLEET = { name: 'fleet', token: 'token-of-the-fleet', scopes: ['agent' as const] };
const READER = { name: 'reader', token: 'token-of-the-reader', scopes: ['read' as const] };
const AGENT = { id: 'logged', name: 'n', type: 'worker', metadata: { note: 'what-the-body-says' } };

let app: TestApp;
let log: RecordedLog;
afterEach(() => app.close());

async function start(settings: Partial<Configuration>, level: 'debug' | 'info' = 'info'): Promise<void> {
  log = new RecordedLog(level, settings.LOG_REQUESTS !== 'off');
  app = await createTestApp({ ...withTokens(FLEET, READER), ...settings }, undefined, log.customise);
}

const lines = (): LogLine[] => log.lines.filter(({ method }) => method !== undefined);

/** The lines of requests, once there are so many. They are written when the connection is done with the answer. */
async function linesOf(count: number): Promise<LogLine[]> {
  await until(`${count} requests are logged`, PATIENCE, () => lines().length >= count);
  return lines();
}

async function ask(method: string, path: string, body: unknown, token: string, id: string) {
  return app.request<{ token: string }>(method, path, body, { ...bearer(token), 'x-request-id': id });
}

/** What a fleet does, and does wrong: some of it is answered by the hot lane when there is one. */
async function use(): Promise<{ agentToken: string; bytes: Record<string, number> }> {
  const registered = await ask('POST', '/agents/register', AGENT, FLEET.token, 'r-register');
  const agentToken = registered.body.token;
  const answers = {
    'r-register': registered,
    'r-beat': await ask('POST', '/agents/logged/heartbeat', { health: {} }, agentToken, 'r-beat'),
    'r-get': await ask('GET', '/agents/logged', undefined, READER.token, 'r-get'),
    'r-forbidden': await ask('POST', '/agents/logged/heartbeat', {}, READER.token, 'r-forbidden'),
    'r-unknown': await ask('GET', '/agents/nobody-is-called-so', undefined, READER.token, 'r-unknown'),
    'r-list': await ask('GET', '/agents?metadata.api_key=secret-of-a-query', undefined, READER.token, 'r-list'),
    'r-wrong': await ask('GET', '/agents/logged', undefined, 'no-such-token', 'r-wrong'),
    'r-lost': await ask('GET', '/no/such/path?key=secret-of-a-query', undefined, READER.token, 'r-lost'),
    'r-live': await ask('GET', '/health/live', undefined, READER.token, 'r-live'),
  };
  const sizes = Object.entries(answers).map(([id, { headers }]) => [id, Number(headers.get('content-length'))]);
  return { agentToken, bytes: Object.fromEntries(sizes) as Record<string, number> };
}

describe.each(['on', 'off'] as const)('the access log, with the hot lane %s', (HOT_LANE) => {
  it('has a line of the same fields for every request', async () => {
    await start({ LOG_REQUESTS: 'all', HOT_LANE });
    const { bytes } = await use();
    const client = { principal_kind: 'client', principal_name: 'reader' };
    const expected = [
      ['r-register', 'POST', '/agents/register', 201, { principal_kind: 'client', principal_name: 'fleet' }],
      ['r-beat', 'POST', '/agents/:id/heartbeat', 200, { principal_kind: 'agent', principal_name: 'logged' }],
      ['r-get', 'GET', '/agents/:id', 200, client],
      ['r-forbidden', 'POST', '/agents/:id/heartbeat', 403, client],
      ['r-unknown', 'GET', '/agents/:id', 404, client],
      ['r-list', 'GET', '/agents', 200, client],
      ['r-wrong', 'GET', '/agents/:id', 401, {}],
      ['r-lost', 'GET', 'unmatched', 404, {}],
      ['r-live', 'GET', '/health/live', 200, { principal_kind: 'anonymous' }],
    ] as const;
    expect(byId(await linesOf(expected.length))).toEqual(
      byId(
        expected.map(([id, method, route, status, principal]) => ({
          time: expect.any(String),
          level: 'info',
          msg: `${method} ${route} ${status}`,
          method,
          route,
          status,
          duration_ms: expect.any(Number),
          bytes: bytes[id],
          request_id: id,
          ...principal,
        })),
      ),
    );
    expect(Object.values(bytes).every((size) => size > 0)).toBe(true);
  });

  it('holds no token, no value of a query, no body and no header', async () => {
    await start({ LOG_REQUESTS: 'all', HOT_LANE }, 'debug');
    const { agentToken } = await use();
    await linesOf(9);
    const text = JSON.stringify(lines());
    for (const secret of [agentToken, FLEET.token, READER.token, 'no-such-token']) expect(text).not.toContain(secret);
    expect(text).not.toMatch(/secret-of-a-query|what-the-body-says|authorization|bearer/i);
  });

  it('has the failed requests alone with LOG_REQUESTS=errors', async () => {
    await start({ LOG_REQUESTS: 'errors', HOT_LANE });
    await use();
    await linesOf(4);
    const failed = { 'r-forbidden': 403, 'r-unknown': 404, 'r-wrong': 401, 'r-lost': 404 };
    expect(Object.fromEntries(lines().map(({ request_id: id, status }) => [id, status]))).toEqual(failed);
  });

  it('is not there with LOG_REQUESTS=off: refusals have the line that they had', async () => {
    await start({ HOT_LANE, LOG_REQUESTS: 'off' });
    await use();
    await until('the refusals are logged', PATIENCE, () => lines().length >= 3);
    for (const line of lines()) {
      expect(line).toMatchObject({ path: expect.any(String), request_id: expect.any(String) });
      expect(line).not.toHaveProperty('route');
      expect(line).not.toHaveProperty('principal_kind');
      expect(line.status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('the access log', () => {
  it('says of a request whose client has gone that it was aborted, without a status when none was sent', async () => {
    await start({ LOG_REQUESTS: 'errors', AUTH_MODE: 'none' });
    const { port, hostname } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const head = [
      'POST /agents/register HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/json',
      'X-Request-Id: r-cut',
    ];
    socket.write([...head, 'Content-Length: 1000', '', '{'].join('\r\n'));
    await until('the request is there', PATIENCE, () => connectionsBusy() > 0);
    socket.destroy();
    const [line] = await linesOf(1);
    expect(line).toMatchObject({ method: 'POST', aborted: true, request_id: 'r-cut', bytes: 0 });
    expect(line).not.toHaveProperty('status');
  });

  it('names what is refused before it has a route, too', async () => {
    await start({ LOG_REQUESTS: 'errors', AUTH_MODE: 'none' });
    const { status } = await app.request('GET', '/agents', undefined, {
      origin: 'https://a.example',
      'x-request-id': 'r-page',
    });
    expect(status).toBe(403);
    expect(await linesOf(1)).toMatchObject([{ route: 'unmatched', status: 403, request_id: 'r-page' }]);
  });
});

/** Requests end one after another, their lines need not: each is written when its connection has done with the answer. */
function byId<Line extends object>(logged: Line[]): Line[] {
  return logged.toSorted((a, b) => idOf(a).localeCompare(idOf(b)));
}

function connectionsBusy(): number {
  const adapter = app.app.getHttpAdapter() as unknown as { inFlight: Set<unknown> };
  return adapter.inFlight.size;
}

function idOf(line: object): string {
  return 'request_id' in line ? String(line.request_id) : '';
}
