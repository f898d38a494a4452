import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { HeartbeatSweeper } from '../../src/heartbeat/heartbeat.sweeper';
import { registration } from '../support/builders';
import { createTestApp, type TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const SECONDS = Number(process.env.RACE_SECONDS ?? 15);
const IDS = Array.from({ length: 200 }, (_, index) => `racer-${String(index).padStart(3, '0')}`);

const SETTINGS = {
  HEARTBEAT_TIMEOUT_SECONDS: 4, // beats are taken for half of it after a flush
  HEARTBEAT_INACTIVE_AFTER_SECONDS: 10,
  HEARTBEAT_SWEEP_INTERVAL_SECONDS: 0.05,
  HEARTBEAT_FLUSH_INTERVAL_MS: 60_000, // flushed in a loop here
  AGENT_RETENTION_SECONDS: 1,
};

/** Time flies for some agents: they have been silent for 5 s more. In the order and with the locks that the service uses. */
const AGE = `
  WITH chosen AS (SELECT id FROM agents WHERE random() < 0.05 ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
  UPDATE agents SET last_seen = last_seen - interval '5 seconds' FROM chosen WHERE agents.id = chosen.id RETURNING agents.id`;

interface Told {
  agentId: string;
  type: string;
  from: string | null;
  to: string | null;
  reason: string | null;
  generation: number;
}

describe('Two replicas, the same agents', () => {
  let database: TestDatabase;
  let replicas: TestApp[];
  beforeAll(async () => {
    database = await createTestDatabase();
    replicas = await Promise.all([createTestApp(SETTINGS, database), createTestApp(SETTINGS, database)]);
  });
  afterAll(() => database.drop());

  it(
    'beat, fall silent, come, go and change at random: no deadlock, and one unbroken history for each',
    async () => {
      const end = performance.now() + SECONDS * 1000;
      const goOn = (): boolean => performance.now() < end;
      const failed: string[] = [];
      const request = async (app: TestApp, method: string, path: string, body?: unknown): Promise<void> => {
        const { status, body: answer } = await app.request(method, path, body);
        if (status >= 500) failed.push(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
      };
      const actAtRandom = async (app: TestApp): Promise<void> => {
        while (goOn()) {
          const dice = Math.random();
          const id = anyOf(IDS);
          if (dice < 0.5) await request(app, 'POST', `/agents/${id}/heartbeat`, { cpu_percent: 5 });
          else if (dice < 0.7)
            await request(app, 'POST', '/agents/heartbeats', { beats: some(50).map((each) => ({ id: each })) });
          else if (dice < 0.82) await request(app, 'POST', '/agents/register', racer(id));
          else if (dice < 0.88)
            await request(app, 'PUT', `/agents/${id}/status`, { status: anyOf(['maintenance', 'active']) });
          else if (dice < 0.92) await request(app, 'POST', '/agents/import', { agents: some(20).map(definition) });
          else if (dice < 0.96) await request(app, 'PATCH', `/agents/${id}`, { version: `v${dice}` });
          else await request(app, 'DELETE', `/agents/${id}`);
        }
      };
      const repeat = async (work: () => Promise<unknown>): Promise<void> => {
        while (goOn()) {
          await work();
          await new Promise(setImmediate);
        }
      };
      await Promise.all([
        ...replicas.flatMap((app) => [
          repeat(() => app.app.get(HeartbeatSweeper).sweep()),
          repeat(() => app.app.get(BeatFlusher).flush()),
          ...Array.from({ length: 4 }, () => actAtRandom(app)),
        ]),
        repeat(async () => {
          await database.query(AGE);
          await database.query(`UPDATE heartbeat_sweep SET listening_since = '2000-01-01'`);
        }),
      ]);
      await Promise.all(replicas.map((replica) => replica.close()));

      expect(failed).toEqual([]);
      const told = await database.query<Told>(
        `SELECT agent_id AS "agentId", type, from_status AS "from", to_status AS "to", reason, (data->>'generation')::int AS generation
           FROM agent_events ORDER BY agent_id, revision`,
      );
      const agents = await database.query<{ id: string; status: string; generation: number }>(
        'SELECT id, status, generation FROM agents ORDER BY id',
      );
      expect(breaksIn(told)).toEqual([]);
      expect(agents).toEqual([...lastOf(told).values()]);
      // All of what was to race has raced.
      const kinds = new Set(told.map(({ from, to, reason }) => `${from} → ${to}, ${reason}`));
      expect([...kinds]).toEqual(
        expect.arrayContaining([
          'active → unhealthy, silent',
          'unhealthy → inactive, silent',
          'unhealthy → active, heartbeat',
        ]),
      );
      expect(await deadlocks()).toBe(0);
    },
    SECONDS * 1000 + 30_000,
  );

  /** A connection has told how many it met once it has ended. */
  async function deadlocks(): Promise<number> {
    const counts = async (): Promise<{ deadlocks: number; connections: number }> =>
      (
        await database.query<{ deadlocks: number; connections: number }>(
          `SELECT deadlocks::int AS deadlocks, (SELECT count(*)::int FROM pg_stat_activity AS each
                    WHERE each.datname = current_database() AND application_name = 'agent-registry') AS connections
             FROM pg_stat_database WHERE datname = current_database()`,
        )
      )[0]!;
    await until('the replicas have left the database', 10, async () => (await counts()).connections === 0);
    return (await counts()).deadlocks;
  }
});

/** Where an event does not follow from the one before it, of the same agent. */
function breaksIn(told: Told[]): string[] {
  const now = new Map<string, { status: string | null; generation: number }>();
  return told.flatMap((event) => {
    const { agentId, from, to, generation } = event;
    const before = now.get(agentId) ?? { status: null, generation: 0 };
    now.set(agentId, { status: to ?? before.status, generation });
    const follows = generation === before.generation + 1 && (to === null || from === before.status);
    return follows ? [] : [`${JSON.stringify(event)} after ${JSON.stringify(before)}`];
  });
}

/** What each agent should be by now. */
function lastOf(told: Told[]): Map<string, { id: string; status: string; generation: number }> {
  const agents = new Map<string, { id: string; status: string; generation: number }>();
  for (const { agentId: id, to, generation } of told)
    agents.set(id, { id, status: to ?? agents.get(id)!.status, generation });
  return agents;
}

function racer(id: string): ReturnType<typeof registration> {
  return registration({ id, heartbeat: { interval_seconds: 1 } });
}

function definition(id: string): object {
  return { id, name: `defined ${Math.random()}`, type: 'worker', heartbeat: { interval_seconds: 1 } };
}

function anyOf<Item>(items: Item[]): Item {
  return items[Math.floor(Math.random() * items.length)]!;
}

/** So many different ones at most, in any order. */
function some(count: number): string[] {
  return [...new Set(Array.from({ length: count }, () => anyOf(IDS)))];
}
