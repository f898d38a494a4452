import { Client } from 'pg';
import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { HeartbeatSweeper } from '../../src/heartbeat/sweep/heartbeat.sweeper';
import { seedFleet } from '../support/fleet';
import { parseMetrics } from '../support/metrics-text';
import { createTestApp, type Answer, type TestApp } from '../support/test-app';
import { until } from '../support/until';

const AGENT = { name: 'n', type: 'worker' };
/** Sweeps and flushes come when the test asks for them. */
const QUIET = {
  HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600,
  HEARTBEAT_TIMEOUT_SECONDS: 1_800,
  HEARTBEAT_FLUSH_INTERVAL_MS: 60_000,
};
const PLACES = 2;
/** With those under way, more than there are connections for everything else. */
const QUEUE = 20;

/** Keeps whoever reads or writes a table waiting until it is released. */
class TableLock {
  private constructor(private readonly session: Client) {}

  static async on(app: TestApp, table: string): Promise<TableLock> {
    const session = new Client({ connectionString: app.database.url });
    await session.connect();
    await session.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    return new TableLock(session);
  }

  async release(): Promise<void> {
    await this.session.end();
  }
}

describe('Lists and counts that PostgreSQL keeps waiting', () => {
  let app: TestApp;
  let lock: TableLock | undefined;
  afterEach(async () => {
    await lock?.release();
    lock = undefined;
    await app.close();
  });

  const decisions = (): Promise<Answer> => app.request('GET', '/governance/decisions');
  const refused = async (reason: string): Promise<number> => {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    return parseMetrics(text).get(`database_reporting_refused_total{reason="${reason}"}`)!;
  };

  it('hold up nothing else, and only further ones are refused', async () => {
    const limits = { QUERY_MAX_CONCURRENT: PLACES, QUERY_MAX_QUEUE: QUEUE, QUERY_TIMEOUT_MS: 600_000 };
    app = await createTestApp({ ...QUIET, ...limits });
    for (const id of ['known', 'silent']) await app.request('POST', '/agents/register', { ...AGENT, id });
    lock = await TableLock.on(app, 'governance_decisions');
    const lists = Array.from({ length: PLACES + QUEUE + 1 }, decisions);
    // Those that have a place, or wait for one, are answered only when the table is free.
    const tooMany = await Promise.race(lists);
    expect([tooMany.status, tooMany.body.code]).toEqual([503, 'too_many_queries']);
    expect(tooMany.headers.get('retry-after')).toBe('2');
    expect((await app.request('GET', '/agents')).body.code).toBe('too_many_queries');
    expect(await refused('queue')).toBeGreaterThanOrEqual(2);

    const answers = [
      await app.request('POST', '/agents/register', { ...AGENT, id: 'new' }),
      await app.request('POST', '/agents/new/heartbeat'),
      await app.request('POST', '/agents/heartbeats', { beats: [{ id: 'known' }] }),
      await app.request('GET', '/agents/new'),
      await app.request('PATCH', '/agents/new', { version: '2' }),
      await app.request('DELETE', '/agents/new'),
      await app.request('GET', '/health/ready'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200, 200, 200]);
    expect(await app.app.get(BeatFlusher).flush()).toBe(true);
    await app.database.query(`UPDATE agents SET last_seen = now() - interval '1 h' WHERE id = 'silent'`);
    await until('a sweep has found the silent one', 120, async () => {
      await app.database.query(
        `UPDATE heartbeat_sweep SET last_sweep_at = now() - interval '1 h', listening_since = now() - interval '1 h'`,
      );
      await app.app.get(HeartbeatSweeper).sweep();
      return (await app.request('GET', '/agents/silent')).body.status === 'unhealthy';
    });

    await lock.release();
    lock = undefined;
    const statuses = (await Promise.all(lists)).map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(PLACES + QUEUE).fill(200), 503]);
    expect((await app.request('GET', '/agents')).body.total).toBe(2);
  });

  it('end after QUERY_TIMEOUT_MS with an answer that says so, and are no outage', async () => {
    app = await createTestApp({ ...QUIET, QUERY_TIMEOUT_MS: 100 });
    lock = await TableLock.on(app, 'governance_decisions');
    const { status, body, headers } = await decisions();
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'query_timeout', '2']);
    expect(body.detail).toContain('100 ms');
    expect(await refused('timeout')).toBe(1);
    expect((await app.request('GET', '/health')).body.status).toBe('healthy');
    expect((await app.request('POST', '/agents/register', AGENT)).status).toBe(201);
  });
});

describe('What costs much and changes all the time', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await createTestApp(QUIET);
    app.clock.ignoreStalls();
  });
  afterEach(() => app.close());

  /** An agent of which no event tells. */
  const addSilently = (id: string): Promise<unknown> =>
    app.database.query(`INSERT INTO agents (id, name, type) VALUES ($1, 'n', 'worker')`, [id]);
  const total = async (query: string): Promise<unknown> => (await app.request('GET', `/agents?${query}`)).body.total;

  it.each([
    ['the total of a list by health', () => total('health=unknown&limit=1')],
    ['the overview', async () => (await app.request('GET', '/analytics/overview')).body.total_agents],
    [
      'the health of the fleet',
      async () => Object.keys((await app.request('GET', '/analytics/health')).body.missed_heartbeats as object).length,
    ],
  ])('is counted at most once in two seconds: %s', async (_, count) => {
    await addSilently('one');
    await app.database.query(`UPDATE agents SET last_seen = now() - interval '1 h'`);
    expect(await count()).toBe(1);
    await addSilently('two');
    await app.database.query(`UPDATE agents SET last_seen = now() - interval '1 h'`);
    expect(await count()).toBe(1);
    await app.clock.advance(2.1);
    expect(await count()).toBe(2);
  });

  it('is counted at most once in two seconds, whatever changes: a total of ten thousand and more, and no smaller one', async () => {
    await seedFleet(app.database, 10_000);
    expect(await total('limit=1')).toBe(10_000);
    expect(await total('type=few&limit=1')).toBe(0);
    await app.request('POST', '/agents/register', { ...AGENT, type: 'few' });
    expect(await total('type=few&limit=1')).toBe(1);
    expect(await total('limit=1')).toBe(10_000);
    await app.clock.advance(2.1);
    expect(await total('limit=1')).toBe(10_001);
  });
});
