import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { HeartbeatSweeper } from '../heartbeat/heartbeat.sweeper';

/** Whether agents that fall silent are being found: the sweep runs, and believes what it sees. */
@Injectable()
export class SweepIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly sweeper: HeartbeatSweeper,
  ) {}

  check(): HealthIndicatorResult {
    const indicator = this.indicators.check('heartbeat_sweep');
    const { isProtecting, isLate, secondsSinceSuccess } = this.sweeper.report();
    const details = { protection_active: isProtecting, last_success_seconds_ago: secondsSinceSuccess };
    return isProtecting || isLate ? indicator.down(details) : indicator.up(details);
  }
}
