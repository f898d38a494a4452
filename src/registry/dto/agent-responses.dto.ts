import { ApiProperty } from '@nestjs/swagger';
import { ActorDto } from '../../events/dto/actor.dto';
import { EVENT_CAUSES, type EventCause } from '../../events/agent-event';
import { ViolationDto } from '../../platform/validation/api-problems';
import { AGENT_STATUSES, type AgentStatus } from '../../agent/agent-status';
import { HEALTH_STATUSES, type HealthStatus } from '../../agent/agent-health';

const TIME = { type: String, format: 'date-time', example: '2026-10-08T15:30:00.000Z' } as const;
const ID = { example: 'agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11' };
const STATUS = { enum: AGENT_STATUSES, enumName: 'AgentStatus', example: 'active' };
const HEALTH_STATUS = { enum: HEALTH_STATUSES, enumName: 'HealthStatus', example: 'healthy' };
const CAPABILITIES = { type: String, isArray: true, example: ['data-transform', 'validation'] } as const;
const ENDPOINTS = {
  type: Object,
  additionalProperties: { type: 'string' },
  example: { api: 'http://localhost:5000' },
} as const;
const FREE_OBJECT = { type: Object, additionalProperties: true } as const;
const figure = (description: string, example: number) =>
  ({ type: Number, nullable: true, description, example }) as const;

export class RegisteredHeartbeatDto {
  @ApiProperty({ example: 10, description: 'Beat this often.' })
  interval_seconds!: number;

  @ApiProperty({ example: 30, description: 'Silence that makes the agent unhealthy.' })
  timeout_seconds!: number;
}

export class RegistrationDto {
  @ApiProperty(ID)
  id!: string;

  @ApiProperty({ example: 'DataProcessor' })
  name!: string;

  @ApiProperty(STATUS)
  status!: AgentStatus;

  @ApiProperty(TIME)
  registered_at!: string;

  @ApiProperty()
  heartbeat!: RegisteredHeartbeatDto;

  @ApiProperty({
    required: false,
    example: 'art_…',
    description:
      'The agent’s own bearer token, told only here; the one before it is void. Not there when no tokens are asked for.',
  })
  token?: string;
}

export class AgentSummaryDto {
  @ApiProperty(ID)
  id!: string;

  @ApiProperty({ example: 'DataProcessor' })
  name!: string;

  @ApiProperty({ example: 'worker' })
  type!: string;

  @ApiProperty({ type: String, nullable: true, example: 'processing' })
  category!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '1.0.0' })
  version!: string | null;

  @ApiProperty(STATUS)
  status!: AgentStatus;

  @ApiProperty(CAPABILITIES)
  capabilities!: string[];

  @ApiProperty(ENDPOINTS)
  endpoints!: Record<string, string>;

  @ApiProperty(TIME)
  registered_at!: string;

  @ApiProperty({ ...TIME, nullable: true, description: 'null: a static definition that was never alive.' })
  last_seen!: string | null;
}

export class HealthDto {
  @ApiProperty(HEALTH_STATUS)
  status!: HealthStatus;

  @ApiProperty({ type: String, nullable: true, description: 'Why, as the agent said it.', example: 'queue is full' })
  message!: string | null;

  @ApiProperty(figure('0 to 100', 15.5))
  cpu_percent!: number | null;

  @ApiProperty(figure('0 to 100', 32.1))
  memory_percent!: number | null;

  @ApiProperty(figure('Seconds', 3600))
  uptime_seconds!: number | null;

  @ApiProperty(figure('Open connections', 5))
  active_connections!: number | null;

  @ApiProperty(figure('Errors so far', 0))
  error_count!: number | null;

  @ApiProperty(FREE_OBJECT)
  metrics!: Record<string, unknown>;

  @ApiProperty({ ...TIME, nullable: true, description: 'When the last report came.' })
  last_check!: string | null;
}

export class HeartbeatDto {
  @ApiProperty({ example: 10 })
  interval_seconds!: number;

  @ApiProperty({ example: true })
  enabled!: boolean;

  @ApiProperty({ ...TIME, nullable: true })
  last_beat!: string | null;

  @ApiProperty({ example: 0, description: 'Whole intervals since last_beat.' })
  missed_beats!: number;

  @ApiProperty({ example: 30 })
  timeout_seconds!: number;
}

export class AgentDto extends AgentSummaryDto {
  @ApiProperty({
    ...FREE_OBJECT,
    description: 'Without its secrets, unless the caller is the owner, the agent or `admin`.',
  })
  metadata!: Record<string, unknown>;

  @ApiProperty()
  health!: HealthDto;

  @ApiProperty()
  heartbeat!: HeartbeatDto;
}

export class AgentPageDto {
  @ApiProperty({ type: [AgentSummaryDto] })
  agents!: AgentSummaryDto[];

  @ApiProperty({
    required: false,
    example: 1,
    description: 'All that match, on this page or not; absent with `include_total=false`.',
  })
  total?: number;

  @ApiProperty({ type: String, nullable: true, description: 'null: this is the last page.' })
  next_cursor!: string | null;
}

export class AgentCountDto {
  @ApiProperty({ example: 12, description: 'All that match, at most two seconds ago.' })
  total!: number;
}

export class FacetBucketDto {
  @ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
    example: 'worker',
    description: 'The value; of metadata, as it is in the record.',
  })
  value!: string | number | boolean;

  @ApiProperty({ example: 12 })
  count!: number;
}

export class FacetDto {
  @ApiProperty({ example: 'type' })
  by!: string;

  @ApiProperty({ type: [FacetBucketDto], description: 'The most frequent values first.' })
  buckets!: FacetBucketDto[];

  @ApiProperty({ example: 3, description: 'Agents with values that are in no bucket.' })
  other_count!: number;
}

export class FacetsDto {
  @ApiProperty({ type: [FacetDto], description: 'In the order in which they were asked for.' })
  facets!: FacetDto[];
}

export class CheckedFilterDto {
  @ApiProperty({ enum: [true] })
  valid!: true;

  @ApiProperty({ type: [String], example: ['agent.type'], description: 'The names that it asks for.' })
  uses!: readonly string[];

  @ApiProperty({ description: 'Whether an index finds the agents, or at least leaves few of them to look at.' })
  indexed!: boolean;
}

export class DiscoveryDto extends AgentPageDto {
  @ApiProperty({ ...FREE_OBJECT, description: 'The criteria as they were understood.' })
  query!: Record<string, unknown>;
}

export class AgentHealthDto {
  @ApiProperty(ID)
  agent_id!: string;

  @ApiProperty(STATUS)
  status!: AgentStatus;

  @ApiProperty()
  health!: HealthDto;

  @ApiProperty({ ...TIME, nullable: true })
  last_seen!: string | null;
}

export class DeregistrationDto {
  @ApiProperty(ID)
  id!: string;

  @ApiProperty({ enum: ['deregistered'] })
  status!: 'deregistered';
}

export class AgentEventDto {
  @ApiProperty({ example: 42 })
  revision!: number;

  @ApiProperty({ example: 'registered' })
  type!: string;

  @ApiProperty({ enum: EVENT_CAUSES, description: 'What made the change. `unknown`: written by an earlier release.' })
  cause!: EventCause;

  @ApiProperty({ required: false, description: 'Who made it; absent in events of an earlier release.' })
  actor?: ActorDto;

  @ApiProperty({ required: false, format: 'uuid', description: 'The registry’s own id of the request that made it.' })
  request_id?: string;

  @ApiProperty({ required: false, description: 'The `X-Request-Id` that the client sent with it.' })
  client_request_id?: string;

  @ApiProperty(TIME)
  occurred_at!: string;

  @ApiProperty({ ...STATUS, required: false })
  from?: string;

  @ApiProperty({ ...STATUS, required: false })
  to?: string;

  @ApiProperty({ type: String, required: false, description: 'People’s words.' })
  reason?: string;

  @ApiProperty({
    ...FREE_OBJECT,
    description:
      'The agent’s `name`, `type` and `generation`. When registration fields were changed: their names (`changed`), their values before and after (`changes`; not of a second registration) and the whole `registration` as it was written. Without secrets.',
  })
  data!: Record<string, unknown>;
}

export class AgentEventsDto {
  @ApiProperty({ type: [AgentEventDto] })
  events!: AgentEventDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
}

export class ImportResultDto {
  @ApiProperty({ example: 0, description: 'Position in the request.' })
  index!: number;

  @ApiProperty({ type: String, example: 'data-processor-1' })
  id!: string;

  @ApiProperty({ enum: ['created', 'updated', 'unchanged', 'rejected'] })
  outcome!: 'created' | 'updated' | 'unchanged' | 'rejected';

  @ApiProperty({ required: false, example: 'validation_failed' })
  code?: string;

  @ApiProperty({ required: false, type: [ViolationDto] })
  errors?: ViolationDto[];
}

export class ImportResultsDto {
  @ApiProperty({ type: [ImportResultDto] })
  results!: ImportResultDto[];
}
