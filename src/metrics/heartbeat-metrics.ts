import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/common/clock';
import { BeatFlusher } from '../heartbeat/beat-flusher';
import { HeartbeatService } from '../heartbeat/heartbeat.service';
import { HeartbeatSweeper } from '../heartbeat/sweep/heartbeat.sweeper';
import { RecentBeats } from '../liveness/recent-beats';
import { Instruments, type Sample } from './instruments';

/** Heartbeats in, heartbeats written, and the sweep. */
@Injectable()
export class HeartbeatMetrics {
  constructor(
    instruments: Instruments,
    heartbeats: HeartbeatService,
    recent: RecentBeats,
    flusher: BeatFlusher,
    sweeper: HeartbeatSweeper,
    clock: Clock,
  ) {
    instruments.counter('agent_heartbeats_total', () =>
      Object.entries(heartbeats.results).map(([result, count]): Sample => [{ result }, count]),
    );
    instruments.gauge('heartbeat_buffer_size', () => recent.size);
    instruments.histogram('heartbeat_flush_duration_seconds', () => [[{}, flusher.durations]]);
    instruments.gauge('heartbeat_flush_lag_seconds', () => flusher.lagMs() / 1000);
    instruments.histogram('heartbeat_sweep_duration_seconds', () => [[{}, sweeper.durations]]);
    instruments.gauge('heartbeat_sweep_last_success_timestamp_seconds', () =>
      sweeper.lastSuccess === undefined ? 0 : unixTime(sweeper.lastSuccess, clock),
    );
    instruments.gauge('heartbeat_protection_active', () => (sweeper.report().isProtecting ? 1 : 0));
  }
}

/** Of a moment of the monotonic clock; to the tenth of a second, so that it stands still between sweeps. */
function unixTime(at: number, clock: Clock): number {
  return Math.round((clock.now().getTime() - (clock.monotonicMs() - at)) / 100) / 10;
}
