import { setTimeout as pause } from 'node:timers/promises';
import { timeOf } from './history';
import type { Random } from './random';
import type { RedisProcess } from './redis-process';
import type { ReplicaSet } from './replica-set';
import type { TcpRelay } from './tcp-relay';
import type { TestDatabase } from './test-database';

const FAULTS = { kill: 3, stop: 2, flush: 2, killRedis: 1, freezeRedis: 1, cutDatabase: 3, loseDatabase: 1 };
type Fault = keyof typeof FAULTS;
type Victim = 'replica' | 'redis' | 'database';

/** Connections of the service alone: the test's own are not at stake. */
const CUT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND application_name LIKE 'agent-registry%'`;

/** What goes wrong around the replicas, by the numbers of a seed. Never more than one replica is away. */
export class Chaos {
  /** What was done, and when. */
  readonly log: string[] = [];
  private readonly busy = new Map<Victim, Promise<void>>();
  private readonly failures: unknown[] = [];

  constructor(
    private readonly random: Random,
    private readonly replicas: ReplicaSet,
    private readonly redis: RedisProcess,
    private readonly database: TestDatabase,
    /** The replicas' way to the database. */
    private readonly relay: TcpRelay,
  ) {}

  /**
   * Does harm until `isOver`, then waits until everything that it ended is there again.
   * @throws Error when something did not come back
   */
  async until(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await pause(this.random.between(200, 1200));
      await this.strike();
    }
    await Promise.all(this.busy.values());
    this.note('everything is there again');
    if (this.failures.length > 0) throw new AggregateError(this.failures, this.failures.map(String).join('\n'));
  }

  private async strike(): Promise<void> {
    const fault: Fault = this.random.weighted(FAULTS);
    // Drawn in any case: what comes next must not depend on who has come back already.
    const replica = this.random.between(0, this.replicas.count - 1);
    const length = this.random.between(100, 2500);
    if (fault === 'kill')
      this.meanwhile('replica', `SIGKILL ${replica}`, () => this.replicas.restart(replica, 'SIGKILL'));
    if (fault === 'stop')
      this.meanwhile('replica', `SIGTERM ${replica}`, () => this.replicas.restart(replica, 'SIGTERM'));
    if (fault === 'flush') this.meanwhile('redis', 'FLUSHALL', async () => void (await this.redis.command('FLUSHALL')));
    if (fault === 'killRedis')
      this.meanwhile('redis', `Redis killed for ${length} ms`, async () => {
        await this.redis.kill();
        await pause(length);
        await this.redis.start();
      });
    if (fault === 'freezeRedis')
      this.meanwhile('redis', `Redis frozen for ${length} ms`, async () => {
        this.redis.freeze();
        await pause(length);
        this.redis.thaw();
      });
    if (fault === 'loseDatabase')
      this.meanwhile('database', `PostgreSQL out of reach for ${length} ms`, async () => {
        await this.relay.close(); // what it has been sent, it goes on with
        await pause(length);
        await this.relay.open();
      });
    if (fault === 'cutDatabase') {
      const cut = await this.database.query(CUT);
      this.note(`${cut.length} connections to PostgreSQL cut`);
    }
  }

  /** One thing of a kind at a time: while it lasts, others of the kind are left out. */
  private meanwhile(kind: Victim, what: string, work: () => Promise<void>): void {
    if (this.busy.has(kind)) return;
    this.note(what);
    const done = work()
      .then(() => this.note(`${what}: over`))
      .catch((error: unknown) => void this.failures.push(error))
      .finally(() => this.busy.delete(kind));
    this.busy.set(kind, done);
  }

  private note(what: string): void {
    this.log.push(`${timeOf(performance.timeOrigin + performance.now())} ${what}`);
  }
}
