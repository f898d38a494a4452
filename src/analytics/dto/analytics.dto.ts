import { ApiProperty } from '@nestjs/swagger';
import { AGENT_STATUSES } from '../../agent/agent-status';
import { HEALTH_STATUSES } from '../../agent/agent-health';

const COUNTS = { type: Object, additionalProperties: { type: 'integer' } } as const;

export class OverviewDto {
  @ApiProperty({ example: 302, description: 'All but the deregistered.' })
  total_agents!: number;

  @ApiProperty({ example: 120 })
  active_agents!: number;

  @ApiProperty({ example: 118, description: 'Those whose health status is `healthy`.' })
  healthy_agents!: number;

  @ApiProperty({ ...COUNTS, example: { active: 120, inactive: 182 } })
  by_status!: Record<string, number>;

  @ApiProperty({ ...COUNTS, example: { worker: 120, Agent: 182 } })
  agent_types!: Record<string, number>;

  @ApiProperty({ ...COUNTS, example: { processing: 100 } })
  categories!: Record<string, number>;
}

export class UnhealthyAgentDto {
  @ApiProperty({ example: 'data-processor-1' })
  id!: string;

  @ApiProperty({ example: 'DataProcessor' })
  name!: string;

  @ApiProperty({ enum: AGENT_STATUSES, enumName: 'AgentStatus', example: 'unhealthy' })
  status!: string;

  @ApiProperty({ enum: HEALTH_STATUSES, enumName: 'HealthStatus', example: 'stale' })
  health_status!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  last_seen!: string | null;
}

export class FleetHealthDto {
  @ApiProperty({
    example: 0.98,
    description: 'Share of healthy agents among all that ever were alive; 1 when there are none.',
  })
  overall_health!: number;

  @ApiProperty({
    type: [UnhealthyAgentDto],
    description: 'Silent, or unwell by their own report. The first 100 by id.',
  })
  unhealthy_agents!: UnhealthyAgentDto[];

  @ApiProperty({ example: 2, description: 'How many there are in all.' })
  unhealthy_total!: number;

  @ApiProperty({
    ...COUNTS,
    example: { 'data-processor-1': 4 },
    description: 'Intervals missed so far, the 100 longest silences.',
  })
  missed_heartbeats!: Record<string, number>;
}
