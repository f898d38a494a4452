import { Injectable } from '@nestjs/common';
import { Instruments } from '../../platform/observability/instruments';
import { defineMetrics } from '../../platform/observability/metric-definitions';
import { EventLogReader } from './event-log.reader';

const METRICS = defineMetrics({
  event_log_held_up_seconds: {
    type: 'gauge',
    help: 'For how long the reader of the event log has not got on although there may be events. It grows while a transaction is open that may add earlier ones, or while the log cannot be read; up to a second is usual.',
    labels: [],
    ofWorkers: 'max',
  },
  event_log_followers: {
    type: 'gauge',
    help: 'Who follows the event log in this process: webhooks, watches, long polls and feeds, of which streams that want the same are one.',
    labels: [],
  },
  event_log_window_bytes: {
    type: 'gauge',
    help: 'About how much memory the last events take, which are kept for those who follow.',
    labels: [],
  },
});

/** How far the event log is read for all who follow it on this replica. */
@Injectable()
export class EventLogMetrics {
  constructor(instruments: Instruments, reader: EventLogReader) {
    instruments.gauge(METRICS.event_log_held_up_seconds, () => reader.heldUpSeconds);
    instruments.gauge(METRICS.event_log_followers, () => reader.following);
    instruments.gauge(METRICS.event_log_window_bytes, () => reader.held.bytes);
  }
}
