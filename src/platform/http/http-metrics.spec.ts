import { Histogram } from '../observability/histogram';
import { HttpMetrics } from './http-metrics';

describe('HttpMetrics', () => {
  it.each<[string | undefined, unknown, string, string]>([
    ['GET', '/agents/:id', 'GET', '/agents/:id'],
    ['PURGE', '/agents/:id', 'other', '/agents/:id'],
    ['other', '/agents', 'other', '/agents'],
    [undefined, undefined, 'other', 'unmatched'],
    ['GET', '/{*path}', 'GET', 'unmatched'],
    ['GET', /agents/, 'GET', 'unmatched'],
  ])('counts %s %s as %s %s', (method, template, expectedMethod, route) => {
    const tally = new HttpMetrics();
    tally.record(method, template, 200, 0.1);
    expect(tally.series()).toMatchObject([{ method: expectedMethod, route, status: 200 }]);
  });

  it('keeps methods, routes and statuses apart and adds up the rest', () => {
    const tally = new HttpMetrics();
    for (const [method, route, status] of [
      ['GET', '/a', 200],
      ['GET', '/a', 404],
      ['PUT', '/a', 200],
      ['GET', '/b', 200],
      ['GET', '/a', 200],
    ] as const)
      tally.record(method, route, status, 0.5);
    const sums = tally.series().map(({ method, route, status, durations }) => [method, route, status, durations.sum]);
    expect(sums.sort()).toEqual([
      ['GET', '/a', 200, 1],
      ['GET', '/a', 404, 0.5],
      ['GET', '/b', 200, 0.5],
      ['PUT', '/a', 200, 0.5],
    ]);
  });
});

describe('Histogram', () => {
  it.each([
    [0, 0],
    [0.001, 0], // a bound belongs to its bucket
    [0.0011, 1],
    [10, 12],
    [10.1, 13],
  ])('puts %d s into bucket %d', (seconds, bucket) => {
    const tally = new Histogram();
    tally.observe(seconds);
    expect(tally.counts.indexOf(1)).toBe(bucket);
    expect(tally.sum).toBe(seconds);
  });
});
