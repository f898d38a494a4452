import { freePort } from '../../../../test/support/free-port';
import { PATIENCE } from '../../../../test/support/patience';
import { RedisProcess } from '../../../../test/support/redis-process';
import { ServiceProcess } from '../../../../test/support/service-process';
import { TcpRelay } from '../../../../test/support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database';
import { until } from '../../../../test/support/until';
import { AgentRegistryClient } from '../../src/client';
import { AgentSession } from '../../src/session';
import { ManualTime } from './manual-time';

const INTERVAL_SECONDS = 600;
const INTERVAL_MS = INTERVAL_SECONDS * 1000;
const STEPS = 12;
/** Far more than a test takes: an agent is dead only if the database's clock is moved. */
const TIMEOUT_SECONDS = 3600;
/** What the sweep logs, before it declares nobody dead, when more than half of a fleet is overdue. */
const HELD = 'Most agents have fallen silent together';

/** Tests of so many sessions in one process. Their time passes as fast as the machine answers their requests, and no faster. */
export function describeFleet(size: number): void {
  describe(`${size} sessions in one process`, () => {
    const time = new ManualTime();
    const accepted = new Map<string, number>();
    const failed = new Map<string, number>();
    const endings: string[] = [];
    const services: ServiceProcess[] = [];
    let database: TestDatabase;
    let redis: RedisProcess;
    let relay: TcpRelay;
    let url: string;
    let sessions: AgentSession[] = [];

    beforeAll(async () => {
      url = `http://127.0.0.1:${await freePort()}`;
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

    function spawnService(): ServiceProcess {
      const { port, hostname } = new URL(url);
      const service = ServiceProcess.spawn({
        env: {
          SERVER_PORT: port,
          SERVER_HOST: hostname,
          DATABASE_URL: relay.url,
          REDIS_URL: redis.url,
          HEARTBEAT_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS),
          HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1',
          DATABASE_STARTUP_TIMEOUT_SECONDS: '86400',
        },
      });
      services.push(service);
      return service;
    }

    /** Waits until a probe gets this status. */
    async function answers(probe: 'live' | 'ready', status: number): Promise<void> {
      await until(`/health/${probe} answers ${status}`, PATIENCE, async () => {
        const answer = await fetch(`${url}/health/${probe}`).catch(() => undefined);
        return answer?.status === status;
      });
    }

    function startSession(index: number): Promise<AgentSession> {
      const id = `fleet-${index}`;
      const client = new AgentRegistryClient({ url, fetch: time.traffic.fetch, time: time.seeded(index) });
      const heartbeat = { interval_seconds: INTERVAL_SECONDS };
      const onError = (): void => void failed.set(id, (failed.get(id) ?? 0) + 1);
      return AgentSession.start({ client, agent: { id, name: id, type: 'worker', heartbeat }, onError });
    }

    /** Lets a twelfth of an interval pass, and waits for the answers to what was sent in it. */
    async function step(): Promise<void> {
      time.advance(INTERVAL_MS / STEPS);
      await time.quiet();
    }

    async function allBeatAgain(): Promise<void> {
      accepted.clear();
      await until('each agent has beaten again', PATIENCE, async () => {
        await step();
        return sessions.every(({ id }) => accepted.has(id));
      });
    }

    /** Lets time pass until each agent has tried in vain. */
    async function allFail(): Promise<void> {
      failed.clear();
      await until('each agent has tried in vain', PATIENCE, async () => {
        await step();
        return sessions.every(({ id }) => failed.has(id));
      });
    }

    /** As if so long had passed since anything was written. */
    async function age(seconds: number): Promise<void> {
      await database.query('UPDATE agents SET last_seen = last_seen - make_interval(secs => $1)', [seconds]);
      await database.query(
        `UPDATE heartbeat_sweep SET last_sweep_at = last_sweep_at - make_interval(secs => $1),
                                    listening_since = listening_since - make_interval(secs => $1)`,
        [seconds],
      );
    }

    async function hasSwept(): Promise<boolean> {
      const rows = await database.query(
        "SELECT FROM heartbeat_sweep WHERE last_sweep_at > now() - interval '10 minutes'",
      );
      return rows.length > 0;
    }

    /** The most beats in any third of an interval. */
    function mostBeats(): number {
      const counts = new Map<number, number>();
      for (const { at, path } of time.traffic.sent) {
        if (!path.endsWith('/heartbeat')) continue;
        const third = Math.ceil((3 * at) / INTERVAL_MS);
        counts.set(third, (counts.get(third) ?? 0) + 1);
      }
      return Math.max(...counts.values());
    }

    it('stay active through a restart, outages of the database and a flush of Redis, spread out and without registering again', async () => {
      let service = spawnService();
      await answers('ready', 200);
      const other = new AgentRegistryClient({ url, timeoutMs: PATIENCE * 1000 });
      const starting = Promise.all(Array.from({ length: size }, (_, index) => startSession(index)));
      sessions = await time.passWhile('all are registered', starting);
      for (const session of sessions) {
        session.on('beat', ({ id }) => accepted.set(id, time.now()));
        session.on('ended', (reason) => endings.push(`${session.id}: ${reason}`));
      }
      const registrations = (): number => time.traffic.count(/register$/);
      const first = registrations();
      await allBeatAgain();
      const soon = [...accepted.values()].filter((at) => at <= INTERVAL_MS / 2).length;
      expect(Math.abs(soon / size - 0.5)).toBeLessThan(0.2); // the first beat comes at any time within an interval

      expect((await service.stop()).code).toBe(0);
      await allFail(); // connections are refused
      await relay.close();
      service = spawnService();
      await answers('live', 200);
      await allFail(); // 503
      await age(2 * TIMEOUT_SECONDS);
      await relay.open();
      await answers('ready', 200);
      await until('the sweep runs again', PATIENCE, hasSwept);
      await allBeatAgain();

      await relay.close();
      for (let steps = 0; steps < 3 * STEPS; steps++) await step(); // what is acknowledged from memory is written later
      await relay.open();
      await answers('ready', 200);
      await allBeatAgain();

      expect(await redis.command('FLUSHALL')).toBe('OK');
      await allBeatAgain();
      await until('all are active', PATIENCE, async () => (await other.list({ status: 'active' })).total === size);

      expect(registrations() - first).toBe(0);
      expect(endings).toEqual([]);
      expect(sessions.filter(({ status }) => status !== 'active')).toEqual([]);
      expect(await database.query("SELECT agent_id FROM agent_events WHERE to_status <> 'active'")).toEqual([]);
      expect(services.flatMap(({ logs }) => logs.filter((line) => line.includes(HELD)))).toEqual([]);
      expect(mostBeats()).toBeLessThan((2.5 * size) / 3); // in step, all of them would beat in one third

      const stopping = Promise.all(sessions.map((session) => session.stop({ timeoutMs: 30_000 })));
      await time.passWhile('all are stopped', stopping);
      expect((await other.list()).total).toBe(0);
      expect(sessions.filter(({ status }) => status !== 'deregistered')).toEqual([]);
      expect((await service.stop()).code).toBe(0);
    }, 900_000);
  });
}
