import { Client } from 'pg';
import { InvalidationBus } from '../../src/platform/cache/invalidation-bus';
import { HeartbeatSweeper } from '../../src/heartbeat/sweep/heartbeat.sweeper';
import { registration } from '../support/builders';
import { RedisProcess } from '../support/redis-process';
import { channelOf, heard, listening, touchedOn, untilTold, withoutTail } from '../support/replicas';
import { createTestApp, type TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const QUIET = { HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600, HEARTBEAT_FLUSH_INTERVAL_MS: 3_600_000 };

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

  it('see each other’s changes of an agent as soon as they are told', async () => {
    await register(a, 'seen');
    const touched = touchedOn(b);
    const isTold = (): boolean => touched.has('seen');
    const read = async (app: TestApp): Promise<{ name: unknown; status: unknown }> => {
      const { name, status } = (await app.request('GET', '/agents/seen')).body;
      return { name, status };
    };
    let names = 0;
    const rename = async (): Promise<void> => {
      await read(b); // it remembers what was so before
      touched.clear();
      await a.request('PATCH', '/agents/seen', { name: `name-${++names}` });
    };
    await untilTold('b is told of the name', rename, isTold);
    expect(await read(b)).toEqual({ name: `name-${names}`, status: 'active' });

    const change = async (): Promise<void> => {
      const { status } = await read(b);
      touched.clear();
      await a.request('PUT', '/agents/seen/status', { status: status === 'active' ? 'maintenance' : 'active' });
    };
    await untilTold('b is told of the status', change, isTold);
    expect(await read(b)).toEqual(await read(a));
  });

  it('refuse heartbeats of an agent that was deregistered on the other one', async () => {
    const comeAndGo = async (): Promise<void> => {
      await a.request('POST', '/agents/register', registration({ id: 'gone' }));
      expect(await beat(b, 'gone')).toBe('accepted');
      await a.request('DELETE', '/agents/gone');
    };
    await untilTold('b refuses', comeAndGo, async () => (await beat(b, 'gone')) === 'agent_deregistered');
  });

  it('see each other’s changes in totals as soon as they are told, and their own at once', async () => {
    const touched = touchedOn(b);
    const ids: string[] = [];
    const registerOne = async (): Promise<void> => {
      ids.push(`counted-${ids.length}`);
      await totalOn(b, 'counted'); // it remembers what was so before
      await register(a, ids.at(-1)!, 'counted');
      expect(await totalOn(a, 'counted')).toBe(ids.length);
    };
    await untilTold('b is told of the registration', registerOne, () => touched.has(ids.at(-1)!));
    expect(await totalOn(b, 'counted')).toBe(ids.length);
    for (const [index, id] of ids.entries()) {
      await b.request('DELETE', `/agents/${id}`);
      expect(await totalOn(b, 'counted')).toBe(ids.length - index - 1);
    }
    await until('a does not count them', 120, async () => (await totalOn(a, 'counted')) === 0);
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
    await until('it refuses heartbeats', 120, async () => (await beat(app, 'imported')) === 'agent_deregistered');
    await app.close();
  });

  it('hears by the log also when all events before have grown old and are gone, and of one that was on its way', async () => {
    const before = await createTestApp(QUIET, database);
    await register(before, 'kept');
    await before.close();
    await database.query(`SELECT setval('agent_events_revision_seq', 2000000)`);
    await database.query('DELETE FROM agent_events');
    const slow = new Client({ connectionString: database.url });
    await slow.connect();
    await slow.query('BEGIN');
    await slow.query(DEREGISTER, ['kept']);
    const app = await createTestApp({ ...QUIET, HEARTBEAT_FLUSH_INTERVAL_MS: 3_600_000 }, database); // a flush would find out
    const sweeper = app.app.get(HeartbeatSweeper); // as does the sweep after the start
    await until('the first sweep is over', 150, () => sweeper.report().secondsSinceSuccess !== null);
    expect(await beat(app, 'kept')).toBe('accepted');
    await slow.query('COMMIT');
    await slow.end();
    await until('it refuses heartbeats', 150, async () => (await beat(app, 'kept')) === 'agent_deregistered');
    await app.close();
  });

  it('hears also of what was committed after events that came later', async () => {
    const app = await createTestApp(QUIET, database);
    app.clock.ignoreStalls(); // an event that is not committed is waited for: ten seconds
    const slow = new Client({ connectionString: database.url });
    await slow.connect();
    await register(app, 'late');
    await register(app, 'early');
    expect([await beat(app, 'late'), await beat(app, 'early')]).toEqual(['accepted', 'accepted']);
    await slow.query('BEGIN');
    const [late] = (await slow.query<{ revision: string }>(DEREGISTER, ['late'])).rows;
    const [early] = await database.query<{ revision: string }>(DEREGISTER, ['early']);
    expect(Number(early!.revision)).toBeGreaterThan(Number(late!.revision));
    await until('the later event is heard of', 120, async () => (await beat(app, 'early')) === 'agent_deregistered');
    const touched = touchedOn(app); // a flush of its heartbeats would find it gone, too
    await slow.query('COMMIT');
    await until('the earlier one as well', 120, () => touched.has('late'));
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
    await until('it refuses heartbeats', 120, async () => (await beat(app, 'survivor')) === 'agent_deregistered');
    await app.close();
  });

  it('ignores what is not a message of a replica', async () => {
    const app = await createTestApp({ ...QUIET, REDIS_URL: redis.url }, database, withoutTail);
    await listening(app);
    const touched = touchedOn(app);
    for (const text of ['', 'garbage', '{"from":"x","ids":"all"}', '{"from":"x","ids":[null]}', '[]'])
      await redis.command('PUBLISH', channelOf(app), text);
    await heard(redis, app, touched, 'told');
    expect([...touched]).toEqual(['told']);
    await app.close();
  });

  it('does not tell itself', async () => {
    const app = await createTestApp({ ...QUIET, REDIS_URL: redis.url }, database, withoutTail);
    await listening(app);
    const touched = touchedOn(app);
    await register(app, 'own');
    await heard(redis, app, touched, 'other'); // what comes after the own one
    expect([...touched]).toEqual(['other']);
    await app.close();
  });

  it('that stops still tells what it changes while it stops', async () => {
    const settings = { ...QUIET, REDIS_URL: redis.url };
    const other = await createTestApp(settings, database, withoutTail);
    const touched = touchedOn(other);
    const reviveAndStop = async (): Promise<void> => {
      const stopping = await createTestApp(settings, database, withoutTail);
      await listening(stopping, other);
      await stopping.request('POST', '/agents/register', registration({ id: 'revived' }));
      await database.query(`UPDATE agents SET status = 'unhealthy' WHERE id = 'revived'`);
      await heard(redis, other, touched, 'now'); // what was said before has been heard
      touched.clear();
      expect(await beat(stopping, 'revived')).toBe('accepted');
      await stopping.close();
    };
    await untilTold('the other is told', reviveAndStop, () => touched.has('revived'));
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
    await until('it notices', 120, () => losses > 0);
    await database.query(`UPDATE agents SET name = 'missed' WHERE id = 'remembered'`); // nobody tells
    expect(await nameOn(app, 'remembered')).toBe('missed');
    await listening(app);
    const touched = touchedOn(app);
    await heard(redis, app, touched, 'heard');
    await app.close();
  });
});
