import { SchedulerRegistry } from '@nestjs/schedule';
import { Configuration } from '../../src/platform/config/configuration';
import { HeartbeatSweeper } from '../../src/heartbeat/sweep/heartbeat.sweeper';
import { elapse } from './elapse';
import type { TestApp } from './test-app';

/** An interval of the sweep; as long as the timeout, so that one step makes whoever did not beat overdue. */
export const STEP_SECONDS = 60;
/** Agents that beat are never overdue, nor does a sweep come too late, as long as a step takes less than this timeout of real time. */
export const STEPPED = { HEARTBEAT_TIMEOUT_SECONDS: STEP_SECONDS, HEARTBEAT_SWEEP_INTERVAL_SECONDS: STEP_SECONDS };
const MOST_STEPS = 20;

/** From now on it is swept only when a test says so. */
export async function stopSweeps({ app }: TestApp): Promise<void> {
  for (const job of app.get(SchedulerRegistry, { strict: false }).getCronJobs().values()) await job.stop();
}

/** Agents whose time passes only as a test says: they beat once a step, and the sweep looks after it. */
export class MovedFleet {
  /** Answers that were not "all accepted". */
  readonly refused: unknown[] = [];
  private readonly silent = new Set<string>();

  private constructor(
    private readonly app: TestApp,
    private readonly ids: string[],
  ) {}

  /** `app` is on {@link STEPPED} settings; `ids` are its agents. All of them have beaten once. */
  static async start(app: TestApp, ids: string[] = []): Promise<MovedFleet> {
    app.clock.ignoreStalls();
    await stopSweeps(app);
    const fleet = new MovedFleet(app, ids);
    await fleet.step();
    return fleet;
  }

  silence(ids: string[]): void {
    for (const id of ids) this.silent.add(id);
  }

  wake(ids: string[]): void {
    for (const id of ids) this.silent.delete(id);
  }

  /** Lets the time between two sweeps pass: those that are not silent beat, then it is swept. */
  async step(): Promise<void> {
    await elapse(this.app, this.app.app.get(Configuration).HEARTBEAT_SWEEP_INTERVAL_SECONDS + 1);
    await this.beat();
    const { durations } = this.app.app.get(HeartbeatSweeper);
    const swept = (): number => durations.counts.reduce((sum, count) => sum + count, 0);
    const before = swept();
    await this.app.app.get(HeartbeatSweeper).tick();
    if (swept() !== before + 1) throw new Error('the sweep was due and has not run');
  }

  /** Steps until `condition` holds, and `during` after each step before it does. */
  async stepUntil(
    what: string,
    condition: () => Promise<boolean>,
    during = async (): Promise<void> => {},
  ): Promise<void> {
    for (let step = 0; step < MOST_STEPS; step++) {
      await this.step();
      if (await condition()) return;
      await during();
    }
    throw new Error(`not so after ${MOST_STEPS} sweeps: ${what}`);
  }

  private async beat(): Promise<void> {
    const [first, ...others] = this.ids.filter((id) => !this.silent.has(id));
    if (first === undefined) return;
    const alone = await this.app.request('POST', `/agents/${first}/heartbeat`);
    const batch = { beats: others.map((id) => ({ id })) };
    const { status, body } = await this.app.request<{ accepted: number }>('POST', '/agents/heartbeats', batch);
    if (alone.status !== 200 || status !== 200 || body.accepted !== others.length) this.refused.push(alone.body, body);
  }
}

/** Puts active agents into the table that have just been heard of, as many as the API would take too long for. */
export async function seedCrowd({ database }: TestApp, count: number): Promise<void> {
  await database.query(
    `INSERT INTO agents (id, name, type, last_seen) SELECT 'crowd-' || n, 'n', 't', now() FROM generate_series(1, $1) AS n`,
    [count],
  );
}
