import { setImmediate as turn } from 'node:timers/promises';
import { Clock, type Timer } from '../../src/common/clock';

/** Real time that what is under way gets, when its limit lies in time that is skipped: after it, it counts as hanging. */
const GRACE_MS = 1_000;

/**
 * The clock of the machine, and as much later as a test says. Timers fire when their time has come by this clock: by
 * themselves, or because the test moves it.
 */
export class TestClock extends Clock {
  private aheadMs = 0;
  private stoppedAt: number | undefined;
  /** Where the machine's clocks stood when they stopped counting. */
  private stalled: { monotonicMs: number; now: number } | undefined;
  private readonly timers = new Set<TestTimer>();

  now(): Date {
    return new Date(this.stoppedAt ?? (this.stalled?.now ?? Date.now()) + this.aheadMs);
  }

  monotonicMs(): number {
    return (this.stalled?.monotonicMs ?? performance.now()) + this.aheadMs;
  }

  setTimer(ms: number, work: () => unknown): Timer {
    return this.start(ms, work, false);
  }

  override setDeadline(ms: number, miss: () => void): Timer {
    return this.start(ms, miss, true);
  }

  /** From now on it is this time of day, until it is {@link advance}d. The monotonic time goes on. */
  stopAt(time: Date): void {
    this.stoppedAt = time.getTime();
  }

  /**
   * From now on time passes only by {@link advance} and as timers fire, which wait as long as before: however long the machine
   * is busy with other things, nothing is late by this clock.
   */
  ignoreStalls(): void {
    this.stalled ??= { monotonicMs: performance.now(), now: Date.now() };
  }

  /**
   * Lets this time pass as if it were real: each timer that comes due fires at its own moment, one after the other, and what its
   * work returns is awaited. A service has about ten a second, so minutes are cheap and days are not.
   */
  async advance(seconds: number): Promise<void> {
    let leftMs = seconds * 1000;
    try {
      for (let next = this.nextDue(leftMs); next; next = this.nextDue(leftMs)) {
        await turn(); // what is under way goes on, and may set or cancel timers
        if (next.isLimit) await next.ends(GRACE_MS);
        if (!this.timers.has(next)) continue;
        // Whole milliseconds, so that the steps add up to exactly what was asked for.
        const stepMs = Math.min(Math.ceil(Math.max(next.dueAt - this.monotonicMs(), 0)), leftMs);
        leftMs -= stepMs;
        this.skip(stepMs);
        await next.fire();
      }
    } finally {
      this.skip(leftMs);
      this.restartTimers();
    }
  }

  /** What `work` gives. It waits for nothing but what it asks of others: time is moved on to whatever timer it has set. */
  async through<Result>(work: Promise<Result>): Promise<Result> {
    let isOver = false;
    const end = (): void => void (isOver = true);
    work.then(end, end);
    while (!isOver) {
      await turn();
      const next = this.nextDue(Infinity, ({ isLimit }) => !isLimit);
      if (next && !isOver) await this.advance(Math.max(next.dueAt - this.monotonicMs(), 0) / 1000);
    }
    return work;
  }

  /** Lets this time pass as if the process were held up: what comes due meanwhile fires late, at the end, in order and once. */
  async holdUp(seconds: number): Promise<void> {
    this.skip(seconds * 1000);
    const due = [...this.timers].filter(({ dueAt }) => dueAt <= this.monotonicMs());
    for (const timer of due.sort((a, b) => a.dueAt - b.dueAt)) if (this.timers.has(timer)) await timer.fire();
    this.restartTimers();
  }

  private start(ms: number, work: () => unknown, isLimit: boolean): TestTimer {
    const dueAt = this.monotonicMs() + ms;
    const timer: TestTimer = new TestTimer(dueAt, isLimit, ms, {
      fired: () => {
        if (this.stalled) this.aheadMs += Math.max(dueAt - this.monotonicMs(), 0);
        return work();
      },
      ended: () => this.timers.delete(timer),
    });
    this.timers.add(timer);
    return timer;
  }

  private skip(ms: number): void {
    this.aheadMs += ms;
    if (this.stoppedAt !== undefined) this.stoppedAt += ms;
  }

  /** After time was skipped, there is less left to wait for. */
  private restartTimers(): void {
    for (const timer of this.timers) timer.restart(timer.dueAt - this.monotonicMs());
  }

  /** Of those at the same moment, the one that was set first. */
  private nextDue(withinMs: number, isMeant: (timer: TestTimer) => boolean = () => true): TestTimer | undefined {
    const until = this.monotonicMs() + withinMs;
    let next: TestTimer | undefined;
    for (const timer of this.timers)
      if (timer.dueAt <= until && (!next || timer.dueAt < next.dueAt) && isMeant(timer)) next = timer;
    return next;
  }
}

class TestTimer implements Timer {
  private timeout: NodeJS.Timeout;
  private isUnref = false;
  private readonly onEnd: (() => void)[] = [];

  constructor(
    readonly dueAt: number,
    /** Of something that is under way. */
    readonly isLimit: boolean,
    ms: number,
    private readonly owner: { fired: () => unknown; ended: () => void },
  ) {
    this.timeout = setTimeout(() => void this.fire(), ms);
  }

  cancel(): void {
    clearTimeout(this.timeout);
    this.owner.ended();
    for (const tell of this.onEnd) tell();
  }

  unref(): this {
    this.isUnref = true;
    this.timeout.unref();
    return this;
  }

  /** Waits, from now on, for so long. */
  restart(ms: number): void {
    clearTimeout(this.timeout);
    this.timeout = setTimeout(() => void this.fire(), ms);
    if (this.isUnref) this.timeout.unref();
  }

  /** Fires now; resolves when its work is done. */
  async fire(): Promise<void> {
    this.cancel();
    await this.owner.fired();
  }

  /** Waits until it has fired or was cancelled, for so long at most. */
  ends(graceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const patience = setTimeout(resolve, graceMs);
      this.onEnd.push(() => {
        clearTimeout(patience);
        resolve();
      });
    });
  }
}
