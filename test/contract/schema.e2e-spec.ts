import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '../../src/platform/database/data-source';
import { RecordedLog } from '../support/recorded-log';
import { createTestApp, type TestApp } from '../support/test-app';
import { emptyDatabase, type TestDatabase } from '../support/test-database';

/** The `CREATE TABLE` and `CREATE INDEX` that the original's README tells its users to run, with its rows. */
const ORIGINAL_SQL = readFileSync(join(__dirname, '../support/original-schema.sql'), 'utf8');

interface AgentPage {
  agents: { id: string; registered_at: string; last_seen: string }[];
  total: number;
  next_cursor: string | null;
}

describe('A database of the original', () => {
  let database: TestDatabase;
  let app: TestApp;
  beforeAll(async () => {
    database = await emptyDatabase();
    await database.query(ORIGINAL_SQL);
    app = await createTestApp({}, database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('is adopted with its rows', async () => {
    const { body } = await app.request<{ agents: { id: string }[]; total: number }>('GET', '/agents');
    expect(body.agents.map(({ id }) => id)).toEqual(['agent-full', 'agent-null', 'agent-odd']);
    expect(body.total).toBe(3);
  });

  it('keeps all that fits', async () => {
    const { body } = await app.request('GET', '/agents/agent-full');
    expect(body).toMatchObject({
      name: 'DataProcessor',
      capabilities: ['data-transform', 'validation'],
      endpoints: { api: 'http://localhost:5000' },
      metadata: { team: 'data-team' },
      status: 'unhealthy',
      registered_at: '2025-10-08T15:30:00.000Z',
      last_seen: '2025-10-08T15:32:00.000Z',
      health: { status: 'stale', cpu_percent: 15.5, last_check: '2025-10-08T15:32:00.000Z' },
      heartbeat: { interval_seconds: 20, enabled: false, timeout_seconds: 60 },
    });
  });

  it('gives what is missing its default', async () => {
    const { body } = await app.request('GET', '/agents/agent-null');
    expect(body).toMatchObject({
      category: null,
      capabilities: [],
      endpoints: {},
      metadata: {},
      status: 'active',
      health: { status: 'unknown' },
      heartbeat: { interval_seconds: 10, enabled: true },
    });
  });

  it('makes the best of what does not fit', async () => {
    const { body } = await app.request('GET', '/agents/agent-odd');
    expect(body).toMatchObject({
      capabilities: ['b', 'a'],
      endpoints: {},
      metadata: { original: ['not', 'an object'] },
      status: 'inactive',
      health: { status: 'unknown', last_check: null },
      heartbeat: { interval_seconds: 10, enabled: true },
    });
  });

  it('keeps a deregistered row as a tombstone', async () => {
    expect((await app.request('GET', '/agents/agent-gone')).body).toMatchObject({ code: 'agent_deregistered' });
  });

  it('gives every agent its first event', async () => {
    const { body } = await app.request<{ events: object[] }>('GET', '/agents/agent-full/events');
    expect(body.events).toEqual([expect.objectContaining({ type: 'registered', to: 'unhealthy', cause: 'adoption' })]);
  });

  it('serves the adopted agents like any other', async () => {
    expect((await app.request('PATCH', '/agents/agent-null', { version: '2' })).status).toBe(200);
    expect((await app.request('POST', '/agents/register', { id: 'agent-odd', name: 'n', type: 't' })).status).toBe(200);
  });
});

describe('A database of the original with rows of any content', () => {
  /** Ids, and the paths under which they are found. */
  const PATHS: [id: string, path: string][] = [
    ['', '~'],
    ['.', '~.'],
    ['..', '~..'],
    ['register', '~register'],
    ['discover', '~discover'],
    ['import', '~import'],
    ['heartbeats', '~heartbeats'],
    ['~', '~~'],
    ['~register', '~~register'],
    ['a/b', 'a%2Fb'],
    ['a b', 'a%20b'],
    ['?x=1#y', '%3Fx%3D1%23y'],
    ['%2e', '%252e'],
    ['health', 'health'],
    ['😀'.repeat(255), encodeURIComponent('😀'.repeat(255))],
  ];
  const TIMES = [
    'infinity',
    '-infinity',
    '294276-12-31 23:59:59',
    '4714-11-24 00:00:00 BC',
    '0001-01-01 00:00:00',
    '9999-12-31 23:59:59',
    '10000-01-01',
    '275761-01-01',
  ];
  const idOfTime = (time: string, column: string): string => `${column} ${time}`;
  let database: TestDatabase;
  let app: TestApp;
  const log = new RecordedLog();
  beforeAll(async () => {
    database = await emptyDatabase();
    await database.query(ORIGINAL_SQL);
    await database.query('DELETE FROM agents');
    for (const [id] of PATHS) await database.query(`INSERT INTO agents (id, name, type) VALUES ($1, '', '')`, [id]);
    for (const time of TIMES) {
      for (const column of ['registered_at', 'last_seen'])
        await database.query(`INSERT INTO agents (id, name, type, ${column}) VALUES ($1, 'n', 't', $2)`, [
          idOfTime(time, column),
          time,
        ]);
      await database.query(
        `INSERT INTO agents (id, name, type, health) VALUES ($1, 'n', 't', jsonb_build_object('status', 'healthy', 'last_check', $2::text))`,
        [idOfTime(time, 'last_check'), time],
      );
    }
    app = await createTestApp({}, database, log.customise);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const all = [
    ...PATHS,
    ...TIMES.flatMap((time) =>
      ['registered_at', 'last_seen', 'last_check'].map((column) => {
        const id = idOfTime(time, column);
        return [id, encodeURIComponent(id)] as [string, string];
      }),
    ),
  ];
  /** RFC 3339, with a year of four digits. */
  const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

  it('lists every agent once, page by page, and counts them', async () => {
    const listed: string[] = [];
    let cursor = '';
    do {
      const { status, body } = await app.request<AgentPage>('GET', `/agents?limit=1${cursor && `&cursor=${cursor}`}`);
      expect([status, body.total]).toEqual([200, all.length]);
      for (const { id, registered_at, last_seen } of body.agents) {
        expect([id, TIME.test(registered_at), TIME.test(last_seen)]).toEqual([id, true, true]);
        listed.push(id);
      }
      cursor = body.next_cursor ?? '';
    } while (cursor);
    expect(listed.sort()).toEqual(all.map(([id]) => id).sort());
    const discovered = await app.request<AgentPage>('POST', '/agents/discover', { limit: 1000 });
    expect(discovered.body.total).toBe(all.length);
  });

  it.each(all)('reads agent %j at /agents/%s, with its health and its events', async (id, path) => {
    const { status, body } = await app.request('GET', `/agents/${path}`);
    expect([status, body.id]).toEqual([200, id]);
    expect([body.registered_at, body.last_seen]).toEqual([expect.stringMatching(TIME), expect.stringMatching(TIME)]);
    const { last_check } = body.health as { last_check: string | null };
    expect(last_check ?? '2000-01-01T00:00:00.000Z').toMatch(TIME);
    expect((await app.request('GET', `/agents/${path}/health`)).status).toBe(200);
    const events = await app.request<{ events: { occurred_at: string }[] }>('GET', `/agents/${path}/events`);
    expect(events.body.events.map(({ occurred_at }) => TIME.test(occurred_at))).toContain(true);
  });

  it.each(['/analytics/overview', '/analytics/health', '/agents?health=healthy', '/agents?health=stale', '/metrics'])(
    'answers %s',
    async (path) => {
      expect((await app.request('GET', path)).status).toBe(200);
    },
  );

  it('says at the start which agents have reserved ids, and where they are found', () => {
    const reserved = PATHS.slice(0, 7).sort(([a], [b]) => (a < b ? -1 : 1));
    expect(log.saying('reserved ids')).toMatchObject([
      { level: 'warn', ids: reserved.map(([id]) => id), paths: reserved.map(([, path]) => `/agents/${path}`) },
    ]);
  });

  it('waits for nobody for ever: times to come have become the present', async () => {
    const [row] = await database.query<{ late: number }>(
      `SELECT count(*)::int AS late FROM agents WHERE last_seen > now() + interval '1 minute'`,
    );
    expect(row!.late).toBe(0);
  });

  it.each(all)('changes and deregisters agent %j at /agents/%s', async (id, path) => {
    expect((await app.request('PATCH', `/agents/${path}`, { version: '2' })).body.version).toBe('2');
    const { status, body } = await app.request('DELETE', `/agents/${path}`);
    expect([status, body.id]).toEqual([200, id]);
    expect((await app.request('GET', `/agents/${path}`)).body.code).toBe('agent_deregistered');
  });
});

describe('Migrations', () => {
  it('run once when replicas start together on an empty database', async () => {
    const database = await emptyDatabase();
    const ran = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
    expect(ran.flat()).toEqual([...new Set(ran.flat())]);
    expect(ran.flat()).toContain('InitialSchema1763800000000');
    await database.drop();
  });
});
