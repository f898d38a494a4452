import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Clock, type Timer } from '../common/clock';
import { Histogram } from '../observability/histogram';
import { Lifecycle } from '../runtime/lifecycle';

/** After a run that has left something. */
const AGAIN_MS = 1_000;
/** Cron wakes at whole seconds: a task that it wakes may run this much early rather than most of a second late. */
const EARLY_MS = 500;

/** What a module has done again and again. */
export interface PeriodicTask {
  /** A label and a word of the log: lower case, with hyphens. */
  name: string;
  /** From the start of one run to that of the next, in milliseconds. */
  everyMs: number;
  /** Until the first run after the start; `everyMs` unless it says otherwise. */
  firstAfterMs?: number;
  /** The task has no timer of its own: what has added it calls {@link AddedTask.wake}, as a cron job does. */
  isWoken?: boolean;
  /**
   * One run, never beside another one of the same task in this process; where replicas must keep out of each other's way, it takes a lock
   * in its transaction. `'again'`: there is more to do, and the next run follows a second later. What it throws is logged and counted, and
   * the next run comes as if it had not. `stopping` is aborted when the service stops, which waits for the run to end.
   */
  run(stopping: AbortSignal): Promise<'again' | void> | void;
}

export interface AddedTask {
  /** Runs the task if it is due and not running; resolves when that has ended. Never rejects. */
  wake(): Promise<void>;
}

/** How a task is doing, as far as this process knows. */
class TaskState {
  dueAt: number;
  timer: Timer | undefined;
  running: Promise<void> | undefined;
  failures = 0;
  /** Failures one after the other, up to now. */
  failuresInRow = 0;
  /** In milliseconds of the monotonic clock. */
  lastSuccessAt: number | undefined;
  /** Of runs that ended well. */
  readonly durations = new Histogram();

  constructor(
    readonly task: PeriodicTask,
    now: number,
  ) {
    this.dueAt = now + (task.firstAfterMs ?? task.everyMs);
  }
}

/** Runs what modules {@link add}, by the monotonic clock, which is never set. */
@Injectable()
export class PeriodicTasks {
  readonly states: TaskState[] = [];
  private readonly stopping = new AbortController();

  constructor(
    lifecycle: Lifecycle,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(PeriodicTasks.name);
    lifecycle.onStop('periodic work', 'tasks', () => this.end());
  }

  /** Call it when the module starts. */
  add(task: PeriodicTask): AddedTask {
    if (this.states.some((state) => state.task.name === task.name)) throw new Error(`Two tasks are named ${task.name}`);
    const state = new TaskState(task, this.clock.monotonicMs());
    this.states.push(state);
    this.schedule(state);
    return { wake: async () => (state.dueAt <= this.clock.monotonicMs() + EARLY_MS ? this.start(state) : undefined) };
  }

  private schedule(state: TaskState): void {
    if (state.task.isWoken || this.stopping.signal.aborted) return;
    const pause = Math.max(1, state.dueAt - this.clock.monotonicMs());
    state.timer = this.clock.setTimer(pause, () => this.start(state).then(() => this.schedule(state))).unref();
  }

  private async end(): Promise<void> {
    this.stopping.abort();
    for (const { timer } of this.states) timer?.cancel();
    await Promise.all(this.states.map(async ({ running }) => running));
  }

  private async start(state: TaskState): Promise<void> {
    if (state.running || this.stopping.signal.aborted) return;
    state.running = this.run(state).finally(() => (state.running = undefined));
    await state.running;
  }

  /** Never rejects. */
  private async run(state: TaskState): Promise<void> {
    const { task, durations } = state;
    const began = this.clock.monotonicMs();
    state.dueAt = began + task.everyMs;
    try {
      const outcome = await task.run(this.stopping.signal);
      const ended = this.clock.monotonicMs();
      if (outcome === 'again') state.dueAt = Math.min(state.dueAt, ended + AGAIN_MS);
      durations.observe((ended - began) / 1000);
      state.lastSuccessAt = ended;
      if (state.failuresInRow > 0)
        this.logger.info({ task: task.name, failed: state.failuresInRow }, 'A periodic task runs again');
      state.failuresInRow = 0;
    } catch (error) {
      state.failures++;
      const isLogged = state.failuresInRow++ > 0 || this.stopping.signal.aborted;
      if (!isLogged) this.logger.warn({ task: task.name, err: error }, 'A periodic task failed; it is tried again');
    }
  }
}
