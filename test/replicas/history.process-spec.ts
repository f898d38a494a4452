import { type AgentClient, CountingClient, OwnerClient } from '../support/agent-client';
import { type StoredAgent, storedAgents } from '../support/agent-log';
import { STALE_MS } from '../support/agent-model';
import { Chaos } from '../support/chaos';
import { lastCalls, type Call } from '../support/history';
import { faultsOf } from '../support/history-check';
import { parseMetrics } from '../support/metrics-text';
import { Random } from '../support/random';
import { RedisProcess } from '../support/redis-process';
import { ReplicaSet } from '../support/replica-set';
import { RoundRobin } from '../support/round-robin';
import { ServiceProcess } from '../support/service-process';
import { TcpRelay } from '../support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const REPLICAS = 3;
const OWNERS = 10;
const COUNTED = 2;
const CLIENTS_OF_A_COUNTER = 3;
/** What the settings and an interval of one second come to. */
const SILENCE_SECONDS = 3;
const SETTINGS = {
  HEARTBEAT_TIMEOUT_SECONDS: '2',
  HEARTBEAT_INACTIVE_AFTER_SECONDS: '5',
  HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1',
  HEARTBEAT_FLUSH_INTERVAL_MS: '100',
  LOG_LEVEL: 'info',
};

const SECONDS = Number(process.env.HISTORY_SECONDS ?? 10);
const SEEDS = process.env.HISTORY_SEED ? [Number(process.env.HISTORY_SEED)] : [1, Math.floor(Math.random() * 2 ** 32)];

describe('Whatever happens to replicas, Redis and connections', () => {
  let database: TestDatabase;
  let relay: TcpRelay;
  let redis: RedisProcess;
  let replicas: ReplicaSet;
  let service: RoundRobin | undefined;
  beforeEach(async () => {
    database = await createTestDatabase();
    relay = await TcpRelay.to(database.url);
    await relay.open();
    redis = await RedisProcess.start();
    replicas = await ReplicaSet.start(REPLICAS, { ...SETTINGS, DATABASE_URL: relay.url, REDIS_URL: redis.url });
  }, 60_000);
  afterEach(async () => {
    service?.close();
    await ServiceProcess.killAll();
    await redis.kill();
    await relay.close();
    await database.drop();
  }, 60_000);

  it.each(SEEDS)(
    'no update is lost, no agent rises from the dead, no event is missing or out of order (HISTORY_SEED=%d)',
    async (seed) => {
      process.stderr.write(`history: HISTORY_SEED=${seed} HISTORY_SECONDS=${SECONDS}\n`);
      const random = new Random(seed);
      service = new RoundRobin(replicas, random.fork(), relay);
      const chaos = new Chaos(random.fork(), replicas, redis, database, relay);
      const lives = new Lives(service, random, () => [
        `replay it with HISTORY_SEED=${seed} HISTORY_SECONDS=${SECONDS}; what was done to the service:`,
        ...chaos.log,
      ]);
      const expectNoFaults = (): void => lives.expectNoFaults(replicas.deaths);

      await lives.begin();
      const end = performance.now() + SECONDS * 1000;
      await Promise.all([lives.live(() => performance.now() > end), chaos.until(() => lives.areOver)]);
      expectNoFaults();

      // Every replica knows and remembers every agent, and then has to forget what it remembers.
      await lives.ask(['register', 'beat', 'beat', 'beat']);
      await until('the replicas have written all beats', 10, haveWritten);
      await lives.ask(['read', 'read', 'read']);
      await lives.part();
      const forgotten = performance.now() + STALE_MS;
      await until('whoever remembers anything has to have forgotten it', 20, () => performance.now() > forgotten);
      await lives.ask(['read', 'read', 'read', 'list', 'list', 'list', 'beat', 'beat', 'beat']);
      expectNoFaults();

      const stored = await storedAgents(database, lives.agents);
      lives.compare(stored);
      await expectTotals(stored.filter(({ row }) => row && !row.isDeregistered).length);
      expectNoFaults();
      process.stderr.write(`history: ${lives.summary(stored)}\n`);
      expect(lives.calls.filter(({ outcome }) => outcome === 'done').length).toBeGreaterThan(10 * SECONDS); // else this shows nothing
    },
    (SECONDS + 90) * 1000,
  );

  async function haveWritten(): Promise<boolean> {
    const texts = await Promise.all(
      range(REPLICAS).map(async (replica) => (await fetch(`${replicas.url(replica)!}/metrics`)).text()),
    );
    return texts.every((text) => parseMetrics(text).get('heartbeat_buffer_size') === 0);
  }

  async function expectTotals(expected: number): Promise<void> {
    for (const replica of range(REPLICAS)) {
      const { total } = (await (await fetch(`${replicas.url(replica)}/agents?limit=1`)).json()) as { total: number };
      expect(total).toBe(expected);
    }
  }
});

/** All agents of one run, who calls about them, and what was found wrong. */
class Lives {
  areOver = false;
  private readonly faults: string[] = [];
  private readonly owners: OwnerClient[];
  private readonly founders: CountingClient[];
  private readonly counters: CountingClient[];

  constructor(
    service: RoundRobin,
    random: Random,
    private readonly circumstances: () => string[],
  ) {
    const counted = range(COUNTED).map((n) => `counted-${n}`);
    const counting = (id: string, name: string): CountingClient =>
      new CountingClient(id, `${id}-${name}`, service, random.fork());
    this.owners = range(OWNERS).map((n) => new OwnerClient(`owned-${n}`, service, random.fork()));
    this.founders = counted.map((id) => counting(id, 'founder'));
    this.counters = counted.flatMap((id) => range(CLIENTS_OF_A_COUNTER).map((n) => counting(id, `counter-${n}`)));
  }

  get agents(): string[] {
    return [...this.owners, ...this.founders].map(({ agent }) => agent);
  }

  get calls(): Call[] {
    return this.clients.flatMap(({ calls }) => calls);
  }

  /** Before anything goes wrong: what is counted has to be there. */
  async begin(): Promise<void> {
    for (const founder of this.founders) await founder.change('register', { sets: { key: 'counter', value: 0 } });
  }

  async live(isTimeUp: () => boolean): Promise<void> {
    const isOver = (): boolean => isTimeUp() || this.faults.length > 0;
    await Promise.all([
      ...this.owners.map((owner) => this.attempt(owner.agent, () => owner.live(isOver))),
      ...this.counters.map((counter) => this.attempt(counter.agent, () => counter.count(isOver))),
    ]);
    this.areOver = true;
  }

  /** Each owner does these things, one owner after the other: so they reach the replicas in turn. */
  async ask(kinds: Call['kind'][]): Promise<void> {
    for (const owner of this.owners)
      await this.attempt(owner.agent, async () => {
        for (const kind of kinds) await owner.step(kind);
      });
  }

  /** Half of the agents are deregistered for good, the others changed once more. */
  async part(): Promise<void> {
    for (const [index, owner] of this.owners.entries())
      await this.attempt(owner.agent, () => owner.step(index % 2 === 0 ? 'deregister' : 'merge'));
  }

  /** Compares all that clients were told with what the database has in the end. */
  compare(stored: StoredAgent[]): void {
    for (const { id, row, events } of stored) {
      const calls = this.callsAbout(id);
      const faults = faultsOf(calls, events, row, { silenceSeconds: SILENCE_SECONDS });
      if (faults.length > 0) this.accuse(id, faults.join('\n'), 200); // it may have happened long ago
      const owner = this.owners.find(({ agent }) => agent === id);
      if (owner) void this.attempt(id, () => owner.conclude(row));
      else this.compareCount(id, Number(row?.metadata.counter));
    }
  }

  /** How much there was to go wrong. */
  summary(stored: StoredAgent[]): string {
    const count = (outcome: Call['outcome']): number => this.calls.filter((call) => call.outcome === outcome).length;
    const events = stored.flatMap((agent) => agent.events);
    const byItself = (reason: string): number => events.filter((event) => event.reason === reason).length;
    return `${count('done')} calls done, ${count('refused')} refused, ${count('unknown')} of unknown outcome; ${events.length} events, of them ${byItself('silent')} of silence, ${byItself('heartbeat')} of revival`;
  }

  /** @throws Error that tells all that was found wrong, and how to see it again */
  expectNoFaults(others: string[]): void {
    const faults = [...this.faults, ...others];
    if (faults.length > 0) throw new Error([...faults, ...this.circumstances()].join('\n'));
  }

  /** Every acknowledged step has been counted, and beyond them at most those of which nobody knows. */
  private compareCount(id: string, counter: number): void {
    const steps = this.callsAbout(id).filter(({ kind }) => kind === 'merge');
    const least = steps.filter(({ outcome }) => outcome === 'done').length;
    const most = least + steps.filter(({ outcome }) => outcome === 'unknown').length;
    if (!(counter >= least && counter <= most))
      this.accuse(id, `lost update, it has been counted to ${counter}, but ${least} to ${most} times`);
  }

  private get clients(): AgentClient[] {
    return [...this.owners, ...this.founders, ...this.counters];
  }

  private callsAbout(id: string): Call[] {
    return this.calls.filter(({ agent }) => agent === id).sort((one, other) => one.sentAt - other.sentAt);
  }

  private async attempt(agent: string, work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.accuse(agent, error);
    }
  }

  private accuse(agent: string, fault: unknown, count = 20): void {
    this.faults.push(`${agent}: ${String(fault)}\n${lastCalls(this.callsAbout(agent), count)}`);
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
