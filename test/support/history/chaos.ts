import type { Random } from '../random';
import type { RedisProcess } from '../redis-process';
import type { TcpRelay } from '../tcp-relay';
import type { TestDatabase } from '../test-database';
import { timeOf } from './call';
import type { ReplicaSet } from './replica-set';

type Fault = 'kill' | 'stop' | 'flush' | 'killRedis' | 'freezeRedis' | 'cutDatabase' | 'loseDatabase';
type Victim = 'replica' | 'redis' | 'database';

/** What goes wrong in one round, in an order that the seed decides. */
const ROUND: readonly Fault[] = [
  'kill',
  'stop',
  'flush',
  'killRedis',
  'freezeRedis',
  'cutDatabase',
  'cutDatabase',
  'loseDatabase',
];

/** Connections of the service alone: the test's own are not at stake. */
const CUT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND application_name LIKE 'agent-registry%'`;

/** What harm is done to. */
export interface Victims {
  replicas: ReplicaSet;
  redis: RedisProcess;
  database: TestDatabase;
  /** The replicas' way to the database. */
  relay: TcpRelay;
}

/** What goes wrong around the replicas, by the numbers of a seed. Never more than one replica is away. */
export class Chaos {
  /** What was done, and when. */
  readonly log: string[] = [];
  private readonly busy = new Map<Victim, Promise<void>>();
  private readonly failures: unknown[] = [];

  constructor(
    private readonly random: Random,
    private readonly victims: Victims,
    /** Waits until clients have seen so many more calls end: the measure of time here, so that a slow machine sees no less. */
    private readonly calls: (count: number) => Promise<void>,
  ) {}

  /**
   * Does harm, then waits until everything that it ended is there again.
   * @throws Error when something did not come back
   */
  async rounds(count: number): Promise<void> {
    for (let round = 0; round < count; round++)
      for (const fault of this.random.shuffled(ROUND)) {
        await this.calls(this.random.between(10, 50));
        await this.strike(fault);
      }
    await Promise.all(this.busy.values());
    this.note('everything is there again');
    if (this.failures.length > 0) throw new AggregateError(this.failures, this.failures.map(String).join('\n'));
  }

  private async strike(fault: Fault): Promise<void> {
    const { replicas, redis, database, relay } = this.victims;
    // Drawn in any case: what comes next must not depend on what comes now.
    const replica = this.random.between(0, replicas.count - 1);
    const length = this.random.between(5, 60);
    if (fault === 'kill')
      await this.meanwhile('replica', `SIGKILL ${replica}`, () => replicas.restart(replica, 'SIGKILL'));
    if (fault === 'stop')
      await this.meanwhile('replica', `SIGTERM ${replica}`, () => replicas.restart(replica, 'SIGTERM'));
    if (fault === 'flush')
      await this.meanwhile('redis', 'FLUSHALL', async () => void (await redis.command('FLUSHALL')));
    if (fault === 'killRedis')
      await this.meanwhile('redis', `Redis killed for ${length} calls`, async () => {
        await redis.kill();
        await this.calls(length);
        await redis.start();
      });
    if (fault === 'freezeRedis')
      await this.meanwhile('redis', `Redis frozen for ${length} calls`, async () => {
        redis.freeze();
        await this.calls(length);
        redis.thaw();
      });
    if (fault === 'loseDatabase')
      await this.meanwhile('database', `PostgreSQL out of reach for ${length} calls`, async () => {
        await relay.close(); // what it has been sent, it goes on with
        await this.calls(length);
        await relay.open();
      });
    if (fault === 'cutDatabase') {
      const cut = await database.query(CUT);
      this.note(`${cut.length} connections to PostgreSQL cut`);
    }
  }

  /** One thing of a kind at a time: the next one begins when it is over. */
  private async meanwhile(kind: Victim, what: string, work: () => Promise<void>): Promise<void> {
    await this.busy.get(kind);
    this.note(what);
    const done = work()
      .then(() => this.note(`${what}: over`))
      .catch((error: unknown) => void this.failures.push(error));
    this.busy.set(kind, done);
  }

  private note(what: string): void {
    this.log.push(`${timeOf(performance.timeOrigin + performance.now())} ${what}`);
  }
}
