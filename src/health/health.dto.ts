import { ApiProperty } from '@nestjs/swagger';
import type { CheckState } from '../platform/observability/health-checks';

export class ServiceHealthDto {
  @ApiProperty({
    enum: ['healthy', 'degraded', 'unhealthy'],
    example: 'healthy',
    description: '`unhealthy`: something vital is down, and the answer is 503; `degraded`: something else is.',
  })
  status!: 'healthy' | 'degraded' | 'unhealthy';

  @ApiProperty({
    type: 'object',
    description: 'Each check by its name, and what there is to say of it. `disabled`: it is not configured.',
    additionalProperties: {
      type: 'object',
      properties: { status: { type: 'string', enum: ['up', 'down', 'disabled'] } },
      required: ['status'],
      additionalProperties: true,
    },
    example: { database: { status: 'up' }, redis: { status: 'disabled' } },
  })
  details!: Record<string, CheckState>;
}

export class LivenessDto {
  @ApiProperty({ enum: ['alive'], description: 'Always `alive`.' })
  status!: 'alive';
}
