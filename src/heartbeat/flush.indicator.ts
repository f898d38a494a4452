import { Injectable } from '@nestjs/common';
import { BeatFlusher } from './beat-flusher';
import { ReplicaLease } from './replica-lease';
import { HealthChecks } from '../platform/observability/health-checks';

/** Whether acknowledged heartbeats get into the database, and whether more are acknowledged. */
@Injectable()
export class FlushIndicator {
  constructor(checks: HealthChecks, flusher: BeatFlusher, lease: ReplicaLease) {
    checks.add({
      name: 'heartbeat_flush',
      look: () => {
        const details = { oldest_unflushed_seconds: Math.round(flusher.lagMs()) / 1000 };
        return { isUp: !flusher.isLate, details };
      },
    });
    // Vital: load balancers should send agents to replicas that can write their heartbeats.
    checks.add({
      name: 'heartbeat_intake',
      isVital: true,
      look: () =>
        lease.isHeld ? { isUp: true } : { isUp: false, details: { message: 'heartbeats could not be kept' } },
    });
  }
}
