import { Instruments, ScrapedRegistry, type Sample } from './instruments';
import { defineMetrics } from './metric-definitions';

const METRICS = defineMetrics({
  without_labels: { type: 'gauge', help: 'One number.', labels: [] },
  with_labels: { type: 'gauge', help: 'One number a name.', labels: ['name'] },
  without_labels_total: { type: 'counter', help: 'One total.', labels: [] },
  with_labels_total: { type: 'counter', help: 'One total a name.', labels: ['name'] },
});

describe('a metric', () => {
  it.each(['without_labels', 'without_labels_total'] as const)('%s has the one number that is read', async (name) => {
    const { read, scrape } = metric(name);
    read.mockReturnValue([[{}, 3]]);
    expect(await scrape()).toEqual([`${name} 3`]);
    read.mockReturnValue([[{}, 0]]);
    expect(await scrape()).toEqual([`${name} 0`]);
  });

  it.each(['with_labels', 'with_labels_total'] as const)(
    '%s has a number for each label that is read',
    async (name) => {
      const { read, scrape } = metric(name);
      read.mockReturnValue([
        [{ name: 'a' }, 1],
        [{ name: 'b' }, 2],
      ]);
      expect(await scrape()).toEqual([`${name}{name="a"} 1`, `${name}{name="b"} 2`]);
    },
  );

  it.each(Object.keys(METRICS) as (keyof typeof METRICS)[])('%s is absent while nothing is read', async (name) => {
    const { read, scrape } = metric(name);
    expect(await scrape()).toEqual([]);
    read.mockReturnValue([[{ ...(METRICS[name].labels.length > 0 && { name: 'a' }) }, 1]]);
    expect(await scrape()).toHaveLength(1);
    read.mockReturnValue([]);
    expect(await scrape()).toEqual([]);
  });
});

/** One metric alone, what it reads, and the samples of a scrape. */
function metric(name: keyof typeof METRICS) {
  const registry = new ScrapedRegistry();
  const instruments = new Instruments(registry);
  const read = jest.fn((): Sample[] => []);
  if (METRICS[name].type === 'gauge') instruments.gauge(METRICS[name], read);
  else instruments.counter(METRICS[name], read);
  const scrape = async (): Promise<string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { read, scrape };
}
