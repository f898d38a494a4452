import { freePort } from '../../../test/support/free-port';
import { RedisProcess } from '../../../test/support/redis-process';
import { ServiceProcess } from '../../../test/support/service-process';
import { TcpRelay } from '../../../test/support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database';
import { until } from '../../../test/support/until';
import { AgentRegistryClient } from '../src/client';
import { AgentSession } from '../src/session';
import { Traffic } from './support/traffic';

const FLEET = 500;
const INTERVAL = 3;
const OUTAGE_MS = 10_000;
/** Beats a second, were they spread evenly. */
const EVEN = FLEET / INTERVAL;

describe('Five hundred sessions in one process', () => {
  let database: TestDatabase;
  let redis: RedisProcess;
  let relay: TcpRelay;
  let sessions: AgentSession[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    [redis, relay] = await Promise.all([RedisProcess.start(), TcpRelay.to(database.url)]);
    await relay.open();
  });
  afterAll(async () => {
    await Promise.all(sessions.map((session) => session.stop({ deregister: false })));
    await ServiceProcess.killAll();
    await Promise.all([relay.close(), redis.kill()]);
    await database.drop();
  });

  it('stay active through a restart, an outage of the database and a flush of Redis, spread out and without registering again', async () => {
    const port = await freePort();
    const start = (): Promise<ServiceProcess> =>
      ServiceProcess.start({
        env: {
          SERVER_PORT: String(port),
          SERVER_HOST: '127.0.0.1',
          DATABASE_URL: relay.url,
          REDIS_URL: redis.url,
          HEARTBEAT_TIMEOUT_SECONDS: String(3 * INTERVAL), // less than the outage
          HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1',
        },
      });
    let service = await start();
    const traffic = new Traffic();
    const client = new AgentRegistryClient({ url: `http://127.0.0.1:${port}`, fetch: traffic.fetch });
    const accepted = new Map<string, number>();
    const endings: string[] = [];
    const began = performance.now();
    const heartbeat = { interval_seconds: INTERVAL };
    const registered = new Map<string, number>();
    sessions = await Promise.all(
      Array.from({ length: FLEET }, async (_, index) => {
        const id = `fleet-${index}`;
        const session = await AgentSession.start({ client, agent: { id, name: id, type: 'worker', heartbeat } });
        registered.set(`/agents/${id}/heartbeat`, performance.now());
        return session;
      }),
    );
    for (const session of sessions) {
      session.on('beat', ({ id }) => accepted.set(id, performance.now()));
      session.on('ended', (reason) => endings.push(`${session.id}: ${reason}`));
    }
    const marks: [string, number][] = [];
    const mark = (what: string): number => {
      const now = performance.now();
      marks.push([what, now]);
      return now;
    };
    const enrolled = mark('registered');
    const registrations = (): number => traffic.count(/register$/);
    const allBeatSince = (since: number): Promise<void> =>
      until('each agent has beaten since', 20, () => sessions.every(({ id }) => (accepted.get(id) ?? 0) > since));
    const first = registrations(); // on a busy machine some need a second try
    await allBeatSince(began);
    const pauses = Array.from(registered, ([path, at]) => traffic.sent.find((each) => each.path === path)!.at - at);
    const soon = pauses.filter((ms) => ms < (INTERVAL * 1000) / 2).length;
    expect(Math.abs(soon / FLEET - 0.5)).toBeLessThan(0.2); // the first beat comes at any time within an interval

    mark('restart');
    await service.stop();
    service = await start();
    await allBeatSince(mark('restarted'));

    const outage = mark('database away');
    await relay.close();
    await until('the outage has lasted', 30, () => performance.now() - outage >= OUTAGE_MS);
    await relay.open();
    const over = mark('database back');
    await until('the service is ready', 20, async () => (await client.ready()).status !== 'unhealthy');
    await allBeatSince(over);

    expect(await redis.command('FLUSHALL')).toBe('OK');
    await allBeatSince(mark('Redis flushed'));
    await until('all of it is written', 10, async () => (await client.list({ status: 'active' })).total === FLEET);

    expect(registrations() - first).toBe(0);
    expect(endings).toEqual([]);
    expect(sessions.filter(({ status }) => status !== 'active')).toEqual([]);
    const deaths = await database.query("SELECT agent_id FROM agent_events WHERE to_status <> 'active'");
    expect(deaths).toEqual([]);

    const stopping = mark('stop');
    await Promise.all(sessions.map((session) => session.stop({ timeoutMs: 30_000 })));
    mark('stopped');
    expect((await client.list()).total).toBe(0);
    expect(sessions.filter(({ status }) => status !== 'deregistered')).toEqual([]);

    report(traffic, began, marks, performance.now());
    // In step, they would all beat in one second of three.
    const spread = traffic.histogram(enrolled, Math.ceil((stopping - enrolled) / 1000), 1000);
    expect(Math.max(...spread.slice(0, -1))).toBeLessThan(2.5 * EVEN);
    expect((await service.stop()).code).toBe(0);
  }, 90_000);
});

/** Requests in each second, with what happened in it. */
function report(traffic: Traffic, began: number, marks: [string, number][], ended: number): void {
  const lines = traffic.histogram(began, Math.ceil((ended - began) / 1000), 1000).map((count, second) => {
    const events = marks.filter(([, at]) => Math.floor((at - began) / 1000) === second).map(([what]) => what);
    const bar = '#'.repeat(Math.round(count / 10));
    return `${String(second).padStart(3)} s ${String(count).padStart(5)} ${bar} ${events.join(', ')}`;
  });
  const at = Object.fromEntries(marks);
  const tenths = traffic.histogram(at['database back']!, 60, 100);
  console.log(
    [
      `Requests a second of ${FLEET} sessions; ${EVEN.toFixed(0)} were an even spread:`,
      ...lines,
      `Most within 100 ms after the database came back: ${Math.max(...tenths)}; ${(EVEN / 10).toFixed(0)} were even`,
      `All are deregistered ${(at.stopped! - at.stop!).toFixed(0)} ms after the stop began`,
    ].join('\n'),
  );
}
