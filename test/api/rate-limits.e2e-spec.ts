import { bearer, withTokens } from '../support/access';
import { createPatientApp } from '../support/patient-app';
import { RedisProcess } from '../support/redis-process';
import type { TestApp } from '../support/test-app';
import { until } from '../support/until';

/** What one client may send in the ten seconds of a window. */
const REQUESTS = 10;
const HEARTBEATS = 20;
const LIMITS = { RATE_LIMIT_REQUESTS_PER_SECOND: REQUESTS / 10, RATE_LIMIT_HEARTBEATS_PER_SECOND: HEARTBEATS / 10 };

describe('A client that asks too often', () => {
  let app: TestApp;
  const apps: TestApp[] = [];

  async function start(...more: Parameters<typeof createPatientApp>): Promise<TestApp> {
    const started = await createPatientApp(...more);
    apps.push(started);
    return started;
  }

  beforeAll(async () => (app = await start({ ...LIMITS, TRUST_PROXY_HOPS: 1 })));
  beforeEach(() => freeze(app));
  afterAll(async () => {
    for (const started of apps.toReversed()) await started.close();
  });

  it('is told so, with the time to wait, and others are not', async () => {
    const answers = await send(app, REQUESTS + 5, 'GET', '/agents');
    expect(answers.map(({ status }) => status)).toEqual([...statuses(REQUESTS, 200), ...statuses(5, 429)]);
    const { headers, body } = answers.at(-1)!;
    expect(body).toMatchObject({ status: 429, code: 'rate_limited', title: 'Too Many Requests', errors: [] });
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(Number(headers.get('retry-after'))).toBe(10);
    expect((await app.request('GET', '/agents', undefined, from('10.0.0.2'))).status).toBe(200);
  });

  it('may ask again when the time is over', async () => {
    await send(app, REQUESTS + 1, 'GET', '/agents');
    await app.clock.holdUp(10);
    expect((await send(app, 1, 'GET', '/agents'))[0]!.status).toBe(200);
  });

  it('still has a budget of its own for heartbeats, and probes need none', async () => {
    await app.request('POST', '/agents/register', { id: 'beating', name: 'n', type: 't' }, from('10.0.0.9'));
    await send(app, REQUESTS + 1, 'GET', '/agents');
    const beats = await send(app, HEARTBEATS + 1, 'POST', '/agents/beating/heartbeat');
    expect(beats.map(({ status }) => status)).toEqual([...statuses(HEARTBEATS, 200), 429]);
    for (const path of ['/health/live', '/health/ready', '/health', '/metrics'])
      expect((await send(app, REQUESTS + 1, 'GET', path)).map(({ status }) => status)).toEqual(
        statuses(REQUESTS + 1, 200),
      );
  });

  it('is known by its token where there is access control, whatever address it has', async () => {
    const [one, other] = ['one', 'other'].map((name) => ({
      name,
      token: `token-of-${name}`,
      scopes: ['read' as const],
    }));
    const guarded = await start({ ...LIMITS, ...withTokens(one!, other!) }, app.database);
    freeze(guarded);
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await guarded.request('GET', '/agents', undefined, headers)).status;
    for (let n = 0; n < REQUESTS; n++) expect(await ask(bearer(one!.token))).toBe(200);
    expect([await ask(bearer(one!.token)), await ask(bearer(other!.token))]).toEqual([429, 200]);
  });

  it('is counted by all replicas together where there is Redis, and by each alone where it is away', async () => {
    const redis = await RedisProcess.start();
    try {
      const one = await start({ ...LIMITS, REDIS_URL: redis.url }, app.database);
      const other = await start({ ...LIMITS, REDIS_URL: redis.url }, app.database);
      freeze(one, other);
      for (const replica of [one, other])
        await until('Redis is there', 120, async () => {
          const { body } = await replica.request<{ details: { redis: { status: string } } }>('GET', '/health');
          return body.details.redis.status === 'up';
        });
      expect((await send(one, REQUESTS, 'GET', '/agents')).map(({ status }) => status)).toEqual(
        statuses(REQUESTS, 200),
      );
      await until(
        'the other one has heard of it',
        120,
        async () => (await send(other, 1, 'GET', '/agents'))[0]!.status === 429,
      );

      await redis.kill();
      for (const replica of [one, other]) await replica.clock.holdUp(10);
      expect((await send(one, REQUESTS, 'GET', '/agents')).map(({ status }) => status)).toEqual(
        statuses(REQUESTS, 200),
      );
      expect((await send(other, REQUESTS, 'GET', '/agents')).map(({ status }) => status)).toEqual(
        statuses(REQUESTS, 200),
      );
    } finally {
      await redis.kill();
    }
  });
});

let windows = 0;

/** Puts the clocks to the begin of a window in which nothing has been counted, and lets them stand there. */
function freeze(...services: TestApp[]): void {
  const window = new Date(Date.parse('2026-01-01T00:00:00Z') + 60_000 * windows++);
  for (const { clock } of services) clock.stopAt(window);
}

/** One after another, so that it is known which of them are too many. */
async function send(
  app: TestApp,
  count: number,
  method: string,
  path: string,
): Promise<Awaited<ReturnType<TestApp['request']>>[]> {
  const answers = [];
  for (let n = 0; n < count; n++) answers.push(await app.request(method, path, undefined, from('10.0.0.1')));
  return answers;
}

function from(client: string): Record<string, string> {
  return { 'x-forwarded-for': client };
}

function statuses(count: number, status: number): number[] {
  return Array.from({ length: count }, () => status);
}
