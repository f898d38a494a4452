import { Injectable } from '@nestjs/common';
import { BeatFlusher } from '../heartbeat/beat-flusher';
import { HealthChecks } from './health-checks';

/** Whether acknowledged heartbeats get into the database. */
@Injectable()
export class FlushIndicator {
  constructor(checks: HealthChecks, flusher: BeatFlusher) {
    checks.add({
      name: 'heartbeat_flush',
      look: () => {
        const details = { oldest_unflushed_seconds: Math.round(flusher.lagMs()) / 1000 };
        return { isUp: !flusher.isLate, details };
      },
    });
  }
}
