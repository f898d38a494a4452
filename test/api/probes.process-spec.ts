import { freezePostgres, thawPostgres } from '../support/postgres-processes';
import { RedisProcess } from '../support/redis-process';
import { ServiceProcess, temporaryDataDirectory } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/** A kubelet's probe: no answer within a second is a failure. */
const PROBE_MS = 1000;
/** Clients are told to wait within two seconds; twice that shows that no statement's own limit (eight) was waited for. */
const PATIENCE_MS = 4000;
const JSON_BODY = { 'content-type': 'application/json' };

describe('Probes while PostgreSQL hangs', () => {
  let data: ReturnType<typeof temporaryDataDirectory>;
  let service: ServiceProcess;
  let frozen: number | undefined;

  beforeAll(async () => {
    data = temporaryDataDirectory();
    service = await ServiceProcess.start({ env: { DATA_DIR: data.path } });
    const body = JSON.stringify({ id: 'known', name: 'known', type: 'worker' });
    await fetch(`${service.url}/agents/register`, { method: 'POST', headers: JSON_BODY, body });
    await fetch(`${service.url}/agents/known/heartbeat`, { method: 'POST' });
    await until('it is ready', 10, async () => (await probe(service, '/health/ready')).status === 200);
  }, 60_000);
  afterAll(async () => {
    if (frozen) thawPostgres(frozen);
    await ServiceProcess.killAll();
    data.remove();
  });

  it('are answered within a second, fifty at a time, and recover by themselves', async () => {
    frozen = data.postmaster()!;
    freezePostgres(frozen);
    for (let round = 0; round < 3; round++) {
      const [live, ready] = await Promise.all([fifty(service, '/health/live'), fifty(service, '/health/ready')]);
      expect(live).toEqual(live.map(() => ({ status: 200, health: 'alive' })));
      expect(ready).toEqual(ready.map(() => ({ status: 503, health: 'unhealthy' })));
    }
    const { details } = (await (await fetch(`${service.url}/health`)).json()) as { details: { database: unknown } };
    expect(details.database).toMatchObject({ status: 'down' });
  }, 30_000);

  it('all other requests are told to wait, and heartbeats of known agents are taken', async () => {
    const answers = await Promise.all([
      fetch(`${service.url}/agents`),
      fetch(`${service.url}/agents/known`),
      fetch(`${service.url}/agents/register`, { method: 'POST', headers: JSON_BODY, body: '{"name":"n","type":"t"}' }),
      fetch(`${service.url}/agents/known`, { method: 'DELETE' }),
      fetch(`${service.url}/agents/unknown/heartbeat`, { method: 'POST' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
    expect(answers.map(({ headers }) => headers.get('retry-after'))).toEqual(['2', '2', '2', '2', '2']);
    expect((await fetch(`${service.url}/agents/known/heartbeat`, { method: 'POST' })).status).toBe(200);

    thawPostgres(frozen!);
    frozen = undefined;
    await until('it is ready', 10, async () => (await probe(service, '/health/ready')).status === 200);
    await until('all of it works', 10, async () => (await fetch(`${service.url}/agents/known`)).status === 200);
    expect(
      (
        await fetch(`${service.url}/agents/register`, {
          method: 'POST',
          headers: JSON_BODY,
          body: '{"name":"n","type":"t"}',
        })
      ).status,
    ).toBe(201);
  }, 30_000);

  it('a request that waits when it begins to hang is let go, not kept until a time limit of its own', async () => {
    const list = (): Promise<Response> =>
      fetch(`${service.url}/agents?metadata.a=b`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const listing = Array.from({ length: 40 }, list);
    frozen = data.postmaster()!;
    freezePostgres(frozen);
    listing.push(...Array.from({ length: 40 }, list));
    const statuses = (await Promise.all(listing)).map(({ status }) => status);
    expect(statuses.slice(40)).toEqual(Array(40).fill(503));
    expect(service.logs.filter((line) => line.includes('The database does not answer')).length).toBeGreaterThan(0);
    thawPostgres(frozen);
    frozen = undefined;
    await until('it is ready', 10, async () => (await probe(service, '/health/ready')).status === 200);
  }, 30_000);
});

describe('Probes while Redis hangs', () => {
  let database: TestDatabase;
  let redis: RedisProcess;
  let service: ServiceProcess;

  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), RedisProcess.start()]);
    service = await ServiceProcess.start({ env: { DATABASE_URL: database.url, REDIS_URL: redis.url } });
    await until('all is well', 10, async () => (await probe(service, '/health')).health === 'healthy');
  }, 60_000);
  afterAll(async () => {
    await ServiceProcess.killAll();
    await redis.kill();
    await database.drop();
  });

  it('are answered within a second, fifty at a time: degraded and ready, until it is back', async () => {
    redis.freeze();
    // Redis is asked twice a second; until then nobody can know.
    await until('it is noticed', 10, async () => (await probe(service, '/health')).health === 'degraded');
    for (let round = 0; round < 3; round++) {
      const [live, ready] = await Promise.all([fifty(service, '/health/live'), fifty(service, '/health/ready')]);
      expect(live).toEqual(live.map(() => ({ status: 200, health: 'alive' })));
      expect(ready).toEqual(ready.map(() => ({ status: 200, health: 'degraded' })));
    }
    redis.thaw();
    await until('all is well', 10, async () => (await probe(service, '/health')).health === 'healthy');
  }, 30_000);
});

async function fifty(service: ServiceProcess, path: string): Promise<unknown[]> {
  return Promise.all(Array.from({ length: 50 }, () => probe(service, path)));
}

async function probe({ url }: ServiceProcess, path: string): Promise<{ status: number; health: unknown }> {
  const answer = await fetch(url + path, { signal: AbortSignal.timeout(PROBE_MS) });
  const { status } = (await answer.json()) as { status: unknown };
  return { status: answer.status, health: status };
}
