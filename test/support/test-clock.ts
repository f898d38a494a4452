import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { Clock, type Timer } from '../../src/platform/common/clock';

/** Real time that what is under way gets, when its limit lies in time that is skipped: after it, it counts as hanging. */
const GRACE_MS = 1_000;

/**
 * In steps of 1/1024 ms, which a double adds and subtracts without rounding: two seconds after it, a moment is two seconds ago and not a
 * billionth of a millisecond less.
 */
function inSteps(ms: number): number {
  return Math.round(ms * 1024) / 1024;
}

/**
 * The clock of the machine, and as much later as a test says. Timers fire when their time has come by this clock: by
 * themselves, or because the test moves it.
 */
export class TestClock extends Clock {
  private aheadMs = 0;
  /** As much as the time of day is later; or what it is, where it stands still. */
  private dayAheadMs = 0;
  private stoppedAt: number | undefined;
  /** Where the machine's monotonic clock stood when it stopped counting. */
  private stalledAt: number | undefined;
  private areLimitsReal = true;
  private areTimersReal = true;
  private readonly timers = new Set<TestTimer>();

  now(): Date {
    return new Date(Math.round(this.stoppedAt ?? Date.now() + this.dayAheadMs)); // steps add up to almost a whole number
  }

  monotonicMs(): number {
    return inSteps((this.stalledAt ?? performance.now()) + this.aheadMs);
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
   * From now on the monotonic time passes only by {@link advance} and as timers fire, which wait as long as before: however long
   * the machine is busy with other things, nothing is late by this clock.
   */
  ignoreStalls(): void {
    this.stalledAt ??= inSteps(performance.now());
  }

  /**
   * From now on a limit on what is under way passes only when the test moves time: a server that is slow, because the machine is
   * busy with other things, is not taken for one that hangs. What is done periodically goes on.
   */
  waitForAnswers(): void {
    this.areLimitsReal = false;
    this.restartTimers();
  }

  /** From now on, until {@link goOn}, time passes only when the test moves it: no timer fires by itself. */
  standStill(): void {
    this.ignoreStalls();
    this.areTimersReal = false;
    this.waitForAnswers();
  }

  /** Ends what {@link standStill} began, for whatever must be done periodically; limits still pass only when time is moved. */
  goOn(): void {
    this.areTimersReal = true;
    this.restartTimers();
  }

  /**
   * Lets this time pass as if it were real: each timer that comes due fires at its own moment, one after the other, and what its
   * work returns is awaited. A service has about ten a second, so minutes are cheap and days are not.
   */
  async advance(seconds: number): Promise<void> {
    await this.pass(seconds, (ms) => this.skip(ms, ms));
  }

  /** The same for durations and timers, while the time of day stays: for `elapse`, which makes what is stored older instead. */
  async advanceMonotonic(seconds: number): Promise<void> {
    await this.pass(seconds, (ms) => this.skip(ms, 0));
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
    this.skip(seconds * 1000, seconds * 1000);
    const due = [...this.timers].filter(({ dueAt }) => dueAt <= this.monotonicMs());
    for (const timer of due.sort((a, b) => a.dueAt - b.dueAt)) if (this.timers.has(timer)) await this.fire(timer);
    this.restartTimers();
  }

  private start(ms: number, work: () => unknown, isLimit: boolean): TestTimer {
    const dueAt = this.monotonicMs() + ms;
    const timer: TestTimer = new TestTimer(dueAt, isLimit, ms, {
      fired: () => {
        if (this.stalledAt !== undefined) this.aheadMs += Math.max(dueAt - this.monotonicMs(), 0);
        return work();
      },
      ended: () => this.timers.delete(timer),
    });
    this.timers.add(timer);
    if (!this.isReal(timer)) timer.suspend();
    return timer;
  }

  private async pass(seconds: number, skip: (ms: number) => void): Promise<void> {
    let leftMs = seconds * 1000;
    try {
      for (let next = this.nextDue(leftMs); next; next = this.nextDue(leftMs)) {
        await turn(); // what is under way goes on, and may set or cancel timers
        if (next.isLimit) await next.ends(GRACE_MS);
        if (!this.timers.has(next)) continue;
        const stepMs = Math.min(Math.max(next.dueAt - this.monotonicMs(), 0), leftMs);
        leftMs -= stepMs;
        skip(stepMs);
        await this.fire(next);
      }
    } finally {
      skip(leftMs);
      this.restartTimers();
    }
  }

  /** Until its work is done; or, where only moved time can end what the work waits for, until that can be taken to hang. */
  private async fire(timer: TestTimer): Promise<void> {
    const work = timer.fire();
    if (this.areLimitsReal) return work;
    const grace = new AbortController();
    await Promise.race([work, pause(GRACE_MS, undefined, { signal: grace.signal }).catch(() => undefined)]);
    grace.abort();
  }

  private skip(ms: number, dayMs: number): void {
    this.aheadMs += ms;
    this.dayAheadMs += dayMs;
    if (this.stoppedAt !== undefined) this.stoppedAt += dayMs;
  }

  /** After time was skipped, there is less left to wait for. */
  private restartTimers(): void {
    for (const timer of this.timers) {
      if (this.isReal(timer)) timer.restart(timer.dueAt - this.monotonicMs());
      else timer.suspend();
    }
  }

  /** Whether it fires by itself. */
  private isReal({ isLimit }: TestTimer): boolean {
    return isLimit ? this.areLimitsReal : this.areTimersReal;
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

  /** From now on it fires only when it is told to. */
  suspend(): void {
    clearTimeout(this.timeout);
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
