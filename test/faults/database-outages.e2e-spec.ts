import { Clock } from '../../src/platform/common/clock';
import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { HeartbeatSweeper } from '../../src/heartbeat/sweep/heartbeat.sweeper';
import { seedFleet } from '../support/fleet';
import { stopSweeps } from '../support/moved-fleet';
import { TcpRelay } from '../support/tcp-relay';
import { createTestApp, type Answer, type TestApp } from '../support/test-app';
import { TestClock } from '../support/test-clock';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const AGENT = { name: 'n', type: 'worker' };
/** More than are written one statement after the other. */
const AGENTS = 21_000;
const KILLS = 12;
const CLIENTS = 4;
const GUARD_SECONDS = 150;
jest.setTimeout(1_200_000);

const WHEN_ASKED = {
  HEARTBEAT_FLUSH_INTERVAL_MS: 3600_000,
  HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600,
  QUERY_TIMEOUT_MS: 600_000,
};

/** By this clock nothing takes any time: the service tries again for as long as the machine is busy. */
class StillClock extends TestClock {
  override monotonicMs(): number {
    return 0;
  }
}

describe('A database', () => {
  let database: TestDatabase;
  let relay: TcpRelay;
  let app: TestApp;

  beforeEach(async () => {
    database = await createTestDatabase();
    relay = await TcpRelay.to(database.url);
    await relay.open();
  });
  afterEach(async () => {
    await app.close();
    await relay.close();
    await database.drop();
  });

  /** The service, by way of the relay, with one agent. It sweeps and flushes when a test says so. */
  async function serve(clock = new TestClock()): Promise<void> {
    const settings = { ...WHEN_ASKED, DATABASE_URL: relay.url };
    app = await createTestApp(settings, database, (builder) => builder.overrideProvider(Clock).useValue(clock));
    await stopSweeps(app);
    await app.request('POST', '/agents/register', { ...AGENT, id: 'known' });
  }

  const servedAgain = (path = '/agents', status = 200): Promise<void> =>
    until('it is served again', GUARD_SECONDS, async () => (await app.request('GET', path)).status === status);

  it('whose connections are killed again and again is still read, and what it has acknowledged is there once', async () => {
    const clock = new StillClock();
    clock.waitForAnswers();
    await serve(clock);
    const reads: Answer[] = [];
    const writes: Answer[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const read = (client: number): Promise<unknown> =>
        app.request('GET', `/agents?name=${client}-${kill}`).then((answer) => reads.push(answer));
      const write = (client: number): Promise<unknown> =>
        app
          .request('POST', '/agents/register', { ...AGENT, id: `${client}-${kill}` })
          .then((answer) => writes.push(answer));
      const asked = Array.from({ length: CLIENTS }, (_, client) => Promise.all([read(client), write(client)]));
      expect(await killConnections(database)).toBeGreaterThan(0);
      // All are answered between two kills: what each of its tries meets with would fail rightly.
      await Promise.all(asked);
      await clock.advance(1);
      await until('the service knows that the database answers', GUARD_SECONDS, () => hasAnsweredWatch(database));
    }

    expect(new Set(reads.map(({ status }) => status))).toEqual(new Set([200]));
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
  });

  it('that fails over is 503 while it is away and served again without a restart, by new connections', async () => {
    await serve();
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
    await servedAgain();
    expect((await app.request('PATCH', '/agents/known', { version: '2' })).status).toBe(200);
    const { status, body } = await app.request('GET', '/health/ready');
    expect([status, body.status]).toEqual([200, 'healthy']);
  });

  it('behind a network that loses all that is sent is asked again over new connections, and served as soon as one gets through', async () => {
    await serve();
    const ready = async (): Promise<number> => (await app.request('GET', '/health/ready')).status;
    relay.swallow(true);
    await until('it is not ready', GUARD_SECONDS, async () => (await ready()) === 503);
    relay.swallow(false); // the connections that were tried meanwhile stay silent
    await until('it is ready again', GUARD_SECONDS, async () => (await ready()) === 200);
    await servedAgain();
  });

  it('that could not be asked whose a heartbeat was, so that it was refused, has all silence counted anew', async () => {
    await serve();
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
    await servedAgain();

    expect(await sweepLater()).toBe('active'); // it may have been refused too
    expect(await sweepLater()).toBe('unhealthy'); // nobody has been refused since
  });

  it('that is away gets tens of thousands of waiting heartbeats afterwards, each once and none of an agent that is gone', async () => {
    await serve();
    const flusher = app.app.get(BeatFlusher);
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
    await until('they are written', GUARD_SECONDS, () => flusher.flush());
    expect(await landed()).toBe(AGENTS - 1);
    const { body } = await app.request('POST', `/agents/${ids[12_345]}/heartbeat`);
    expect(body.code).toBe('agent_deregistered');
  });

  it('that hangs may still be answered for by what is remembered, and by nothing else', async () => {
    const clock = new TestClock();
    await serve(clock);
    clock.standStill();
    await app.request('GET', '/agents/known'); // and so it is remembered
    relay.freeze();
    const remembered = await app.request('GET', '/agents/known');
    expect([remembered.status, remembered.body.id]).toEqual([200, 'known']);
    const asked = app.request('GET', '/agents/other');
    await clock.advance(5);
    const other = await asked;
    expect([other.status, other.body.code]).toEqual([503, 'store_unavailable']);
    clock.goOn();
    relay.thaw();
    await servedAgain('/agents/other', 404);
  });
});

/** Ends all connections of the service; how many there were. */
async function killConnections(database: TestDatabase): Promise<number> {
  const killed = await database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'agent-registry%'`,
  );
  return killed.length;
}

/** Whether the service has asked, and been answered, since its connections were killed: by a new one, then. */
async function hasAnsweredWatch(database: TestDatabase): Promise<boolean> {
  const answered = await database.query(
    `SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'agent-registry watch'
        AND state = 'idle' AND query LIKE '%transaction_read_only%'`,
  );
  return answered.length > 0;
}
