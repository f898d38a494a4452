/** Lets so much work be under way at once as `limit` gives at the moment. */
export class Slots {
  private taken = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly limit: () => number) {}

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.taken >= this.limit()) await new Promise<void>((resolve) => this.queue.push(resolve));
    this.taken++;
    try {
      return await work();
    } finally {
      this.taken--;
      this.wake();
    }
  }

  /** Call it when the limit may have risen. */
  wake(): void {
    for (let free = this.limit() - this.taken; free > 0; free--) this.queue.shift()?.();
  }
}
