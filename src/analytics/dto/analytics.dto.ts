import { ApiProperty } from '@nestjs/swagger';
import { AGENT_STATUS_SCHEMA, HEALTH_STATUS_SCHEMA } from '../../agent/agent-schemas';

const COUNTS = { type: Object, additionalProperties: { type: 'integer' } } as const;

export class OverviewDto {
  @ApiProperty({ type: 'integer', example: 302, description: 'All agents.' })
  total_agents!: number;

  @ApiProperty({ type: 'integer', example: 120, description: 'Those whose status is `active`.' })
  active_agents!: number;

  @ApiProperty({ type: 'integer', example: 118, description: 'Those whose health status is `healthy`.' })
  healthy_agents!: number;

  @ApiProperty({ ...COUNTS, example: { active: 120, inactive: 182 }, description: 'Agents by status.' })
  by_status!: Record<string, number>;

  @ApiProperty({ ...COUNTS, example: { worker: 120, Agent: 182 }, description: 'Agents by type.' })
  agent_types!: Record<string, number>;

  @ApiProperty({ ...COUNTS, example: { processing: 100 }, description: 'Agents by category.' })
  categories!: Record<string, number>;
}

export class UnhealthyAgentDto {
  @ApiProperty({ example: 'data-processor-1', description: 'The agent’s id.' })
  id!: string;

  @ApiProperty({ example: 'DataProcessor', description: 'Its name.' })
  name!: string;

  @ApiProperty({ ...AGENT_STATUS_SCHEMA, example: 'unhealthy', description: 'Its status.' })
  status!: string;

  @ApiProperty({ ...HEALTH_STATUS_SCHEMA, example: 'stale', description: 'Its health.' })
  health_status!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it was last heard; null: never.',
  })
  last_seen!: string | null;
}

export class FleetHealthDto {
  @ApiProperty({
    minimum: 0,
    maximum: 1,
    example: 0.98,
    description: 'Share of healthy agents among all that ever were alive; 1 when there are none.',
  })
  overall_health!: number;

  @ApiProperty({
    type: [UnhealthyAgentDto],
    description: 'Silent, or unwell by their own report. The first 100 by id.',
  })
  unhealthy_agents!: UnhealthyAgentDto[];

  @ApiProperty({ type: 'integer', example: 2, description: 'How many unhealthy agents there are in all.' })
  unhealthy_total!: number;

  @ApiProperty({
    ...COUNTS,
    example: { 'data-processor-1': 4 },
    description: 'Heartbeats missed so far by agent, of the 100 longest silences.',
  })
  missed_heartbeats!: Record<string, number>;
}
