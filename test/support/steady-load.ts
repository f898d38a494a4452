import { until } from './until';

/** Requests that go on, several at once, while something else is done. */
export class SteadyLoad {
  /** How often each outcome was seen. */
  readonly seen = new Map<string, number>();
  private readonly made: number[];
  private readonly workers: Promise<void>[];
  private isOver = false;
  private failure: unknown;

  /** Each of `workers` calls `request` with its number and how many it has made, again and again; what it gives is the outcome. */
  constructor(workers: number, request: (worker: number, turn: number) => Promise<string>) {
    this.made = Array.from({ length: workers }, () => 0);
    this.workers = this.made.map(async (_, worker) => {
      try {
        while (!this.isOver) {
          const outcome = await request(worker, this.made[worker]!);
          this.seen.set(outcome, (this.seen.get(outcome) ?? 0) + 1);
          this.made[worker]!++;
        }
      } catch (error) {
        this.failure ??= error;
        this.isOver = true;
      }
    });
  }

  /** Resolves when each worker has made so many requests more, from the first to the last byte. */
  async more(requests = 3): Promise<void> {
    const goals = this.made.map((made) => made + requests + 1); // one may have begun before
    await until('the load has gone on', 120, () => {
      if (this.failure !== undefined) throw this.failure as Error;
      return this.made.every((made, worker) => made >= goals[worker]!);
    });
  }

  /** Ends it, and gives all outcomes that there were. */
  async end(): Promise<string[]> {
    this.isOver = true;
    await Promise.all(this.workers);
    if (this.failure !== undefined) throw this.failure as Error;
    return [...this.seen.keys()].sort();
  }
}
