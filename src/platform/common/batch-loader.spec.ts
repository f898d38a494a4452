import { BatchLoader } from './batch-loader';

/** Answers when it is told to. */
class Store {
  readonly questions: string[][] = [];
  private answers: ((error?: Error) => void)[] = [];

  readonly ask = (keys: string[]): Promise<Map<string, string>> => {
    this.questions.push(keys);
    return new Promise((resolve, reject) => {
      this.answers.push((error) =>
        error ? reject(error) : resolve(new Map(keys.map((key) => [key, `row of ${key}`]))),
      );
    });
  };

  /** Waits for the question before it answers it. */
  async answer(error?: Error): Promise<void> {
    while (this.answers.length === 0) await new Promise(setImmediate);
    this.answers.shift()!(error);
  }
}

describe('BatchLoader', () => {
  it('asks once for all keys of a turn, and for each key once', async () => {
    const store = new Store();
    const lookup = new BatchLoader(store.ask);
    const found = Promise.all(['a', 'b', 'a'].map((key) => lookup.find(key)));
    await store.answer();
    expect(await found).toEqual(['row of a', 'row of b', 'row of a']);
    expect(store.questions).toEqual([['a', 'b']]);
  });

  it('asks one question at a time, and answers nobody from a question that was asked before', async () => {
    const store = new Store();
    const lookup = new BatchLoader(store.ask);
    const first = lookup.find('a');
    while (store.questions.length === 0) await new Promise(setImmediate);
    const later = [lookup.find('a'), lookup.find('b')];
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    expect(store.questions).toEqual([['a']]);
    await store.answer();
    expect(await first).toBe('row of a');
    await store.answer();
    expect(await Promise.all(later)).toEqual(['row of a', 'row of b']);
    expect(store.questions).toEqual([['a'], ['a', 'b']]);
  });

  it('fails those who asked, and nobody after them', async () => {
    const store = new Store();
    const lookup = new BatchLoader(store.ask);
    const first = lookup.find('a');
    await store.answer(new Error('away'));
    await expect(first).rejects.toThrow('away');
    const second = lookup.find('a');
    await store.answer();
    expect(await second).toBe('row of a');
  });
});
