/** Lets many who were woken at once go on a few at a time, so that what else there is to do comes in between. */
export class Turns {
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly atOnce: number) {}

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      if (this.waiting.push(resolve) === 1) setImmediate(() => this.serve());
    });
  }

  private serve(): void {
    for (const go of this.waiting.splice(0, this.atOnce)) go();
    if (this.waiting.length > 0) setImmediate(() => this.serve());
  }
}
