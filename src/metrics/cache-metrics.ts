import { Injectable } from '@nestjs/common';
import { TieredCache } from '../platform/cache/tiered-cache';
import { Instruments, type Sample } from './instruments';

/** What the cache was asked, tier by tier. */
@Injectable()
export class CacheMetrics {
  constructor(instruments: Instruments, { requests }: TieredCache) {
    instruments.counter('cache_requests_total', () =>
      Object.entries(requests).flatMap(([tier, results]) =>
        Object.entries(results).map(([result, count]): Sample => [{ tier, result }, count]),
      ),
    );
  }
}
