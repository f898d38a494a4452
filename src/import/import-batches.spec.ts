import { cutBatches } from './import-batches';

function agents(count: number, size = 0) {
  return Array.from({ length: count }, (_, index) => ({
    definition: { id: `a-${index}`, name: 'x'.repeat(size) },
    lines: [index],
  }));
}

function sizes(cuts: ReturnType<typeof cutBatches>): (number | string)[] {
  return [...cuts].map((cut) => ('batch' in cut ? cut.batch.length : `unsendable ${cut.unsendable.definition.id}`));
}

describe('cutBatches', () => {
  it('cuts by number', () => {
    expect(sizes(cutBatches(agents(0)))).toEqual([]);
    expect(sizes(cutBatches(agents(200)))).toEqual([200]);
    expect(sizes(cutBatches(agents(401)))).toEqual([200, 200, 1]);
  });

  it('cuts by bytes', () => {
    expect(sizes(cutBatches(agents(5, 1000), 200, 2500))).toEqual([2, 2, 1]);
    expect(sizes(cutBatches(agents(100, 64 * 1024)))).toEqual([47, 47, 6]);
  });

  it('sets aside what fits no batch, and counts bytes, not characters', () => {
    const [first, second] = [agents(1, 10), [{ definition: { id: 'b', name: 'ä'.repeat(60) }, lines: [2] }]];
    expect(sizes(cutBatches([...first, ...second, ...first], 200, 120))).toEqual(['unsendable b', 2]);
  });
});
