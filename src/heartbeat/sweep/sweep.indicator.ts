import { Injectable } from '@nestjs/common';
import { HeartbeatSweeper } from './heartbeat.sweeper';
import { HealthChecks } from '../../platform/observability/health-checks';

/** Whether agents that fall silent are found: the sweep runs, and holds no agents. */
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
