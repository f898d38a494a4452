import { setImmediate as turn } from 'node:timers/promises';
import { PATIENCE } from '../../../../test/support/patience';
import { Random } from '../../../../test/support/random';
import { until } from '../../../../test/support/until';
import type { Time } from '../../src/time';
import { Traffic } from './traffic';

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/**
 * Time that passes only when a test lets it, so that nothing depends on how fast the machine is. The requests of the clients that
 * live by it are real, and take none of it.
 */
export class ManualTime {
  readonly traffic: Traffic;
  private readonly timers = new Set<Timer>();
  private milliseconds = 0;

  constructor(send?: typeof fetch) {
    this.traffic = new Traffic(() => this.milliseconds, send);
  }

  /** For one client. Its random numbers are the same in each run. */
  seeded(seed: number): Time {
    const random = new Random(seed);
    return { now: () => this.milliseconds, after: (ms, call) => this.after(ms, call), random: () => random.next() };
  }

  now(): number {
    return this.milliseconds;
  }

  /** Lets so much time pass. What falls due on the way is called in its order and at its moment. */
  advance(ms: number): void {
    const end = this.milliseconds + ms;
    for (let next = this.first(); next && next.at <= end; next = this.first()) this.fire(next);
    this.milliseconds = end;
  }

  /** Waits until all requests are answered, and those that follow from the answers too. */
  async quiet(): Promise<void> {
    do {
      await Promise.allSettled(this.traffic.underWay);
      await turn();
    } while (this.traffic.underWay.size > 0);
  }

  /** Lets time pass, from one moment at which something falls due to the next, until the condition holds. */
  async passUntil(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    await until(what, PATIENCE, async () => {
      await turn();
      if (await condition()) return true;
      const next = this.first();
      if (next && this.traffic.underWay.size === 0) this.fire(next);
      return false;
    });
  }

  /** Lets time pass until the promise settles, and gives what it gives. */
  async passWhile<Result>(what: string, promise: Promise<Result>): Promise<Result> {
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    promise.then(settle, settle);
    await this.passUntil(what, () => isSettled);
    return promise;
  }

  private after(ms: number, call: () => void): () => void {
    const timer = { at: this.milliseconds + Math.max(ms, 0), call };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  private first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) if (!first || timer.at < first.at) first = timer;
    return first;
  }

  private fire(timer: Timer): void {
    this.timers.delete(timer);
    this.milliseconds = timer.at;
    timer.call();
  }
}
