import { Injectable } from '@nestjs/common';
import { Instruments } from '../observability/instruments';
import { defineMetrics } from '../observability/metric-definitions';
import { StreamHub } from './stream-hub';

const METRICS = defineMetrics({
  streams_open: {
    type: 'gauge',
    help: 'Streams that are open, by what they are of.',
    labels: ['kind'],
  },
  streams_ended_total: {
    type: 'counter',
    help: 'Streams that have ended. reason is client, slow (it did not read), access (its token is revoked or changed), shutdown, gone (its cursor is) or failed.',
    labels: ['kind', 'reason'],
  },
  streams_refused_total: {
    type: 'counter',
    help: 'Streams that were refused, because STREAMS_MAX were open.',
    labels: [],
  },
  stream_bytes_total: {
    type: 'counter',
    help: 'Bytes that were written to streams, counted when they end.',
    labels: ['kind'],
  },
});

/** Counts streams: they are in no metric of requests. */
@Injectable()
export class StreamMetrics {
  constructor(instruments: Instruments, hub: StreamHub) {
    instruments.gauge(METRICS.streams_open, () => [...hub.openByKind].map(([kind, count]) => [{ kind }, count]));
    instruments.counter(METRICS.streams_ended_total, () =>
      [...hub.ended].map(([labels, count]) => [JSON.parse(labels) as Record<string, string>, count]),
    );
    instruments.counter(METRICS.streams_refused_total, () => hub.refused);
    instruments.counter(METRICS.stream_bytes_total, () => [...hub.bytes].map(([kind, count]) => [{ kind }, count]));
  }
}
