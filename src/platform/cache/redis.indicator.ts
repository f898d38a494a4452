import { Injectable } from '@nestjs/common';
import { RedisConnection } from './redis.connection';
import { HealthChecks } from '../observability/health-checks';

/** Whether Redis can be written to. Without it the service is slower and nothing else. */
@Injectable()
export class RedisIndicator {
  constructor(checks: HealthChecks, redis: RedisConnection) {
    checks.add({
      name: 'redis',
      look: async () => {
        const state = await redis.check();
        return state === 'off' ? 'disabled' : { isUp: state === 'up' };
      },
    });
  }
}
