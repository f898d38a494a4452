import { Registry } from 'prom-client';
import { registerReadable, type MetricSample } from './prom-client';

describe('The private API of prom-client', () => {
  it('asks a metric for its name and its samples, and nothing else', async () => {
    const registry = new Registry();
    const values: MetricSample[] = [
      { labels: { le: 1, of: 'a' }, value: 2, metricName: 'x_seconds_bucket' },
      { labels: { of: 'a' }, value: 3, metricName: 'x_seconds_sum' },
    ];
    const sample = { name: 'x_seconds', help: 'Of x.', type: 'histogram', aggregator: 'sum', values };
    registerReadable(registry, { name: 'x_seconds', get: () => Promise.resolve(sample) });
    expect(await registry.metrics()).toBe(
      '# HELP x_seconds Of x.\n# TYPE x_seconds histogram\nx_seconds_bucket{le="1",of="a"} 2\nx_seconds_sum{of="a"} 3\n',
    );
    expect(await registry.getMetricsAsJSON()).toEqual([sample]);
  });
});
