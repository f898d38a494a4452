import { Client } from 'pg';
import { registration } from '../support/builders';
import { readStream, type ReadStream } from '../support/event-stream';
import { RedisProcess } from '../support/redis-process';
import { listening } from '../support/replicas';
import { createTestApp, type TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const QUIET = { HEARTBEAT_TIMEOUT_SECONDS: 86_400 };

interface FeedPage {
  events: { revision: number; agent_id: string }[];
  next_cursor: string;
}

describe.each(['with Redis', 'without Redis'])('The feed of two replicas %s', (how) => {
  let redis: RedisProcess | undefined;
  let database: TestDatabase;
  let writer: Client;
  const apps: TestApp[] = [];
  const streams: ReadStream[] = [];
  beforeAll(async () => {
    redis = how === 'with Redis' ? await RedisProcess.start() : undefined;
    database = await createTestDatabase();
    const settings = redis ? { ...QUIET, REDIS_URL: redis.url } : QUIET;
    for (let n = 0; n < 2; n++) apps.push(await createTestApp(settings, database));
    if (redis) await listening(...apps);
    writer = new Client({ connectionString: database.url });
    await writer.connect();
  });
  afterAll(async () => {
    await Promise.all(streams.map((stream) => stream.close()));
    await writer.end();
    for (const app of apps) await app.close();
    await redis?.kill();
    await database.drop();
  });

  const register = async (app: TestApp, id: string): Promise<void> => {
    expect((await app.request('POST', '/agents/register', registration({ id }))).status).toBe(201);
  };
  const page = async (app: TestApp, after: string): Promise<FeedPage> =>
    (await app.request<FeedPage & Record<string, unknown>>('GET', `/events?after=${after}`)).body;

  it('is the same on both, in the middle of a log in which a transaction is open', async () => {
    const [a, b] = apps as [TestApp, TestApp];
    const { next_cursor: start } = await page(a, 'now');
    for (const app of apps) streams.push(await readStream(`${app.url}/events/stream?after=${start}`));
    await register(a, 'before');
    await writer.query('BEGIN');
    await writer.query(`INSERT INTO agents (id, name, type, status) VALUES ('open', 'n', 't', 'inactive')`);
    await writer.query(`INSERT INTO agent_events (agent_id, type) VALUES ('open', 'imported')`);
    await register(b, 'behind');
    for (const stream of streams) await stream.untilEvents(1);
    const cursors = await Promise.all(apps.map(async (app) => (await page(app, 'now')).next_cursor));
    for (const app of apps) expect((await page(app, start)).events.map((event) => event.agent_id)).toEqual(['before']);
    await writer.query('COMMIT');
    for (const stream of streams)
      expect((await stream.untilEvents(3)).map(({ data }) => data.subject)).toEqual(['before', 'open', 'behind']);
    // A cursor that one replica has given leads on at the other one, and no event is lost that was committed late.
    for (const [index, cursor] of cursors.entries()) {
      const { events } = await page(apps[1 - index]!, cursor);
      expect(events.map((event) => event.agent_id)).toEqual(['open', 'behind']);
    }
  });

  it('goes on at the other replica where one has stopped', async () => {
    const [a] = apps as [TestApp];
    const going = await createTestApp(redis ? { ...QUIET, REDIS_URL: redis.url } : QUIET, database);
    const { next_cursor: start } = await page(a, 'now');
    const first = await readStream(`${going.url}/events/stream?after=${start}`);
    await register(a, 'first');
    const [seen] = await first.untilEvents(1);
    await going.close();
    await until('its stream has ended', 150, () => first.isEnded);
    await register(a, 'second');
    const rest = await readStream(`${a.url}/events/stream`, { 'last-event-id': seen!.id! });
    streams.push(rest);
    expect((await rest.untilEvents(1)).map(({ data }) => data.subject)).toEqual(['second']);
  });
});
