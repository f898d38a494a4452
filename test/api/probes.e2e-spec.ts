import { Client } from 'pg';
import { registration } from '../support/builders';
import { createPatientApp } from '../support/patient-app';
import { RedisProcess } from '../support/redis-process';
import { TcpRelay } from '../support/tcp-relay';
import type { Answer, TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/** A kubelet's probe: no answer within a second is a failure. */
const PROBE_SECONDS = 1;
/** Clients are told to wait within this time. */
const PATIENCE_SECONDS = 2;

/** The service, whose time passes as the tests move it. */
class Watched {
  private arrived = 0;

  constructor(readonly app: TestApp) {
    app.app.getHttpServer().on('request', () => this.arrived++);
  }

  /** What requests are answered when no more than this time passes after all of them have arrived. */
  async answersWithin(seconds: number, ...asking: (() => Promise<Answer>)[]): Promise<Answer[]> {
    const before = this.arrived;
    const answers = asking.map((ask) => ask());
    await until('all have arrived', 120, () => this.arrived - before >= answers.length);
    if (seconds > 0) await this.app.clock.advance(seconds);
    return Promise.all(answers);
  }

  async probes(seconds: number, path: string): Promise<unknown[]> {
    const fifty = Array.from({ length: 50 }, () => () => this.app.request('GET', path));
    const answers = await this.answersWithin(seconds, ...fifty);
    return [...new Set(answers.map(({ status, body }) => `${status} ${String(body.status)}`))];
  }

  /** Lets time pass by itself until the service is well, and serves. */
  async recovers(): Promise<void> {
    const { app } = this;
    app.clock.goOn();
    await until('it is healthy', 120, async () => (await app.request('GET', '/health')).body.status === 'healthy');
    await until('it serves', 120, async () => (await app.request('GET', '/agents')).status === 200);
    app.clock.standStill();
  }
}

describe('While PostgreSQL hangs', () => {
  let database: TestDatabase;
  let relay: TcpRelay;
  let service: Watched;
  let app: TestApp;
  let locker: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    relay = await TcpRelay.to(database.url);
    await relay.open();
    app = await createPatientApp({}, { ...database, url: relay.url });
    service = new Watched(app);
    locker = new Client({ connectionString: database.url });
    await locker.connect();
    await app.request('POST', '/agents/register', registration({ id: 'known' }));
    await app.request('POST', '/agents/known/heartbeat');
  });
  beforeEach(() => service.recovers());
  afterEach(() => relay.thaw());
  afterAll(async () => {
    await locker.end();
    await app.close();
    await relay.close();
    await database.drop();
  });

  it('probes are answered within a second, fifty at a time', async () => {
    relay.freeze();
    expect(await service.probes(0, '/health/live')).toEqual(['200 alive']);
    expect(await service.probes(PROBE_SECONDS, '/health/ready')).toEqual(['503 unhealthy']);
    const [health] = await service.answersWithin(PROBE_SECONDS, () => app.request('GET', '/health'));
    expect(health!.body.details).toMatchObject({ database: { status: 'down' } });
  });

  it('all other requests are told to wait within two seconds, and heartbeats of known agents are taken', async () => {
    relay.freeze();
    const answers = await service.answersWithin(
      PATIENCE_SECONDS,
      () => app.request('GET', '/agents'),
      () => app.request('GET', '/agents/known'),
      () => app.request('POST', '/agents/register', registration()),
      () => app.request('DELETE', '/agents/known'),
      () => app.request('POST', '/agents/unknown/heartbeat'),
    );
    expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual(
      answers.map(() => [503, '2']),
    );
    expect((await app.request('POST', '/agents/known/heartbeat')).status).toBe(200);

    relay.thaw();
    await service.recovers();
    expect((await app.request('GET', '/agents/known')).status).toBe(200);
    expect((await app.request('POST', '/agents/register', registration())).status).toBe(201);
  });

  it('a request that waits when it begins to hang is let go within two seconds, not kept until a limit of its own', async () => {
    const list = (): Promise<Answer> => app.request('GET', '/agents?metadata.a=b');
    await locker.query('BEGIN');
    await locker.query('LOCK TABLE agents');
    const early = Array.from({ length: 20 }, list);
    await until('the database works on as many as there are connections for lists', 120, async () => {
      const [row] = await database.query<{ waiting: number }>(
        `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      return row!.waiting >= 4; // QUERY_MAX_CONCURRENT
    });
    relay.freeze();
    const late = await service.answersWithin(PATIENCE_SECONDS, ...Array.from({ length: 20 }, () => list));
    const answers = [...(await Promise.all(early)), ...late];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
  });
});

describe('While Redis hangs', () => {
  let redis: RedisProcess;
  let app: TestApp;
  beforeAll(async () => {
    redis = await RedisProcess.start();
    app = await createPatientApp({ REDIS_URL: redis.url });
  });
  afterAll(async () => {
    await app.close();
    await redis.kill();
  });

  it('probes are answered within a second, fifty at a time: degraded and ready, until it is back', async () => {
    const service = new Watched(app);
    await service.recovers();
    redis.freeze();
    expect(await service.probes(0, '/health/live')).toEqual(['200 alive']);
    expect(await service.probes(PROBE_SECONDS, '/health/ready')).toEqual(['200 degraded']);
    expect(await service.probes(0, '/health/ready')).toEqual(['200 degraded']); // that is known by now
    redis.thaw();
    await service.recovers();
  });
});

describe('What is not configured', () => {
  let app: TestApp;
  afterEach(() => app.close());

  it('is disabled, keeps nothing from being healthy, and has no series', async () => {
    app = await createPatientApp();
    for (const path of ['/health', '/health/ready']) {
      const { status, body } = await app.request('GET', path);
      expect([status, body.status]).toEqual([200, 'healthy']);
      expect(body.details).toMatchObject({
        database: { status: 'up' },
        redis: { status: 'disabled' },
        trifecta_court: { status: 'disabled' },
      });
    }
    const checks = await checksInMetrics();
    expect(checks).toContain('database');
    expect(checks).not.toContain('redis');
    expect(checks).not.toContain('trifecta_court');
  });

  it('is up or down once it is configured', async () => {
    const redis = await RedisProcess.start();
    app = await createPatientApp({ REDIS_URL: redis.url, TRIFECTA_COURT_URL: 'http://127.0.0.1:9' });
    const { body } = await app.request('GET', '/health');
    expect(body.details).toMatchObject({ redis: { status: 'up' }, trifecta_court: { status: 'up' } });
    expect(await checksInMetrics()).toEqual(expect.arrayContaining(['redis', 'trifecta_court']));
    await redis.kill();
  });

  async function checksInMetrics(): Promise<string[]> {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    return [...text.matchAll(/^health_check_up\{check="(\w+)"\}/gm)].map(([, check]) => check!);
  }
});
