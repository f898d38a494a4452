import { BeatLoad, flushedSince, type Asked } from '../support/beat-load';
import { defineFleet } from '../support/beating-fleet';
import { ServiceProcess } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/** More than one statement of a flush, so that the service can be killed in the middle of one. */
const AGENTS = { single: 40, batched: 600, operated: 60 };
/** The clocks of Node and of PostgreSQL on one machine: both show milliseconds, and the machine's clock may be corrected. */
const CLOCK_TOLERANCE_MS = 50;

interface Written {
  /** The number of the last beat. */
  beat: number;
  lastSeen: number;
}

describe('A service under load', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let load: BeatLoad;
  const start = async (flushIntervalMs: number): Promise<void> => {
    service = await ServiceProcess.start({
      env: {
        DATABASE_URL: database.url,
        HEARTBEAT_TIMEOUT_SECONDS: '3600',
        HEARTBEAT_FLUSH_INTERVAL_MS: String(flushIntervalMs),
        HEARTBEAT_SWEEP_INTERVAL_SECONDS: '3600', // it flushes, too
        SHUTDOWN_GRACE_SECONDS: '3600',
      },
    });
    const ids = await defineFleet(service.url, AGENTS.single + AGENTS.batched + AGENTS.operated);
    load = new BeatLoad(service.url, {
      single: ids.splice(0, AGENTS.single),
      batched: ids.splice(0, AGENTS.batched),
      operated: ids,
    });
  };
  beforeEach(async () => {
    database = await createTestDatabase();
  }, 600_000);
  afterEach(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  it('that is stopped by SIGTERM answers all that it has accepted, and has written every beat that it acknowledged', async () => {
    await start(60_000); // so that all are there because it stops
    await until('all clients have been answered', 300, () => haveChanged() && [...load.beats.keys()].every(hasBeaten));
    expect(await service.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    await load.ended();
    const looksOn = Date.now();
    const isPlausible = (id: string, { beat, lastSeen }: Written): boolean =>
      lastSeen >= load.beats.get(id)![beat - 1]!.sentOn - CLOCK_TOLERANCE_MS &&
      lastSeen <= looksOn + CLOCK_TOLERANCE_MS;
    // What was not answered was not taken on either: a connection that the server had not got to.
    const inTheEnd = await written();
    for (const [id, { beat }] of inTheEnd)
      expect({ id, beat }).toEqual({ id, beat: load.acknowledgedBefore(id, Infinity) });
    expect([...inTheEnd].filter(([id, row]) => !isPlausible(id, row))).toEqual([]);
    await expectChanges(({ acknowledged, unknown }, made) => made >= acknowledged && made <= acknowledged + unknown);
  }, 600_000);

  it('that is killed outright loses only beats of the last flush and after it, and nothing else', async () => {
    await start(200);
    /** What was in the table, look by look. */
    const seen: { on: number; beats: Map<string, number> }[] = [{ on: 0, beats: new Map() }];
    const flushed = new Set<number>();
    await until('all agents have been written, by several flushes', 300, async () => {
      const beats = beatsOf(await written());
      flushed.add(flushedSince(load, [seen.at(-1)!.beats], beats));
      seen.push({ on: Date.now(), beats });
      return flushed.size > 4 && haveChanged() && [...beats.values()].every((beat) => beat > 0);
    });
    await service.stop('SIGKILL');
    await load.ended();
    const inTheEnd = beatsOf(await written());
    // A flush that fails has not written what it has taken: it says so, and what was seen before counts no more.
    const counting = seen.filter(({ on }) => on > lastFailedFlushOn());
    const since = flushedSince(
      load,
      counting.map(({ beats }) => beats),
      inTheEnd,
    );
    if (since === Number.NEGATIVE_INFINITY)
      process.stderr.write(
        'no-lost-beats: PostgreSQL was away just before the kill, so no beat had to be written yet\n',
      );
    for (const [id, beat] of inTheEnd) {
      expect(beat).toBeGreaterThanOrEqual(load.acknowledgedBefore(id, since));
      expect(beat).toBeLessThanOrEqual(load.beats.get(id)!.length);
    }
    await expectChanges(({ acknowledged }, made) => made >= acknowledged);
  }, 600_000);

  function haveChanged(): boolean {
    return load.registered.size > 10 && load.switched.size > 10;
  }

  function hasBeaten(id: string): boolean {
    return load.acknowledgedBefore(id, Infinity) > 0;
  }

  /** In milliseconds since the epoch. */
  function lastFailedFlushOn(): number {
    const failures = service.logs.filter((line) => line.includes('Heartbeats cannot be written'));
    return failures.map((line) => Date.parse((JSON.parse(line) as { time: string }).time)).at(-1) ?? 0;
  }

  /** Compares what clients were answered with what the event log says was made. */
  async function expectChanges(agrees: (asked: Asked, made: number) => boolean): Promise<void> {
    expect(load.unexpected).toEqual([]);
    const events = await database.query<{ id: string; type: string; made: number }>(
      `SELECT agent_id AS id, type, count(*)::int AS made FROM agent_events
        WHERE type = 'status_changed' AND cause NOT IN ('heartbeat', 'silence') OR agent_id LIKE 'new-%' GROUP BY agent_id, type`,
    );
    const madeOf = (type: string): Map<string, number> =>
      new Map(events.filter((event) => event.type === type).map(({ id, made }) => [id, made]));
    expect(disagreements(load.registered, madeOf('registered'), agrees)).toEqual([]);
    expect(disagreements(load.switched, madeOf('status_changed'), agrees)).toEqual([]);
    const rows = await database.query<{ id: string }>(`SELECT id FROM agents WHERE id LIKE 'new-%'`);
    expect(rows.map(({ id }) => id).sort()).toEqual([...madeOf('registered').keys()].sort());
  }

  /** Of all agents that beat. */
  async function written(): Promise<Map<string, Written>> {
    const rows = await database.query<Written & { id: string }>(
      `SELECT id, coalesce((health->'metrics'->>'beat')::int, 0) AS beat,
              coalesce(extract(epoch FROM last_seen) * 1000, 0)::float8 AS "lastSeen" FROM agents WHERE id = ANY ($1)`,
      [[...load.beats.keys()]],
    );
    return new Map(rows.map(({ id, ...row }) => [id, row]));
  }
});

function beatsOf(written: Map<string, Written>): Map<string, number> {
  return new Map([...written].map(([id, { beat }]) => [id, beat]));
}

/** Agents that were changed more or less often than what was answered allows; also those that no client asked about. */
function disagreements(
  asked: Map<string, Asked>,
  made: Map<string, number>,
  agrees: (asked: Asked, made: number) => boolean,
): string[] {
  const none = { acknowledged: 0, unknown: 0 };
  return [...new Set([...asked.keys(), ...made.keys()])]
    .filter((id) => !agrees(asked.get(id) ?? none, made.get(id) ?? 0))
    .map((id) => `${id}: ${JSON.stringify(asked.get(id) ?? none)}, made ${made.get(id) ?? 0} times`);
}
