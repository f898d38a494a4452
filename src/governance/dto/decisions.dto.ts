import { ApiProperty } from '@nestjs/swagger';
import { EVENT_CAUSES, type EventCause } from '../../events/agent-event';
import { ActorDto } from '../../events/dto/actor.dto';
import { VERDICTS } from '../governance-decision.entity';
import { GOVERNED_ACTIONS } from '../policy-decision-point';

export class DecisionDto {
  @ApiProperty({ type: 'integer', format: 'int64', example: 42, description: 'Grows with every decision.' })
  id!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    example: '2026-10-08T15:30:00.000Z',
    description: 'When it was decided.',
  })
  decided_at!: string;

  @ApiProperty({ enum: GOVERNED_ACTIONS, example: 'register_agent', description: 'The change that was asked for.' })
  action!: string;

  @ApiProperty({ example: 'data-processor-1', description: 'The agent that it was about.' })
  agent_id!: string;

  @ApiProperty({
    enum: VERDICTS,
    example: 'denied',
    description:
      '`error_open` and `error_closed`: the policy gave no usable decision, and the change went on, or did not.',
  })
  verdict!: string;

  @ApiProperty({ type: String, nullable: true, example: 'No idols', description: 'Why, as the policy says it.' })
  reason!: string | null;

  @ApiProperty({
    type: Object,
    additionalProperties: true,
    description: 'What the policy found; of the Trifecta Court: what it said of scripture, geometry and law.',
  })
  findings!: Record<string, unknown>;

  @ApiProperty({ example: 12.5, description: 'Milliseconds that the decision took.' })
  latency_ms!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['closed', 'half_open', 'open'],
    example: 'closed',
    description: 'Of the circuit breaker in front of the policy; null: it has none.',
  })
  breaker_state!: string | null;

  @ApiProperty({ enum: EVENT_CAUSES, description: 'What made the change, as in events of agents.' })
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
  @ApiProperty({ type: [DecisionDto], description: 'Those on this page, newest first.' })
  decisions!: DecisionDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The `cursor` of the next page; null: this is the last one.',
  })
  next_cursor!: string | null;
}
