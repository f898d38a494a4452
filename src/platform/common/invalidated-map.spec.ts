import { InvalidatedMap } from './invalidated-map';

describe('InvalidatedMap', () => {
  it('keeps a value that has changed elsewhere as stale until it is set anew', () => {
    const map = new InvalidatedMap<number>(10);
    map.set('a', 1);
    map.set('b', 2);
    map.invalidate(['a', 'unknown']);
    expect([map.get('a'), map.isStale('a'), map.isStale('b'), map.isStale('unknown')]).toEqual([1, true, false, false]);
    map.set('a', 3);
    expect([map.get('a'), map.isStale('a')]).toEqual([3, false]);
  });

  it('evicts a value that has changed in this process, stale or not', () => {
    const map = new InvalidatedMap<number>(10);
    map.set('a', 1);
    map.invalidate(['a']);
    map.change('a');
    expect([map.get('a'), map.isStale('a')]).toEqual([undefined, false]);
  });

  it('records every id that changes between the two calls of track, held or not', () => {
    const map = new InvalidatedMap<number>(10);
    map.set('a', 1);
    map.change('before');
    const first = map.track();
    map.change('a');
    const second = map.track();
    map.invalidate(['b', 'c']);
    expect([...second()]).toEqual(['b', 'c']);
    map.change('d');
    expect([...second()]).toEqual(['b', 'c']);
    expect([...first()]).toEqual(['a', 'b', 'c', 'd']);
  });

  it('drops the least recently set beyond its capacity', () => {
    const evicted: number[] = [];
    const map = new InvalidatedMap<number>(2, (value) => evicted.push(value));
    map.set('a', 1);
    expect(map.isFull).toBe(false);
    map.set('b', 2);
    expect(map.isFull).toBe(true);
    map.set('a', 3);
    map.set('c', 4);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
    expect(evicted).toEqual([1, 2]);
  });

  it('hands over each value that leaves, once', () => {
    const evicted: number[] = [];
    const map = new InvalidatedMap<number>(10, (value) => evicted.push(value));
    map.set('a', 1);
    map.change('a');
    map.change('a');
    map.evict('a');
    expect(evicted).toEqual([1]);
  });

  it('misses no change between an answer and the use that is made of it', async () => {
    const map = new InvalidatedMap<string>(10);
    let answer!: (found: string) => void;
    const asked = new Promise<string>((resolve) => (answer = resolve));
    const used = map.during(
      () => asked,
      (found, changed) => {
        if (!changed.has('a')) map.set('a', found);
      },
    );
    // Whatever hears of the same answer in the same turn, or of something else right after it.
    const heard = asked.then(() => map.change('a'));
    answer('as it was');
    await Promise.all([used, heard]);
    expect(map.get('a')).toBeUndefined();
  });
});
