import * as fc from 'fast-check';
import { CommitOrder } from './commit-order';

const revisions = (...numbers: number[]): { revision: string }[] =>
  numbers.map((number) => ({ revision: String(number) }));

describe('CommitOrder', () => {
  it.each<[what: string, seen: number[], xmin: bigint, xmax: bigint, passed: number[]]>([
    ['passes what follows without a gap, whatever runs', [1, 2, 3], 5n, 9n, [1, 2, 3]],
    ['stops in front of a gap while a transaction runs', [1, 3, 4], 5n, 9n, [1]],
    ['passes a gap that no transaction can fill', [1, 3, 4], 9n, 9n, [1, 3, 4]],
    ['stops at once when the first is missing', [2], 5n, 9n, []],
    ['passes nothing where there is nothing', [], 5n, 9n, []],
  ])('%s', (_, seen, xmin, xmax, passed) => {
    expect(new CommitOrder(0n).pass(revisions(...seen), { xmin, xmax })).toEqual(revisions(...passed));
  });

  it('passes a gap once those have ended that ran when it was first seen, whatever has begun since', () => {
    const order = new CommitOrder(0n);
    expect(order.pass(revisions(2), { xmin: 5n, xmax: 9n })).toEqual([]);
    expect(order.pass(revisions(2, 3), { xmin: 8n, xmax: 20n })).toEqual([]);
    expect(order.isWaiting).toBe(true);
    expect(order.pass(revisions(2, 3), { xmin: 9n, xmax: 30n })).toEqual(revisions(2, 3));
    expect(order.isWaiting).toBe(false);
  });

  it('waits anew for a gap that it has met since', () => {
    const order = new CommitOrder(0n);
    expect(order.pass(revisions(2), { xmin: 5n, xmax: 9n })).toEqual([]);
    expect(order.pass(revisions(2, 4), { xmin: 9n, xmax: 12n })).toEqual(revisions(2));
    expect(order.pass(revisions(4), { xmin: 11n, xmax: 15n })).toEqual([]);
    expect(order.pass(revisions(3, 4), { xmin: 12n, xmax: 15n })).toEqual(revisions(3, 4));
  });

  /** A log as PostgreSQL keeps it: a transaction gets its id, draws a revision, and ends, in any order with others. */
  it('skips no event and repeats none, in whatever order transactions draw and end', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constant('draw' as const) },
      { weight: 3, arbitrary: fc.record({ end: fc.nat(), commits: fc.boolean() }) },
      { weight: 2, arbitrary: fc.constant('read' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, limit) => {
        const order = new CommitOrder(0n);
        let transactions = 0n;
        let drawn = 0;
        const running = new Map<bigint, number>();
        const log: number[] = [];
        const passed: number[] = [];
        const read = (): number => {
          const xmax = transactions + 1n;
          const xmin = [...running.keys()].reduce((least, id) => (id < least ? id : least), xmax);
          const seen = log.filter((each) => BigInt(each) > order.position).sort((a, b) => a - b);
          const got = order.pass(revisions(...seen.slice(0, limit)), { xmin, xmax });
          passed.push(...got.map(({ revision }) => Number(revision)));
          return got.length;
        };
        for (const each of steps) {
          if (each === 'read') read();
          else if (each === 'draw') running.set(++transactions, ++drawn);
          else if (running.size > 0) {
            const [id, revision] = [...running][each.end % running.size]!;
            running.delete(id);
            if (each.commits) log.push(revision);
          }
        }
        running.clear();
        while (read() > 0);
        expect(passed).toEqual(log.sort((a, b) => a - b));
      }),
    );
  });
});
