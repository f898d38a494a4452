/** Questions about single keys, asked together: what is wanted while one question is under way goes into the next one. */
export class BatchedLookup<Row> {
  private next: { keys: Set<string>; answer: Promise<Map<string, Row>> } | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** `ask` is never called again before it has answered, so a flood of keys that nobody has costs one question at a time. */
  constructor(private readonly ask: (keys: string[]) => Promise<Map<string, Row>>) {}

  /** The row of a key, as it is at some moment after the call. Rejects as `ask` does. */
  async find(key: string): Promise<Row | undefined> {
    this.next ??= this.open();
    this.next.keys.add(key);
    return (await this.next.answer).get(key);
  }

  private open(): { keys: Set<string>; answer: Promise<Map<string, Row>> } {
    const keys = new Set<string>();
    const answer = this.last.then(async () => {
      await new Promise(setImmediate); // all of this turn of the event loop
      this.next = undefined;
      return this.ask([...keys]);
    });
    this.last = answer.catch(() => undefined);
    return { keys, answer };
  }
}
