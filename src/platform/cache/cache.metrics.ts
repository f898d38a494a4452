import { Injectable } from '@nestjs/common';
import { TieredCache } from './tiered-cache';
import { Instruments, type Sample } from '../observability/instruments';
import { defineMetrics } from '../observability/metric-definitions';

const METRICS = defineMetrics({
  cache_requests_total: {
    type: 'counter',
    help: 'Questions to the cache. tier is memory or redis (asked after a miss in memory, for totals of lists only); result is hit, miss, or error: Redis was asked in vain.',
    labels: ['tier', 'result'],
  },
});

/** What the cache was asked, tier by tier. */
@Injectable()
export class CacheMetrics {
  constructor(instruments: Instruments, { requests }: TieredCache) {
    instruments.counter(METRICS.cache_requests_total, () =>
      Object.entries(requests).flatMap(([tier, results]) =>
        Object.entries(results).map(([result, count]): Sample => [{ tier, result }, count]),
      ),
    );
  }
}
