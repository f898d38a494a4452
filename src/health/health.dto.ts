import { ApiProperty } from '@nestjs/swagger';

export class ServiceHealthDto {
  @ApiProperty({ enum: ['healthy', 'degraded', 'unhealthy'], example: 'healthy' })
  status!: 'healthy' | 'degraded' | 'unhealthy';

  @ApiProperty({ type: Object, additionalProperties: true, example: { database: { status: 'up' } } })
  details!: Record<string, unknown>;
}

export class LivenessDto {
  @ApiProperty({ enum: ['alive'] })
  status!: 'alive';
}
