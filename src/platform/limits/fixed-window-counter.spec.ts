import { FixedWindowCounter } from './fixed-window-counter';

describe('FixedWindowCounter', () => {
  const counts = (): FixedWindowCounter => new FixedWindowCounter(1000);

  it('counts each key for itself and tells what is left of the window', () => {
    const some = counts();
    expect(some.add('a', 5_100)).toEqual({ count: 1, leftMs: 900 });
    expect(some.add('a', 5_999)).toEqual({ count: 2, leftMs: 1 });
    expect(some.add('b', 5_999)).toEqual({ count: 1, leftMs: 1 });
  });

  it('begins anew with the next window', () => {
    const some = counts();
    some.add('a', 5_999);
    expect(some.add('a', 6_000)).toEqual({ count: 1, leftMs: 1000 });
  });

  it('tells what it has counted without counting', () => {
    const some = counts();
    for (let n = 0; n < 3; n++) some.add('a', 5_000);
    expect([some.countOf('a', 5_999), some.countOf('a', 5_999), some.countOf('b', 5_999)]).toEqual([3, 3, 0]);
    expect(some.countOf('a', 6_000)).toBe(0);
  });

  it('adds what other replicas have counted to what it has counted since', () => {
    const some = counts();
    for (let n = 0; n < 3; n++) some.add('a', 5_000);
    const [synced] = some.unsynced(10, 5_000);
    expect(synced).toEqual({ key: 'a', window: 5, count: 3 });
    some.add('a', 5_001); // while the store is being synced
    some.sync(synced!, 10);
    expect(some.add('a', 5_002).count).toBe(12);
    expect(some.unsynced(10, 5_002)).toEqual([{ key: 'a', window: 5, count: 2 }]);
  });

  it('tells nothing of a window that has passed, and learns nothing of it', () => {
    const some = counts();
    some.add('a', 5_000);
    const [synced] = some.unsynced(10, 5_000);
    expect(some.unsynced(10, 6_000)).toEqual([]);
    some.add('a', 6_000);
    some.sync(synced!, 100);
    expect(some.add('a', 6_001).count).toBe(2);
  });

  it('tells of so many keys at a time', () => {
    const some = counts();
    for (const key of ['a', 'b', 'c']) some.add(key, 5_000);
    const first = some.unsynced(2, 5_000);
    expect(first).toHaveLength(2);
    for (const synced of first) some.sync(synced, 1);
    expect(some.unsynced(2, 5_000)).toHaveLength(1);
  });
});
