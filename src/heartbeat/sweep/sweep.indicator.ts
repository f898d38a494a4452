import { Injectable } from '@nestjs/common';
import { HeartbeatSweeper } from './heartbeat.sweeper';
import { HealthChecks } from '../../platform/observability/health-checks';

/** Whether agents that fall silent are being found: the sweep runs, and believes what it sees. */
@Injectable()
export class SweepIndicator {
  constructor(checks: HealthChecks, sweeper: HeartbeatSweeper) {
    checks.add({
      name: 'heartbeat_sweep',
      look: () => {
        const { isProtecting, isLate, secondsSinceSuccess } = sweeper.report();
        const details = { protection_active: isProtecting, last_success_seconds_ago: secondsSinceSuccess };
        return { isUp: !isProtecting && !isLate, details };
      },
    });
  }
}
