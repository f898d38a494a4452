import { ApiProperty } from '@nestjs/swagger';

export class ServiceHealthDto {
  @ApiProperty({
    enum: ['healthy', 'degraded', 'unhealthy'],
    example: 'healthy',
    description: '`unhealthy`: something vital is down, and the answer is 503; `degraded`: something else is.',
  })
  status!: 'healthy' | 'degraded' | 'unhealthy';

  @ApiProperty({
    type: Object,
    additionalProperties: true,
    example: { database: { status: 'up' } },
    description: 'Each check by its name: `status` (`up` or `down`), and what there is to say of it.',
  })
  details!: Record<string, unknown>;
}

export class LivenessDto {
  @ApiProperty({ enum: ['alive'], description: 'Always `alive`.' })
  status!: 'alive';
}
