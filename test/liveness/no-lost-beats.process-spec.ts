import { defineFleet } from '../support/beating-fleet';
import { ServiceProcess } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const FLUSH_INTERVAL_MS = 500;
/** What two flushes may take on a machine that is busy with other things. */
const FLUSHES_MS = 1500;
const CLOCK_TOLERANCE_MS = 50;

/** The last beat of an agent that was answered 200; each beat tells its number as a metric. */
interface Acknowledged {
  beat: number;
  /** The `last_beat` of the answer, which only single heartbeats have. */
  lastBeat?: string;
}

/** Clients that send what they have to as fast as they can, each until it gets no answer any more. */
class Load {
  /** By agent, in the order in which they were acknowledged, and when that was (`performance.now()`). */
  readonly beats = new Map<string, (Acknowledged & { at: number })[]>();
  readonly registered: string[] = [];
  /** How many changes of its status an operator was told were made. */
  readonly switched = new Map<string, number>();
  readonly unexpected: string[] = [];
  private readonly clients: Promise<unknown>;

  constructor(
    private readonly url: string,
    single: string[],
    batched: string[],
    operated: string[],
  ) {
    for (const id of [...single, ...batched]) this.beats.set(id, []);
    this.clients = Promise.allSettled([
      ...quarters(single).map((ids) => this.beatSingly(ids)),
      ...quarters(batched).map((ids) => this.beatTogether(ids)),
      this.register(),
      this.switch(operated),
    ]);
  }

  async ended(): Promise<void> {
    await this.clients;
  }

  private async beatSingly(ids: string[]): Promise<void> {
    for (let beat = 1; ; beat++) {
      for (const id of ids) {
        const { last_beat } = await this.send('POST', `/agents/${id}/heartbeat`, { metrics: { beat } });
        this.beats.get(id)!.push({ beat, lastBeat: last_beat as string, at: performance.now() });
      }
    }
  }

  private async beatTogether(ids: string[]): Promise<void> {
    for (let beat = 1; ; beat++) {
      const beats = ids.map((id) => ({ id, health: { metrics: { beat } } }));
      const { accepted } = await this.send('POST', '/agents/heartbeats', { beats });
      if (accepted !== ids.length) this.unexpected.push(`accepted ${String(accepted)}`);
      for (const id of ids) this.beats.get(id)!.push({ beat, at: performance.now() });
    }
  }

  private async register(): Promise<void> {
    for (;;) {
      const { id } = await this.send('POST', '/agents/register', { name: 'new', type: 'worker' });
      this.registered.push(id as string);
    }
  }

  private async switch(ids: string[]): Promise<void> {
    for (let turn = 1; ; turn++) {
      for (const id of ids) {
        await this.send('PUT', `/agents/${id}/status`, { status: turn % 2 ? 'maintenance' : 'active' });
        this.switched.set(id, turn);
      }
    }
  }

  /** The answer, once all of it is here. Fails when there is none, as when the service has gone. */
  private async send(method: string, path: string, body: unknown): Promise<Record<string, unknown>> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(this.url + path, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) this.unexpected.push(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }
}

describe('A service under load', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let load: Load;

  beforeEach(async () => {
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, HEARTBEAT_FLUSH_INTERVAL_MS: String(FLUSH_INTERVAL_MS) };
    service = await ServiceProcess.start({ env });
    const ids = await defineFleet(service.url, 700);
    load = new Load(service.url, ids.slice(0, 100), ids.slice(100, 400), ids.slice(400));
    await until('all agents have had several beats written', 30, async () => {
      const written = await writtenBeats();
      return [...load.beats.keys()].every((id) => written.get(id)!.beat > 5);
    });
  }, 60_000);
  afterEach(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  it('that is stopped by SIGTERM answers all that it has accepted, and has written every beat that it acknowledged', async () => {
    expect(await service.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    await load.ended();
    // What was not answered was not taken on either: a connection that the server had not got to.
    const written = await writtenBeats();
    for (const [id, beats] of load.beats) {
      const last = beats.at(-1)!;
      expect(written.get(id)!.beat).toBe(last.beat);
      if (!last.lastBeat) continue;
      expect(written.get(id)!.lastSeen).toBeGreaterThanOrEqual(Date.parse(last.lastBeat) - CLOCK_TOLERANCE_MS);
    }
    const changes = await expectNothingElseLost();
    expect([...load.switched].filter(([id, acknowledged]) => changes.get(id) !== acknowledged)).toEqual([]);
    expect([...changes.keys()].filter((id) => id.startsWith('agent-')).sort()).toEqual([...load.registered].sort());
  }, 60_000);

  it('that is killed outright loses the beats of one flush interval, and nothing else', async () => {
    const killedAt = performance.now();
    await service.stop('SIGKILL');
    await load.ended();
    const written = await writtenBeats();
    for (const [id, beats] of load.beats) {
      const due = beats.findLast(({ at }) => at < killedAt - FLUSH_INTERVAL_MS - FLUSHES_MS);
      expect(written.get(id)!.beat).toBeGreaterThanOrEqual(due?.beat ?? 0);
    }
    await expectNothingElseLost();
  }, 60_000);

  /** Gives how often the status of each agent was changed. */
  async function expectNothingElseLost(): Promise<Map<string, number>> {
    expect(load.unexpected).toEqual([]);
    expect(load.registered.length).toBeGreaterThan(10); // else this shows nothing
    expect(load.switched.size).toBeGreaterThan(10);
    const rows = await database.query<{ id: string; changes: number }>(
      `SELECT id, (SELECT count(*)::int FROM agent_events WHERE agent_id = id AND type = 'status_changed') AS changes FROM agents`,
    );
    const changes = new Map(rows.map((row) => [row.id, row.changes]));
    expect(load.registered.filter((id) => !changes.has(id))).toEqual([]);
    expect([...load.switched].filter(([id, acknowledged]) => !(changes.get(id)! >= acknowledged))).toEqual([]);
    return changes;
  }

  async function writtenBeats(): Promise<Map<string, { beat: number; lastSeen: number }>> {
    const rows = await database.query<{ id: string; beat: number; lastSeen: Date | null }>(
      `SELECT id, coalesce((health->'metrics'->>'beat')::int, 0) AS beat, last_seen AS "lastSeen" FROM agents`,
    );
    return new Map(rows.map(({ id, beat, lastSeen }) => [id, { beat, lastSeen: lastSeen?.getTime() ?? 0 }]));
  }
});

function quarters(ids: string[]): string[][] {
  const size = Math.ceil(ids.length / 4);
  return [0, 1, 2, 3].map((part) => ids.slice(part * size, (part + 1) * size));
}
