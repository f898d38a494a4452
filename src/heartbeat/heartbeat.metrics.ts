import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/common/clock';
import { BeatFlusher } from './beat-flusher';
import { HeartbeatService } from './heartbeat.service';
import { HeartbeatSweeper } from './sweep/heartbeat.sweeper';
import { HeartbeatBuffer } from '../liveness/heartbeat-buffer';
import { Instruments, type Sample } from '../platform/observability/instruments';
import { defineMetrics } from '../platform/observability/metric-definitions';

const METRICS = defineMetrics({
  agent_heartbeats_total: {
    type: 'counter',
    help: 'Heartbeats that arrived, each one of a batch for itself. result is accepted, invalid, forbidden, not_registered, superseded or unavailable.',
    labels: ['result'],
  },
  heartbeat_buffer_size: {
    type: 'gauge',
    help: 'Agents whose last heartbeat is acknowledged and not yet in the database.',
    labels: [],
  },
  heartbeat_flush_duration_seconds: {
    type: 'histogram',
    help: 'Time that writing the acknowledged heartbeats took, also when it failed.',
    labels: [],
  },
  heartbeat_flush_lag_seconds: {
    type: 'gauge',
    help: 'Age of the oldest acknowledged heartbeat that is not in the database, whatever came after it; 0 when there is none.',
    labels: [],
    ofWorkers: 'max',
  },
  heartbeat_sweep_duration_seconds: {
    type: 'histogram',
    help: 'Time that a sweep took, of those that this replica ran.',
    labels: [],
  },
  heartbeat_sweep_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'Unix time of the last sweep that this replica ran, or saw another one run; 0 before the first.',
    labels: [],
    ofWorkers: 'max',
  },
  heartbeat_protection_active: {
    type: 'gauge',
    help: '1 while self-preservation holds agents that seem to have died together, else 0.',
    labels: [],
    ofWorkers: 'max',
  },
});

/** Heartbeats in, heartbeats written, and the sweep. */
@Injectable()
export class HeartbeatMetrics {
  constructor(
    instruments: Instruments,
    heartbeats: HeartbeatService,
    buffer: HeartbeatBuffer,
    flusher: BeatFlusher,
    sweeper: HeartbeatSweeper,
    clock: Clock,
  ) {
    instruments.counter(METRICS.agent_heartbeats_total, () =>
      Object.entries(heartbeats.results).map(([result, count]): Sample => [{ result }, count]),
    );
    instruments.gauge(METRICS.heartbeat_buffer_size, () => buffer.size);
    instruments.histogram(METRICS.heartbeat_flush_duration_seconds, () => [[{}, flusher.durations]]);
    instruments.gauge(METRICS.heartbeat_flush_lag_seconds, () => flusher.lagMs() / 1000);
    instruments.histogram(METRICS.heartbeat_sweep_duration_seconds, () => [[{}, sweeper.durations]]);
    instruments.gauge(METRICS.heartbeat_sweep_last_success_timestamp_seconds, () =>
      sweeper.lastSuccess === undefined ? 0 : unixTime(sweeper.lastSuccess, clock),
    );
    instruments.gauge(METRICS.heartbeat_protection_active, () => (sweeper.report().isProtecting ? 1 : 0));
  }
}

/** Of a moment of the monotonic clock; to the tenth of a second, so that it stands still between sweeps. */
function unixTime(at: number, clock: Clock): number {
  return Math.round((clock.now().getTime() - (clock.monotonicMs() - at)) / 100) / 10;
}
