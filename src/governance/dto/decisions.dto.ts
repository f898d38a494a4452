import { ApiProperty } from '@nestjs/swagger';
import { EVENT_CAUSES, type EventCause } from '../../events/agent-event';
import { ActorDto } from '../../events/dto/actor.dto';
import { VERDICTS } from '../governance-decision.entity';
import { GOVERNED_ACTIONS } from '../policy-decision-point';

export class DecisionDto {
  @ApiProperty({ example: 42 })
  id!: number;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-10-08T15:30:00.000Z' })
  decided_at!: string;

  @ApiProperty({ enum: GOVERNED_ACTIONS, example: 'register_agent' })
  action!: string;

  @ApiProperty({ example: 'data-processor-1' })
  agent_id!: string;

  @ApiProperty({ enum: VERDICTS, example: 'denied' })
  verdict!: string;

  @ApiProperty({ type: String, nullable: true, example: 'No idols' })
  reason!: string | null;

  @ApiProperty({
    type: Object,
    additionalProperties: true,
    description: 'What the court said of scripture, geometry and law.',
  })
  findings!: Record<string, unknown>;

  @ApiProperty({ example: 12.5 })
  latency_ms!: number;

  @ApiProperty({ type: String, nullable: true, enum: ['closed', 'half_open', 'open'], example: 'closed' })
  breaker_state!: string | null;

  @ApiProperty({ enum: EVENT_CAUSES, description: 'As of events of agents.' })
  cause!: EventCause;

  @ApiProperty({
    type: ActorDto,
    nullable: true,
    description: 'Who asked for it; null in decisions of an earlier release.',
  })
  actor!: ActorDto | null;

  @ApiProperty({ type: String, nullable: true, description: 'The registry’s own id of the request.' })
  request_id!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The `X-Request-Id` that the client sent with it.' })
  client_request_id!: string | null;
}

export class DecisionsDto {
  @ApiProperty({ type: [DecisionDto] })
  decisions!: DecisionDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}
