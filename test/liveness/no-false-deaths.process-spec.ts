import { BeatingFleet, defineFleet } from '../support/beating-fleet';
import { ServiceProcess } from '../support/service-process';
import { wasSilent, type Outage } from '../support/silence-check';
import { TcpRelay } from '../support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const TIMEOUT = 4;
const SWEEP_INTERVAL = 1;
/** Seconds without a sweep after which the next one counts all silence anew. */
const BREAK = 2 * SWEEP_INTERVAL + 0.5;
/** Too few for self-preservation, which would hide a false death. */
const FLEET = 40;

/** Connections are refused there. */
const NOWHERE = 'http://127.0.0.1:1';

/** What happens to the service, and how it is called in the name of a test. */
type Trouble = [name: string, happen: (watch: Watch) => Promise<void>];

/** Between two lives of the service. */
const GONE: Trouble[] = [
  [
    'of a restart',
    async (watch) => {
      const from = Date.now();
      await watch.service.stop();
      const to = Date.now();
      const lastSweep = await watch.lastSweep();
      await watch.start();
      // One that was quicker is no break: then agents are waited for as if it had not been.
      if (Date.now() - lastSweep! > BREAK * 1000) watch.outages.push({ from, to });
      await watch.heardOnlyAfterSweep(lastSweep);
    },
  ],
  [
    'while the service is down for three timeouts',
    async (watch) => {
      const from = Date.now();
      await watch.service.stop();
      await watch.fleet.sends(3 * TIMEOUT);
      watch.outages.push({ from, to: Date.now() });
      const lastSweep = await watch.lastSweep();
      await watch.start();
      await watch.heardOnlyAfterSweep(lastSweep);
    },
  ],
];

/** In one life of the service. */
const HELD_UP: Trouble[] = [
  [
    'while the service is paused for two timeouts',
    async (watch) => {
      const { service, fleet, outages } = watch;
      const from = Date.now();
      const lastSweep = await watch.lastSweep();
      service.signal('SIGSTOP');
      fleet.moveTo(NOWHERE); // else the beats lie ready to be read, and are, before anything else
      await fleet.sends(2 * TIMEOUT).finally(() => {
        outages.push({ from, to: Date.now() });
        service.signal('SIGCONT');
      });
      await watch.heardOnlyAfterSweep(lastSweep);
    },
  ],
  [
    'while PostgreSQL hangs for two timeouts, and beats are taken or answered 503',
    async ({ relay, fleet, outages }) => {
      const from = Date.now();
      relay.freeze();
      await fleet.sends(2 * TIMEOUT).finally(() => {
        outages.push({ from, to: Date.now() });
        relay.thaw();
      });
    },
  ],
];

/** The trouble is the registry's own: not one agent that goes on beating may be declared unhealthy for it. */
describe('No agent that beats dies', () => {
  afterAll(() => ServiceProcess.killAll());

  // Each has a service and a database of its own, and mostly waits: so all at the same time.
  it.concurrent.each(
    [GONE, HELD_UP].map((troubles) => [troubles.map(([name]) => name).join(', nor '), troubles] as const),
  )(
    '%s',
    async (_, troubles) => {
      const watch = await Watch.begin(troubles.length);
      try {
        await watch.fleet.gets(2);
        await watch.sendsUntil(async () => (await watch.lastSweep()) !== undefined);
        for (const [name, happen] of troubles) {
          await happen(watch);
          expect({ name, deaths: await watch.falseDeaths() }).toEqual({ name, deaths: [] });
        }
        expect(watch.fleet.refused).toEqual([]);
        expect((await watch.service.stop()).code).toBe(0);
      } finally {
        await watch.end();
      }
    },
    900_000,
  );
});

/** An agent that the registry has declared unhealthy, and when, in milliseconds since the epoch. */
interface Death {
  id: string;
  at: number;
}

/** A service, its agents, and what is known of them. */
class Watch {
  service!: ServiceProcess;
  fleet!: BeatingFleet;
  readonly outages: Outage[] = [];
  /** Agents that have not been silenced. */
  private beating: string[] = [];
  private readonly since = Date.now();

  private constructor(
    private readonly database: TestDatabase,
    /** The service's way to PostgreSQL. */
    readonly relay: TcpRelay,
  ) {}

  /** Of so many agents more than those that go on beating. */
  static async begin(more: number): Promise<Watch> {
    const database = await createTestDatabase();
    const relay = await TcpRelay.to(database.url);
    await relay.open();
    const watch = new Watch(database, relay);
    await watch.start();
    watch.beating = await defineFleet(watch.service.url, FLEET + more);
    watch.fleet = new BeatingFleet(watch.service.url, [...watch.beating]);
    return watch;
  }

  /** Starts the service, anew once it has ended. */
  async start(): Promise<void> {
    this.service = await ServiceProcess.start({
      env: {
        DATABASE_URL: this.relay.url,
        HEARTBEAT_TIMEOUT_SECONDS: String(TIMEOUT),
        HEARTBEAT_SWEEP_INTERVAL_SECONDS: String(SWEEP_INTERVAL),
      },
    });
  }

  /** The agents find the service again when it has swept: the worst that can happen to them. */
  async heardOnlyAfterSweep(last: number | undefined): Promise<void> {
    await until('the sweep has run again', 300, async () => (await this.lastSweep()) !== last);
    this.fleet.moveTo(this.service.url);
  }

  /** In milliseconds since the epoch; undefined before the first. */
  async lastSweep(): Promise<number | undefined> {
    const [sweep] = await this.database.query<{ at: Date | null }>(`SELECT last_sweep_at AS at FROM heartbeat_sweep`);
    return sweep!.at?.getTime();
  }

  /** Lets the agents beat on until this holds. */
  async sendsUntil(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await this.fleet.sends(1);
  }

  /**
   * Agents that the registry has declared unhealthy although they were not silent, and when. One more agent falls silent: when the
   * registry has found it, it has judged all the others as well.
   */
  async falseDeaths(): Promise<Death[]> {
    const { fleet } = this;
    const silent = this.beating.pop()!;
    fleet.silence([silent]);
    await this.sendsUntil(async () => (await this.deaths()).some(({ id }) => id === silent));
    await fleet.gets(1);
    return (await this.deaths()).filter(
      ({ id, at }) =>
        !wasSilent({ since: this.since, signs: fleet.signsOf(id), outages: this.outages }, TIMEOUT * 1000, at),
    );
  }

  /** Whatever has come of the service. */
  async end(): Promise<void> {
    try {
      await this.service?.stop('SIGKILL');
    } catch {
      // it had ended already
    }
    await this.fleet?.stop();
    await this.relay.close();
    await this.database.drop();
  }

  private async deaths(): Promise<Death[]> {
    return this.database.query<Death>(
      `SELECT agent_id AS id, extract(epoch FROM occurred_at)::float8 * 1000 AS at FROM agent_events
        WHERE cause = 'silence' AND to_status = 'unhealthy' ORDER BY revision`,
    );
  }
}
