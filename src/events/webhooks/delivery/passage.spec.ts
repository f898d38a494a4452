import * as fc from 'fast-check';
import { Passage } from './passage';

const AT = (n: number): Date => new Date(n * 1000);

describe('Passage', () => {
  it('has passed what is done without a gap, whatever the order in which events end', () => {
    const orders = fc.integer({ min: 1, max: 12 }).chain((count) => {
      const revisions = Array.from({ length: count }, (_, n) => n + 1);
      return fc.shuffledSubarray(revisions, { minLength: count });
    });
    fc.assert(
      fc.property(orders, (order) => {
        const passage = new Passage('0');
        for (let n = 1; n <= order.length; n++) passage.begin(String(n), AT(n));
        const done = new Set<number>();
        for (const revision of order) {
          passage.end(String(revision));
          done.add(revision);
          let through = 0;
          while (done.has(through + 1)) through++;
          expect(passage.position).toBe(String(through));
          expect(passage.size).toBe(order.length - through);
          expect(passage.oldestAt).toEqual(through === order.length ? undefined : AT(through + 1));
        }
      }),
    );
  });

  it('passes revisions without an event only when nothing before them is under way', () => {
    const passage = new Passage('4');
    passage.skip('7');
    expect(passage.position).toBe('7');
    passage.begin('9', AT(9));
    passage.skip('12');
    expect(passage.position).toBe('7');
    passage.end('9');
    expect(passage.position).toBe('9');
  });

  it('is not moved by the end of an event that is not under way', () => {
    const passage = new Passage('4');
    passage.end('3');
    expect(passage.position).toBe('4');
  });
});
