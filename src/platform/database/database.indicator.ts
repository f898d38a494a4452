import { Injectable } from '@nestjs/common';
import { DatabaseMonitor } from './database-monitor';
import { HealthChecks } from '../observability/health-checks';

const REFUSALS = { read_only: 'is read-only', full: 'has no room left', empty: 'has no tables of the registry' };

/** Whether PostgreSQL answers, and takes writes. Asked on the watch's own connection, so a busy pool is not mistaken for a lost database. */
@Injectable()
export class DatabaseIndicator {
  constructor(checks: HealthChecks, watch: DatabaseMonitor) {
    checks.add({
      name: 'database',
      isVital: true,
      look: async () => {
        if (!(await watch.answers())) return { isUp: false, details: { message: 'cannot be reached' } };
        return watch.refusal ? { isUp: false, details: { message: REFUSALS[watch.refusal] } } : { isUp: true };
      },
    });
  }
}
