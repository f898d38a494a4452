import { Injectable } from '@nestjs/common';
import { DatabaseMonitor } from './database-monitor';
import { HealthChecks } from '../observability/health-checks';

/** Whether PostgreSQL answers. Asked on the watch's own connection, so a busy pool is not mistaken for a lost database. */
@Injectable()
export class DatabaseIndicator {
  constructor(checks: HealthChecks, watch: DatabaseMonitor) {
    checks.add({
      name: 'database',
      isVital: true,
      look: async () =>
        (await watch.answers()) ? { isUp: true } : { isUp: false, details: { message: 'cannot be reached' } },
    });
  }
}
