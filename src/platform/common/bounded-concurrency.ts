import type { Clock, Timer } from './clock';

export interface ConcurrencyLimits {
  /** Work that is under way at once. */
  concurrent: number;
  /** Further work that may wait for that to end … */
  waiting: number;
  /** … for so long. */
  patienceMs: number;
}

/** There is too much work already. Nothing of it has been begun. */
export class QueueFull extends Error {}

/** Work that is done by a few at a time, in the order in which it comes. What is too much is refused, at once or when it has waited too long. */
export class BoundedConcurrency {
  private underWay = 0;
  /** What lets each of those that wait begin, in their order. */
  private readonly queue: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly limits: ConcurrencyLimits,
  ) {}

  /** How much work waits. */
  get waiting(): number {
    return this.queue.length;
  }

  /**
   * What `work` gives. Rejects as it does. Urgent work is the next to begin, however much waits.
   * @throws QueueFull when the work was not begun
   */
  async run<Result>(work: () => Promise<Result>, isUrgent = false): Promise<Result> {
    if (this.underWay < this.limits.concurrent) this.underWay++;
    else await this.turn(isUrgent);
    try {
      return await work();
    } finally {
      this.passOn();
    }
  }

  /** Resolves when somebody has passed on a place. */
  private turn(isUrgent: boolean): Promise<void> {
    const { waiting, patienceMs } = this.limits;
    if (this.queue.length >= waiting && !isUrgent) return Promise.reject(new QueueFull('the queue is full'));
    return new Promise((resolve, reject) => {
      let patience: Timer | undefined = undefined;
      const begin = (): void => {
        patience?.cancel();
        resolve();
      };
      patience = this.clock.setDeadline(patienceMs, () => {
        this.queue.splice(this.queue.indexOf(begin), 1);
        reject(new QueueFull(`no turn within ${patienceMs} ms`));
      });
      if (isUrgent) this.queue.unshift(begin);
      else this.queue.push(begin);
    });
  }

  private passOn(): void {
    const next = this.queue.shift();
    if (next) next();
    else this.underWay--;
  }
}
