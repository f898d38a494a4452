/** Single items of work, done together: what comes while one batch is under way goes into the next one. */
export class Batched<Item, Answer> {
  private next: { items: Item[]; answer: Promise<Answer> } | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** `work` is never called again before it has ended, so a flood of items costs one batch at a time. */
  constructor(private readonly work: (items: Item[]) => Promise<Answer>) {}

  /** What the work on the batch of this item gives. It begins after the call. Rejects as `work` does. */
  add(item: Item): Promise<Answer> {
    this.next ??= this.open();
    this.next.items.push(item);
    return this.next.answer;
  }

  private open(): { items: Item[]; answer: Promise<Answer> } {
    const items: Item[] = [];
    const answer = this.last.then(async () => {
      await new Promise(setImmediate); // all of this turn of the event loop
      this.next = undefined;
      return this.work(items);
    });
    this.last = answer.catch(() => undefined);
    return { items, answer };
  }
}
