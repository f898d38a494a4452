import * as fc from 'fast-check';
import { CommitOrder } from './commit-order';

const revisions = (...numbers: number[]): { revision: string }[] =>
  numbers.map((number) => ({ revision: String(number) }));
const writers = (...names: string[]): Set<string> => new Set(names);

describe('CommitOrder', () => {
  it.each<[what: string, seen: number[], passed: number[]]>([
    ['passes what follows without a gap', [1, 2, 3], [1, 2, 3]],
    ['stops in front of a gap that it has just met', [1, 3, 4], [1]],
    ['stops at once when the first is missing', [2], []],
    ['passes nothing where there is nothing', [], []],
  ])('%s', (_, seen, passed) => {
    expect(new CommitOrder(0n).pass(revisions(...seen), writers())).toEqual(revisions(...passed));
  });

  it('passes a gap when nobody was writing after it was met', () => {
    const order = new CommitOrder(0n);
    order.pass(revisions(2, 3), writers());
    expect(order.pass(revisions(2, 3), writers())).toEqual(revisions(2, 3));
  });

  it('passes a gap once those have ended that were writing when it was met, whatever has begun since', () => {
    const order = new CommitOrder(0n);
    expect(order.pass(revisions(2), writers())).toEqual([]);
    expect(order.pass(revisions(2), writers('a', 'b'))).toEqual([]);
    expect(order.pass(revisions(2, 3), writers('b', 'c'))).toEqual([]);
    expect(order.isWaiting).toBe(true);
    expect(order.pass(revisions(2, 3), writers('c', 'd'))).toEqual(revisions(2, 3));
    expect(order.isWaiting).toBe(false);
  });

  it('waits anew for a gap that it has met since', () => {
    const order = new CommitOrder(0n);
    expect(order.pass(revisions(2), writers())).toEqual([]);
    expect(order.pass(revisions(2, 4), writers())).toEqual(revisions(2));
    expect(order.pass(revisions(4), writers('a'))).toEqual([]);
    expect(order.pass(revisions(3, 4), writers())).toEqual(revisions(3, 4));
  });

  it('passes a gap that it has met when the one before was settled, once that is settled too', () => {
    const order = new CommitOrder(0n);
    order.pass(revisions(2), writers());
    expect(order.pass(revisions(2, 4), writers())).toEqual(revisions(2));
    expect(order.pass(revisions(4, 5), writers())).toEqual(revisions(4, 5));
  });

  /**
   * A log as PostgreSQL keeps it: a transaction locks the table, draws revisions, and ends, in any order with others. Who is writing and
   * what is there are asked for one after the other, and in between others go on.
   */
  it('skips no event and repeats none, in whatever order transactions draw and end', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constant('lock' as const) },
      { weight: 3, arbitrary: fc.record({ draw: fc.nat() }) },
      { weight: 3, arbitrary: fc.record({ end: fc.nat(), commits: fc.boolean() }) },
      { weight: 2, arbitrary: fc.constant('ask' as const) },
      { weight: 2, arbitrary: fc.constant('read' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 4 }), (steps, limit) => {
        const order = new CommitOrder(0n);
        let transactions = 0;
        let drawn = 0;
        const running = new Map<string, number[]>();
        const log: number[] = [];
        const passed: number[] = [];
        let asked: Set<string> | undefined;
        const read = (): number => {
          const seen = log.filter((each) => BigInt(each) > order.position).sort((a, b) => a - b);
          const got = order.pass(revisions(...seen.slice(0, limit)), asked ?? writers(...running.keys()));
          asked = undefined;
          passed.push(...got.map(({ revision }) => Number(revision)));
          return got.length;
        };
        for (const each of steps) {
          const some = (n: number): string => [...running.keys()][n % running.size]!;
          if (each === 'read') read();
          else if (each === 'ask') asked ??= writers(...running.keys());
          else if (each === 'lock') running.set(`t${++transactions}`, []);
          else if (running.size === 0) continue;
          else if ('draw' in each) running.get(some(each.draw))!.push(++drawn);
          else {
            const transaction = some(each.end);
            if (each.commits) log.push(...running.get(transaction)!);
            running.delete(transaction);
          }
        }
        running.clear();
        asked = undefined;
        while (read() > 0 || read() > 0);
        expect(passed).toEqual(log.sort((a, b) => a - b));
      }),
      { numRuns: 2_000 },
    );
  });
});
