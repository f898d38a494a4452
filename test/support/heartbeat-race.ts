import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { HeartbeatSweeper } from '../../src/heartbeat/sweep/heartbeat.sweeper';
import { registration } from './builders';
import { DomainError } from '../../src/platform/validation/domain-error';
import { Random } from './random';
import { createTestApp, type TestApp } from './test-app';
import { createTestDatabase, type TestDatabase } from './test-database';
import { until } from './until';

const IDS = Array.from({ length: 200 }, (_, index) => `racer-${String(index).padStart(3, '0')}`);
const CLIENTS_OF_A_REPLICA = 4;

/** Times that no machine is so slow as to need: they pass only by {@link AGE}. */
const SETTINGS = {
  HEARTBEAT_TIMEOUT_SECONDS: 3_600,
  HEARTBEAT_INACTIVE_AFTER_SECONDS: 7_300,
  HEARTBEAT_SWEEP_INTERVAL_SECONDS: 0.05,
  HEARTBEAT_FLUSH_INTERVAL_MS: 3_600_000, // flushed in a loop here
  AGENT_RETENTION_SECONDS: 3_600,
};

/** Time flies for some agents: more than an hour has passed. In the order and with the locks that the service uses. */
const AGE = `
  WITH chosen AS (SELECT id FROM agents WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
  UPDATE agents SET last_seen = last_seen - interval '3700 seconds', deregistered_at = deregistered_at - interval '3700 seconds'
    FROM chosen WHERE agents.id = chosen.id`;

/** What has to happen for the race to have been one. */
const TRANSITIONS = ['active → unhealthy, silence', 'unhealthy → inactive, silence', 'unhealthy → active, heartbeat'];

/** One row of the event log. */
export interface RaceEvent {
  agentId: string;
  type: string;
  from: string | null;
  to: string | null;
  cause: string;
  generation: number;
}

/** An agent as its row has it, or as its last event says. */
export interface Racer {
  id: string;
  status: string;
  generation: number;
}

/** What came of a race. */
export interface RaceResult {
  /** Answers that say that the service has failed; that PostgreSQL cannot be asked at the moment is none. */
  failed: string[];
  /** By agent, in the order of their revisions. */
  events: RaceEvent[];
  agents: Racer[];
  deadlocks: number;
}

/** `RACE_SEED`, or one that is drawn. */
export function raceSeed(): number {
  return Number(process.env.RACE_SEED ?? Math.floor(Math.random() * 2 ** 32));
}

/** `RACE_ACTIONS`, or these: what each of the clients does. */
export function raceActions(actions: number): number {
  return Number(process.env.RACE_ACTIONS ?? actions);
}

/** Two replicas, of which clients ask random things about the same agents, while both flush and sweep all the time. */
export class HeartbeatRace {
  private readonly failed: string[] = [];

  private constructor(
    private readonly database: TestDatabase,
    private readonly replicas: TestApp[],
  ) {}

  static async prepare(): Promise<HeartbeatRace> {
    const database = await createTestDatabase();
    return new HeartbeatRace(
      database,
      await Promise.all([createTestApp(SETTINGS, database), createTestApp(SETTINGS, database)]),
    );
  }

  /** Each client does so many things, and goes on until every transition has happened. The replicas are stopped afterwards. */
  async run(seed: number, actions: number): Promise<RaceResult> {
    process.stderr.write(`heartbeat race: RACE_SEED=${seed} RACE_ACTIONS=${actions}\n`);
    const random = new Random(seed);
    let isComplete = false;
    let clients = 2 * CLIENTS_OF_A_REPLICA;
    const act = async (app: TestApp, choices: Random): Promise<void> => {
      for (let action = 0; action < actions || !isComplete; action++) await this.act(app, choices);
      clients--;
    };
    // As the service does, which sweeps again a second later when the database could not be asked.
    const repeat = async (work: () => Promise<unknown>): Promise<void> => {
      while (clients > 0) {
        await work().catch((error: unknown) => {
          if (!(error instanceof DomainError && error.kind === 'unavailable')) throw error;
        });
        await new Promise(setImmediate);
      }
    };
    const aging = random.fork();
    await Promise.all([
      ...this.replicas.flatMap((app) => [
        repeat(() => app.app.get(HeartbeatSweeper).sweep()),
        repeat(() => app.app.get(BeatFlusher).flush()),
        ...Array.from({ length: CLIENTS_OF_A_REPLICA }, () => act(app, random.fork())),
      ]),
      repeat(async () => {
        await this.database.query(AGE, [IDS.filter(() => aging.chance(0.05))]);
        await this.database.query(`UPDATE heartbeat_sweep SET listening_since = '2000-01-01'`);
        isComplete ||= await this.hasSeenAll();
      }),
    ]);
    await Promise.all(this.replicas.map((replica) => replica.close()));
    return this.result();
  }

  async end(): Promise<void> {
    await this.database.drop();
  }

  private async act(app: TestApp, random: Random): Promise<void> {
    const dice = random.next();
    const id = random.pick(IDS);
    const some = (most: number): string[] => [...new Set(Array.from({ length: most }, () => random.pick(IDS)))];
    if (dice < 0.4) await this.request(app, 'POST', `/agents/${id}/heartbeat`, { cpu_percent: 5 });
    else if (dice < 0.6)
      await this.request(app, 'POST', '/agents/heartbeats', { beats: some(50).map((each) => ({ id: each })) });
    else if (dice < 0.75) await this.request(app, 'POST', '/agents/register', registration({ id, heartbeat: BEATING }));
    else if (dice < 0.81)
      await this.request(app, 'PUT', `/agents/${id}/status`, { status: random.pick(['maintenance', 'active']) });
    else if (dice < 0.91)
      await this.request(app, 'POST', '/agents/import', { agents: some(20).map((each) => definition(each, dice)) });
    else if (dice < 0.95) await this.request(app, 'PATCH', `/agents/${id}`, { version: `v${dice}` });
    else await this.request(app, 'DELETE', `/agents/${id}`);
  }

  private async request(app: TestApp, method: string, path: string, body?: unknown): Promise<void> {
    const { status, body: answer } = await app.request(method, path, body);
    if (status >= 500 && answer?.code !== 'store_unavailable')
      this.failed.push(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
  }

  private async hasSeenAll(): Promise<boolean> {
    const seen = await this.database.query<{ transition: string }>(
      `SELECT DISTINCT concat(from_status, ' → ', to_status, ', ', cause) AS transition FROM agent_events`,
    );
    return TRANSITIONS.every((wanted) => seen.some(({ transition }) => transition === wanted));
  }

  private async result(): Promise<RaceResult> {
    const events = await this.database.query<RaceEvent>(
      `SELECT agent_id AS "agentId", type, from_status AS "from", to_status AS "to", cause, (data->>'generation')::int AS generation
         FROM agent_events ORDER BY agent_id, revision`,
    );
    const agents = await this.database.query<Racer>('SELECT id, status, generation FROM agents ORDER BY id');
    return { failed: this.failed, events, agents, deadlocks: await this.deadlocks() };
  }

  /** A connection has told how many it met once it has ended. */
  private async deadlocks(): Promise<number> {
    const counts = async (): Promise<{ deadlocks: number; connections: number }> =>
      (
        await this.database.query<{ deadlocks: number; connections: number }>(
          `SELECT deadlocks::int AS deadlocks, (SELECT count(*)::int FROM pg_stat_activity AS each
                    WHERE each.datname = current_database() AND application_name = 'agent-registry') AS connections
             FROM pg_stat_database WHERE datname = current_database()`,
        )
      )[0]!;
    await until('the replicas have left the database', 120, async () => (await counts()).connections === 0);
    return (await counts()).deadlocks;
  }
}

/** Where an event does not follow from the one before it, of the same agent. */
export function breaksIn(events: RaceEvent[]): string[] {
  const now = new Map<string, { status: string | null; generation: number }>();
  return events.flatMap((event) => {
    const { agentId, from, to, generation } = event;
    const before = now.get(agentId) ?? { status: null, generation: 0 };
    now.set(agentId, { status: to ?? before.status, generation });
    const follows = generation === before.generation + 1 && (to === null || from === before.status);
    // The tombstone is gone: retention may have come between.
    const isNew = before.status === 'deregistered' && from === null && generation === 1;
    return follows || isNew ? [] : [`${JSON.stringify(event)} after ${JSON.stringify(before)}`];
  });
}

/** What each agent should be by now; of those that are deregistered, retention may have deleted some. */
export function lastOf(events: RaceEvent[], rows: readonly Racer[]): Racer[] {
  const agents = new Map<string, Racer>();
  for (const { agentId: id, to, generation } of events)
    agents.set(id, { id, status: to ?? agents.get(id)!.status, generation });
  const kept = new Set(rows.map(({ id }) => id));
  return [...agents.values()].filter(({ id, status }) => status !== 'deregistered' || kept.has(id));
}

const BEATING = { interval_seconds: 1 };

function definition(id: string, dice: number): object {
  return { id, name: `defined ${dice}`, type: 'worker', heartbeat: BEATING };
}
