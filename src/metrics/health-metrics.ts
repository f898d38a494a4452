import { Injectable } from '@nestjs/common';
import { HealthChecks } from '../health/health-checks';
import { Instruments, type Sample } from './instruments';

/** What `/health` says, check by check. */
@Injectable()
export class HealthMetrics {
  private checks: Sample[] = [];

  constructor(instruments: Instruments, health: HealthChecks) {
    instruments.beforeScrape(async () => {
      const { details } = await health.health();
      this.checks = Object.entries(details).map(([check, { status }]): Sample => [{ check }, status === 'up' ? 1 : 0]);
    });
    instruments.gauge('health_check_up', () => this.checks);
  }
}
