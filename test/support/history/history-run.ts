import { parseMetrics } from '../metrics-text';
import { Random } from '../random';
import { RedisProcess } from '../redis-process';
import { ServiceProcess } from '../service-process';
import { TcpRelay } from '../tcp-relay';
import { createTestDatabase, type TestDatabase } from '../test-database';
import { until } from '../until';
import { storedAgents } from './agent-log';
import { Chaos } from './chaos';
import { Lives } from './lives';
import { ReplicaSet } from './replica-set';
import { RoundRobin } from './round-robin';

const REPLICAS = 3;
/** Guards against what never comes; a slow machine needs less. */
const PATIENCE_SECONDS = 600;
const SETTINGS = {
  HEARTBEAT_TIMEOUT_SECONDS: '2',
  HEARTBEAT_INACTIVE_AFTER_SECONDS: '5',
  HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1',
  HEARTBEAT_FLUSH_INTERVAL_MS: '100',
  LOG_LEVEL: 'info',
};

/** `HISTORY_SEED`, or these; `undefined` is a seed that is drawn. */
export function historySeeds(...seeds: (number | undefined)[]): number[] {
  if (process.env.HISTORY_SEED) return [Number(process.env.HISTORY_SEED)];
  return seeds.map((seed) => seed ?? Math.floor(Math.random() * 2 ** 32));
}

/** `HISTORY_ROUNDS`, or this. In each round everything goes wrong that can. */
export function historyRounds(rounds: number): number {
  return Number(process.env.HISTORY_ROUNDS ?? rounds);
}

/** The limit of a test of so many rounds, in milliseconds: a guard, and no more than a timer can do. */
export function historyLimit(rounds: number): number {
  return Math.min(rounds * 1_800_000, 2 ** 31 - 1);
}

/** Three replicas with a Redis and a way to the database of their own, all of which can be ended and come back. */
export class HistoryRun {
  private service: RoundRobin | undefined;

  private constructor(
    private readonly database: TestDatabase,
    private readonly relay: TcpRelay,
    private readonly redis: RedisProcess,
    private readonly replicas: ReplicaSet,
  ) {}

  static async prepare(): Promise<HistoryRun> {
    const database = await createTestDatabase();
    const relay = await TcpRelay.to(database.url);
    await relay.open();
    const redis = await RedisProcess.start();
    const env = { ...SETTINGS, DATABASE_URL: relay.url, REDIS_URL: redis.url };
    return new HistoryRun(database, relay, redis, await ReplicaSet.start(REPLICAS, env));
  }

  async end(): Promise<void> {
    this.service?.close();
    await ServiceProcess.killAll();
    await this.redis.kill();
    await this.relay.close();
    await this.database.drop();
  }

  /**
   * Clients make random calls about agents while things go wrong around the replicas, and on until agents have fallen silent and
   * been revived.
   * @throws Error when an answer cannot be true, or does not agree with the event log or the rows in the end
   */
  async live(seed: number, rounds: number): Promise<void> {
    process.stderr.write(`history: HISTORY_SEED=${seed} HISTORY_ROUNDS=${rounds}\n`);
    const random = new Random(seed);
    const service = new RoundRobin(this.replicas, random.fork());
    this.service = service;
    const { database, redis, relay, replicas } = this;
    const lives: Lives = new Lives(service, random.fork(), () => [
      `replay it with HISTORY_SEED=${seed} HISTORY_ROUNDS=${rounds}; what was done to the service:`,
      ...chaos.log,
    ]);
    const chaos = new Chaos(random.fork(), { replicas, redis, database, relay }, (count) => lives.calls(count));
    const expectNoFaults = (): void => lives.expectNoFaults(replicas.deaths);

    await lives.begin();
    let isEnough = false;
    const harm = async (): Promise<void> => {
      await chaos.rounds(rounds);
      await until(
        'agents have fallen silent and been revived',
        PATIENCE_SECONDS,
        async () => lives.areOver || this.haveMovedByThemselves(),
      );
    };
    const ended = await Promise.allSettled([lives.live(() => isEnough), harm().finally(() => (isEnough = true))]);
    expectNoFaults();
    for (const end of ended) if (end.status === 'rejected') throw end.reason;

    // Every replica knows and remembers every agent, and then is told what has become of it.
    await lives.ask(['register', 'beat', 'beat', 'beat']);
    await until('the replicas have written all beats', PATIENCE_SECONDS, () => this.haveWritten());
    await lives.ask(['read', 'read', 'read']);
    await lives.part();
    await until('all replicas know what has become of every agent', PATIENCE_SECONDS, () => lives.areCurrent(REPLICAS));
    expectNoFaults();

    const stored = await storedAgents(database, lives.agents);
    lives.compare(stored);
    const registered = stored.filter(({ row }) => row && !row.isDeregistered).length;
    await until(`all replicas count ${registered}`, PATIENCE_SECONDS, () => this.allCount(registered));
    expectNoFaults();
    process.stderr.write(`history: ${lives.summary(stored)}\n`);
  }

  private async haveMovedByThemselves(): Promise<boolean> {
    const moved = await this.database.query(
      `SELECT DISTINCT cause FROM agent_events WHERE type = 'status_changed' AND cause IN ('silence', 'heartbeat')`,
    );
    return moved.length === 2;
  }

  private async haveWritten(): Promise<boolean> {
    const texts = await Promise.all(this.urls().map(async (url) => (await fetch(`${url}/metrics`)).text()));
    return texts.every((text) => parseMetrics(text).get('heartbeat_buffer_size') === 0);
  }

  private async allCount(expected: number): Promise<boolean> {
    const totals = this.urls().map(
      async (url) => ((await (await fetch(`${url}/agents?limit=1`)).json()) as { total: number }).total,
    );
    return (await Promise.all(totals)).every((total) => total === expected);
  }

  /** Of all replicas, none of which is away. */
  private urls(): string[] {
    return Array.from({ length: REPLICAS }, (_, replica) => this.replicas.url(replica)!);
  }
}
