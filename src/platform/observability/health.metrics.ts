import { Injectable } from '@nestjs/common';
import { HealthChecks } from './health-checks';
import { Instruments, type Sample } from './instruments';
import { defineMetrics } from './metric-definitions';

const METRICS = defineMetrics({
  health_check_up: {
    type: 'gauge',
    help: 'Whether a check of /health says up: 1, else 0. check is database, redis, trifecta_court, heartbeat_sweep, heartbeat_flush, heartbeat_intake, or one that a module has added; what is not configured has none.',
    labels: ['check'],
    ofWorkers: 'min',
  },
});

/** What `/health` says, check by check. */
@Injectable()
export class HealthMetrics {
  private checks: Sample[] = [];

  constructor(instruments: Instruments, health: HealthChecks) {
    instruments.beforeScrape(async () => {
      const { details } = await health.health();
      const configured = Object.entries(details).filter(([, { status }]) => status !== 'disabled');
      this.checks = configured.map(([check, { status }]): Sample => [{ check }, status === 'up' ? 1 : 0]);
    });
    instruments.gauge(METRICS.health_check_up, () => this.checks);
  }
}
