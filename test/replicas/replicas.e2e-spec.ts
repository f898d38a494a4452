import { Client } from 'pg';
import { InvalidationBus } from '../../src/cache/invalidation-bus';
import { registration } from '../support/builders';
import { RedisProcess } from '../support/redis-process';
import { listening, touchedOn, withoutTail } from '../support/replicas';
import { createTestApp, type TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const QUIET = {
  HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600,
  HEARTBEAT_TIMEOUT_SECONDS: 3600,
  HEARTBEAT_FLUSH_INTERVAL_MS: 60_000,
};

/** What SQL that is not the service's own does to an agent, its event included, as an import on the command line does. */
const DEREGISTER = `
  WITH changed AS (
    UPDATE agents SET status = 'deregistered', deregistered_at = now(), generation = generation + 1 WHERE id = $1 RETURNING id)
  INSERT INTO agent_events (agent_id, type) SELECT id, 'deregistered' FROM changed RETURNING revision`;

const beat = async (app: TestApp, id: string): Promise<unknown> =>
  (await app.request('POST', `/agents/${id}/heartbeat`)).body.code ?? 'accepted';
const nameOn = async (app: TestApp, id: string): Promise<unknown> =>
  (await app.request('GET', `/agents/${id}`)).body.name;
const totalOn = async (app: TestApp, type: string): Promise<unknown> =>
  (await app.request('GET', `/agents?type=${type}`)).body.total;
const register = async (app: TestApp, id: string, type = 'worker'): Promise<void> => {
  expect((await app.request('POST', '/agents/register', registration({ id, name: id, type }))).status).toBe(201);
};

describe.each(['with Redis', 'without Redis'])('Two replicas %s', (how) => {
  let redis: RedisProcess | undefined;
  let database: TestDatabase;
  let a: TestApp;
  let b: TestApp;
  beforeAll(async () => {
    redis = how === 'with Redis' ? await RedisProcess.start() : undefined;
    database = await createTestDatabase();
    const settings = redis ? { ...QUIET, REDIS_URL: redis.url } : QUIET;
    a = await createTestApp(settings, database, redis && withoutTail);
    b = await createTestApp(settings, database, redis && withoutTail);
    if (redis) await listening(a, b);
  });
  afterAll(async () => {
    await a.close();
    await b.close();
    await redis?.kill();
    await database.drop();
  });

  it('see each other’s changes of an agent', async () => {
    await register(a, 'seen');
    expect(await nameOn(b, 'seen')).toBe('seen');
    const touched = touchedOn(b);
    await a.request('PATCH', '/agents/seen', { name: 'changed' });
    await until('b is told', 10, () => touched.has('seen'));
    expect(await nameOn(b, 'seen')).toBe('changed');
    await a.request('PUT', '/agents/seen/status', { status: 'maintenance' });
    await until('b sees the status', 10, async () => {
      return (await b.request('GET', '/agents/seen')).body.status === 'maintenance';
    });
  });

  it('refuse heartbeats of an agent that was deregistered on the other one', async () => {
    await register(a, 'gone');
    expect(await beat(b, 'gone')).toBe('accepted');
    await a.request('DELETE', '/agents/gone');
    await until('b refuses its heartbeats', 10, async () => (await beat(b, 'gone')) === 'agent_deregistered');
  });

  it('see each other’s changes in totals, and their own at once', async () => {
    expect(await totalOn(b, 'counted')).toBe(0);
    await register(a, 'counted', 'counted');
    expect(await totalOn(a, 'counted')).toBe(1);
    await until('b counts it', 10, async () => (await totalOn(b, 'counted')) === 1);
    await b.request('DELETE', '/agents/counted');
    expect(await totalOn(b, 'counted')).toBe(0);
    await until('a does not count it', 10, async () => (await totalOn(a, 'counted')) === 0);
  });
});

describe('A replica', () => {
  let redis: RedisProcess;
  let database: TestDatabase;
  beforeAll(async () => {
    redis = await RedisProcess.start();
    database = await createTestDatabase();
  });
  afterAll(async () => {
    await redis.kill();
    await database.drop();
  });

  it('hears by the log what nobody has told it', async () => {
    const app = await createTestApp(QUIET, database);
    await register(app, 'imported');
    expect(await beat(app, 'imported')).toBe('accepted');
    await database.query(DEREGISTER, ['imported']);
    await until('it refuses heartbeats', 10, async () => (await beat(app, 'imported')) === 'agent_deregistered');
    await app.close();
  });

  it('hears also of what was committed after events that came later', async () => {
    const app = await createTestApp(QUIET, database);
    const slow = new Client({ connectionString: database.url });
    await slow.connect();
    await register(app, 'late');
    await register(app, 'early');
    expect([await beat(app, 'late'), await beat(app, 'early')]).toEqual(['accepted', 'accepted']);
    await slow.query('BEGIN');
    const [late] = (await slow.query<{ revision: string }>(DEREGISTER, ['late'])).rows;
    const [early] = await database.query<{ revision: string }>(DEREGISTER, ['early']);
    expect(Number(early!.revision)).toBeGreaterThan(Number(late!.revision));
    await until('the later event is heard of', 10, async () => (await beat(app, 'early')) === 'agent_deregistered');
    const touched = touchedOn(app); // a flush of its heartbeats would find it gone, too
    await slow.query('COMMIT');
    await until('the earlier one as well', 10, () => touched.has('late'));
    expect(await beat(app, 'late')).toBe('agent_deregistered');
    await slow.end();
    await app.close();
  });

  it('goes on following the log after the database was away', async () => {
    const app = await createTestApp(QUIET, database);
    await register(app, 'survivor');
    expect(await beat(app, 'survivor')).toBe('accepted');
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await database.query(DEREGISTER, ['survivor']);
    await until('it refuses heartbeats', 10, async () => (await beat(app, 'survivor')) === 'agent_deregistered');
    await app.close();
  });

  it('ignores what is not a message of a replica', async () => {
    const app = await createTestApp({ ...QUIET, REDIS_URL: redis.url }, database, withoutTail);
    await listening(app);
    const touched = touchedOn(app);
    const channel = 'agent-registry:v1:touched';
    for (const text of ['', 'garbage', '{"from":"x","ids":"all"}', '{"from":"x","ids":[null]}', '[]'])
      await redis.command('PUBLISH', channel, text);
    await redis.command('PUBLISH', channel, '{"from":"x","ids":["told"]}');
    await until('it hears what is one', 10, () => touched.size > 0);
    expect([...touched]).toEqual(['told']);
    await app.close();
  });

  it('does not tell itself', async () => {
    const app = await createTestApp({ ...QUIET, REDIS_URL: redis.url }, database, withoutTail);
    await listening(app);
    const touched = touchedOn(app);
    await register(app, 'own');
    await redis.command('PUBLISH', 'agent-registry:v1:touched', '{"from":"x","ids":["other"]}'); // comes after the own one
    await until('it hears the other', 10, () => touched.has('other'));
    expect([...touched]).toEqual(['other']);
    await app.close();
  });

  it('that stops still tells what it changes while it stops', async () => {
    const settings = { ...QUIET, REDIS_URL: redis.url };
    const stopping = await createTestApp(settings, database, withoutTail);
    const other = await createTestApp(settings, database, withoutTail);
    await listening(stopping, other);
    await register(stopping, 'revived');
    await database.query(`UPDATE agents SET status = 'unhealthy' WHERE id = 'revived'`);
    const touched = touchedOn(other);
    await redis.command('PUBLISH', 'agent-registry:v1:touched', '{"from":"x","ids":["now"]}');
    await until('what was said before has been heard', 10, () => touched.has('now'));
    touched.clear();
    expect(await beat(stopping, 'revived')).toBe('accepted');
    await stopping.close();
    await until('the other is told', 10, () => touched.has('revived'));
    await other.close();
  });

  it('that has lost its subscription remembers nothing until it has it again', async () => {
    const app = await createTestApp({ ...QUIET, REDIS_URL: redis.url }, database, withoutTail);
    await listening(app);
    await register(app, 'remembered');
    let losses = 0;
    app.app.get(InvalidationBus).onLoss(() => losses++);
    expect(await nameOn(app, 'remembered')).toBe('remembered');
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await until('it notices', 10, () => losses > 0);
    await database.query(`UPDATE agents SET name = 'missed' WHERE id = 'remembered'`); // nobody tells
    expect(await nameOn(app, 'remembered')).toBe('missed');
    await listening(app);
    const touched = touchedOn(app);
    await redis.command('PUBLISH', 'agent-registry:v1:touched', '{"from":"x","ids":["heard"]}');
    await until('it hears again', 10, () => touched.has('heard'));
    await app.close();
  });
});
