import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { HeartbeatSweeper } from '../../src/heartbeat/heartbeat.sweeper';
import { seedFleet } from '../support/fleet';
import { TcpRelay } from '../support/tcp-relay';
import { createTestApp, type Answer, type TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const AGENT = { name: 'n', type: 'worker' };
/** More than are written one statement after the other. */
const AGENTS = 25_000;

describe('A database', () => {
  let database: TestDatabase;
  let relay: TcpRelay;
  let app: TestApp;

  beforeEach(async () => {
    database = await createTestDatabase();
    relay = await TcpRelay.to(database.url);
    await relay.open();
    app = await createTestApp({ DATABASE_URL: relay.url }, database);
    await app.request('POST', '/agents/register', { ...AGENT, id: 'known' });
  });
  afterEach(async () => {
    await app.close();
    await relay.close();
    await database.drop();
  });

  it('whose connections are killed again and again is still read, and what it has acknowledged is there once', async () => {
    let isOver = false;
    const killing = (async () => {
      for (let kill = 0; kill < 20; kill++) await killConnections(database);
      isOver = true;
    })();
    const reads: number[] = [];
    const writes: Answer[] = [];
    const clients = Array.from({ length: 4 }, async (_, client) => {
      for (let n = 0; !isOver; n++) {
        reads.push((await app.request('GET', `/agents?name=${client}-${n}`)).status);
        writes.push(await app.request('POST', '/agents/register', { ...AGENT, id: `${client}-${n}` }));
      }
    });
    await Promise.all([killing, ...clients]);

    expect(new Set(reads)).toEqual(new Set([200]));
    expect(writes.filter(({ status }) => status !== 201 && status !== 503)).toEqual([]);
    const acknowledged = writes.filter(({ status }) => status === 201).map(({ body }) => body.id as string);
    const events = await database.query<{ id: string }>(
      `SELECT agent_id AS id FROM agent_events WHERE type = 'registered'`,
    );
    const registered = events.map(({ id }) => id);
    expect(acknowledged.filter((id) => !registered.includes(id))).toEqual([]);
    expect(new Set(registered).size).toBe(registered.length); // nothing was done twice
    for (const { body, headers } of writes.filter(({ status }) => status === 503))
      expect([body.code, headers.get('retry-after')]).toEqual(['store_unavailable', '2']);
  }, 60_000);

  it('that fails over is 503 while it is away and served again without a restart, by the connections to the new one', async () => {
    await relay.close();
    for (const [method, path, body] of [
      ['GET', '/agents', undefined],
      ['POST', '/agents/register', AGENT],
      ['PATCH', '/agents/known', { version: '2' }],
      ['DELETE', '/agents/known', undefined],
      ['GET', '/analytics/overview', undefined],
    ] as const) {
      const answer = await app.request(method, path, body);
      expect([path, answer.status, answer.body.code]).toEqual([path, 503, 'store_unavailable']);
      expect(answer.headers.get('retry-after')).toBe('2');
    }
    await relay.open();
    await until('it is served again', 10, async () => (await app.request('GET', '/agents')).status === 200);
    expect((await app.request('PATCH', '/agents/known', { version: '2' })).status).toBe(200);
    const { status, body } = await app.request('GET', '/health/ready');
    expect([status, body.status]).toEqual([200, 'healthy']);
  }, 60_000);

  it('that could not be asked whose a heartbeat was, so that it was refused, has all silence counted anew', async () => {
    await app.close();
    app = await createTestApp({ DATABASE_URL: relay.url, HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600 }, database);
    const sweeper = app.app.get(HeartbeatSweeper);
    const sweepLater = async (): Promise<unknown> => {
      await database.query(
        `UPDATE heartbeat_sweep SET last_sweep_at = now() - interval '1 h', listening_since = now() - interval '1 h'`,
      );
      await sweeper.sweep();
      return (await app.request('GET', '/agents/silent')).body.status;
    };
    await app.request('POST', '/agents/register', { ...AGENT, id: 'silent' });
    await database.query(`UPDATE agents SET last_seen = now() - interval '1 h' WHERE id = 'silent'`);
    await relay.close();
    expect((await app.request('POST', '/agents/known/heartbeat')).status).toBe(503);
    await relay.open();
    await until('it is served again', 10, async () => (await app.request('GET', '/agents')).status === 200);

    expect(await sweepLater()).toBe('active'); // it may have been refused too
    expect(await sweepLater()).toBe('unhealthy'); // nobody has been refused since
  }, 60_000);

  it('that is away gets tens of thousands of waiting heartbeats afterwards, each once and none of an agent that is gone', async () => {
    await app.close();
    const whenAsked = {
      HEARTBEAT_TIMEOUT_SECONDS: 3600,
      HEARTBEAT_FLUSH_INTERVAL_MS: 60_000,
      HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600,
    };
    app = await createTestApp({ DATABASE_URL: relay.url, ...whenAsked }, database);
    const flusher = app.app.get(BeatFlusher);
    const sweeper = app.app.get(HeartbeatSweeper); // writes the beats before it looks, and looks once after the start
    await until('the first sweep is over', 10, () => sweeper.report().secondsSinceSuccess !== null);
    await seedFleet(database, AGENTS);
    const ids = Array.from({ length: AGENTS }, (_, n) => `fleet-${String(n + 1).padStart(8, '0')}`);
    for (let start = 0; start < AGENTS; start += 1000) {
      const beats = ids.slice(start, start + 1000).map((id) => ({ id, health: { metrics: { beat: 1 } } }));
      expect((await app.request('POST', '/agents/heartbeats', { beats })).body.accepted).toBe(1000);
    }
    await database.query(`UPDATE agents SET status = 'deregistered', deregistered_at = now() WHERE id = $1`, [
      ids[12_345],
    ]);
    const landed = async (): Promise<unknown> =>
      (await database.query(`SELECT count(*)::int AS n FROM agents WHERE health->'metrics'->>'beat' = '1'`))[0]!.n;

    await relay.close();
    expect(await flusher.flush()).toBe(false);
    expect(await landed()).toBe(0);
    await relay.open();
    await until('they are written', 20, () => flusher.flush());
    expect(await landed()).toBe(AGENTS - 1);
    const { body } = await app.request('POST', `/agents/${ids[12_345]}/heartbeat`);
    expect(body.code).toBe('agent_deregistered');
  }, 60_000);

  it('that hangs may still be answered for by what is remembered, and by nothing else', async () => {
    await app.request('GET', '/agents/known'); // and so it is remembered
    relay.freeze();
    const [remembered, other] = await Promise.all([
      app.request('GET', '/agents/known'),
      app.request('GET', '/agents/other'),
    ]);
    expect([remembered.status, remembered.body.id]).toEqual([200, 'known']);
    expect([other.status, other.body.code]).toEqual([503, 'store_unavailable']);
    relay.thaw();
    await until('it is served again', 10, async () => (await app.request('GET', '/agents/other')).status === 404);
  }, 60_000);
});

async function killConnections(database: TestDatabase): Promise<void> {
  await database.query(
    `SELECT pg_terminate_backend(pid), pg_sleep(0.03) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'agent-registry%'`,
  );
}
