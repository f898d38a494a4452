import * as fc from 'fast-check';
import { RevisionWindow } from './revision-window';

describe('the revisions that have been seen', () => {
  const seen = (...revisions: number[]): RevisionWindow => new RevisionWindow(revisions, 0);

  it('begin with the last ones of the log, whatever their order', () => {
    expect(seen(7, 5, 6).highest).toBe(7);
    expect(seen(7, 5, 6).missing(0)).toEqual([]);
    expect(seen().highest).toBe(0);
  });

  it('leave those to be waited for that were skipped, also at the start', () => {
    const window = seen(10, 12);
    expect(window.missing(0)).toEqual([11]);
    window.see(15, 1_000);
    expect(window.missing(1_000)).toEqual([11, 13, 14]);
  });

  it('may come late', () => {
    const window = seen(10, 13);
    window.see(11, 500);
    expect(window.missing(500)).toEqual([12]);
    expect(window.highest).toBe(13);
  });

  it('are waited for ten seconds, each from when it was skipped', () => {
    const window = seen(10, 12);
    window.see(14, 4_000);
    expect(window.missing(9_999)).toEqual([11, 13]);
    expect(window.missing(10_000)).toEqual([13]);
    expect(window.missing(14_000)).toEqual([]);
  });

  it('may jump far without a gap that fills the memory', () => {
    const window = seen(1);
    window.see(1_000_000_000, 0);
    expect(window.highest).toBe(1_000_000_000);
    expect(window.missing(0).length).toBeLessThanOrEqual(50_000);
  });

  it('are each seen once, in whatever order transactions commit within the patience', () => {
    const orders = fc.shuffledSubarray(
      Array.from({ length: 20 }, (_, index) => index + 1),
      { minLength: 20 },
    );
    fc.assert(
      fc.property(orders, (order) => {
        const window = seen();
        const told = order.map((revision) => {
          const isAskedFor = revision > window.highest || window.missing(0).includes(revision);
          if (isAskedFor) window.see(revision, 0);
          return isAskedFor;
        });
        expect(told).not.toContain(false);
        expect(window.missing(0)).toEqual([]);
      }),
    );
  });
});
