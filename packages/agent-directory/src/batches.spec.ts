import { cutBatches } from './batches';

describe('cutBatches', () => {
  function sizes(count: number, bytes = 0, max?: { agents: number; bytes: number }): number[] {
    const agents = Array.from({ length: count }, (_, index) => ({ index, bytes }));
    const batches = [...cutBatches(agents, (agent) => agent.bytes, max)];
    expect(batches.flat()).toEqual(agents);
    return batches.map((batch) => batch.length);
  }

  it('cuts by number', () => {
    expect(sizes(0)).toEqual([]);
    expect(sizes(200)).toEqual([200]);
    expect(sizes(401)).toEqual([200, 200, 1]);
  });

  it('cuts by bytes', () => {
    expect(sizes(5, 1000, { agents: 200, bytes: 2500 })).toEqual([2, 2, 1]);
    expect(sizes(100, 64 * 1024)).toEqual([47, 47, 6]);
    expect(sizes(3, 1000, { agents: 200, bytes: 10 })).toEqual([1, 1, 1]);
  });
});
