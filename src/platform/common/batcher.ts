interface Batch<Item, Answer> {
  items: Item[];
  answer: Promise<Answer>;
}

/** Single items of work, done together: what comes while one batch is under way goes into the next one. */
export class Batcher<Item, Answer> {
  private next: Batch<Item, Answer> | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /**
   * `work` is never called again before it has ended, so a flood of items costs one batch at a time; and never with more than
   * `most` items.
   */
  constructor(
    private readonly work: (items: Item[]) => Promise<Answer>,
    private readonly most = Infinity,
  ) {}

  /** What the work on the batch of this item gives. It begins after the call. Rejects as `work` does. */
  add(item: Item): Promise<Answer> {
    if (!this.next || this.next.items.length >= this.most) this.next = this.open();
    this.next.items.push(item);
    return this.next.answer;
  }

  private open(): Batch<Item, Answer> {
    const items: Item[] = [];
    const answer = this.last.then(async () => {
      await new Promise(setImmediate); // all of this turn of the event loop
      if (this.next === batch) this.next = undefined;
      return this.work(items);
    });
    const batch = { items, answer };
    this.last = answer.catch(() => undefined);
    return batch;
  }
}
