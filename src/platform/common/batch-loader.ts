import { Batcher } from './batcher';

/** Questions about single keys, asked together as {@link Batcher} does, about each key once. */
export class BatchLoader<Row> {
  private readonly questions: Batcher<string, Map<string, Row>>;

  /** `ask` is never given more than `most` keys. */
  constructor(ask: (keys: string[]) => Promise<Map<string, Row>>, most?: number) {
    this.questions = new Batcher((keys) => ask([...new Set(keys)]), most);
  }

  /** The row of a key, as it is at some moment after the call. Rejects as `ask` does. */
  async find(key: string): Promise<Row | undefined> {
    return (await this.questions.add(key)).get(key);
  }
}
