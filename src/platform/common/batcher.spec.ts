import { Batcher } from './batcher';

describe('Batcher', () => {
  it('takes no more than so many at a time, in their order, and one batch after the other', async () => {
    const batches: number[][] = [];
    let underWay = 0;
    const batched = new Batcher(async (items: number[]) => {
      expect(++underWay).toBe(1);
      batches.push(items);
      await new Promise(setImmediate);
      underWay--;
      return batches.length;
    }, 3);
    const first = [1, 2, 3, 4, 5, 6, 7].map((item) => batched.add(item));
    expect(await first[0]).toBe(1);
    const later = [8, 9, 10].map((item) => batched.add(item));
    expect(await Promise.all([...first, ...later])).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4]);
    expect(batches).toEqual([[1, 2, 3], [4, 5, 6], [7, 8, 9], [10]]);
  });

  it('goes on after a batch that failed, which fails its own items alone', async () => {
    const batched = new Batcher((items: string[]) =>
      items.includes('bad') ? Promise.reject(new Error('refused')) : Promise.resolve(items.join()),
    );
    const answers = [batched.add('good'), batched.add('bad')];
    for (const answer of answers) await expect(answer).rejects.toThrow('refused');
    expect(await batched.add('better')).toBe('better');
  });
});
