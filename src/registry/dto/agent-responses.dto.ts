import { ApiProperty } from '@nestjs/swagger';
import { ActorDto } from '../../events/dto/actor.dto';
import { AGENT_EVENT_TYPES } from '../../events/agent-changed.event';
import { EVENT_CAUSES, type EventCause } from '../../events/agent-event';
import { AGENT_STATUS_SCHEMA, HEALTH_STATUS_SCHEMA } from '../../agent/agent-schemas';
import type { AgentStatus } from '../../agent/agent-status';
import type { HealthStatus } from '../../agent/agent-health';
import type { AgentDependency, AgentSkill } from '../../agent/agent-skill';
import { AgentDependencyDto } from './agent-dependencies.dto';
import { AgentSkillDto } from './agent-skills.dto';

const TIME = { type: String, format: 'date-time', example: '2026-10-08T15:30:00.000Z' } as const;
const ID = { example: 'agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11', description: 'The agent’s id.' };
const STATUS = { ...AGENT_STATUS_SCHEMA, example: 'active', description: 'The agent’s status.' };
const HEALTH_STATUS = { ...HEALTH_STATUS_SCHEMA, example: 'healthy', description: 'The agent’s health.' };
const CAPABILITIES = {
  type: String,
  isArray: true,
  example: ['data-transform', 'validation'],
  description: 'What the agent can do.',
} as const;
const ENDPOINTS = {
  type: Object,
  additionalProperties: { type: 'string' },
  example: { api: 'http://localhost:5000' },
  description: 'Where the agent can be reached: absolute URIs by name.',
} as const;
const FREE_OBJECT = { type: Object, additionalProperties: true } as const;
const figure = (description: string, example: number) =>
  ({ type: Number, nullable: true, description, example }) as const;

const INCARNATION = {
  type: String,
  nullable: true,
  example: '7d3f0c1e',
  description: 'The process that the agent is now, as its registration said; null: it did not.',
} as const;

export class RegisteredHeartbeatDto {
  @ApiProperty({ type: 'integer', example: 10, description: 'Seconds between two heartbeats.' })
  interval_seconds!: number;

  @ApiProperty({ type: 'integer', example: 30, description: 'Seconds of silence that make it unhealthy.' })
  timeout_seconds!: number;
}

export class RegistrationDto {
  @ApiProperty(ID)
  id!: string;

  @ApiProperty({ example: 'DataProcessor', description: 'A name for people.' })
  name!: string;

  @ApiProperty(STATUS)
  status!: AgentStatus;

  @ApiProperty({ ...TIME, description: 'When it registered last.' })
  registered_at!: string;

  @ApiProperty({ description: 'How to beat.' })
  heartbeat!: RegisteredHeartbeatDto;

  @ApiProperty(INCARNATION)
  incarnation!: string | null;

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

  @ApiProperty({ example: 'DataProcessor', description: 'A name for people.' })
  name!: string;

  @ApiProperty({ example: 'worker', description: 'What kind of agent it is.' })
  type!: string;

  @ApiProperty({ type: String, nullable: true, example: 'processing', description: 'What it is for.' })
  category!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '1.0.0', description: 'The version of its program.' })
  version!: string | null;

  @ApiProperty(STATUS)
  status!: AgentStatus;

  @ApiProperty(CAPABILITIES)
  capabilities!: string[];

  @ApiProperty(ENDPOINTS)
  endpoints!: Record<string, string>;

  @ApiProperty({ type: String, nullable: true, example: 'eu/de/fra1', description: 'Where it runs.' })
  locality!: string | null;

  @ApiProperty({ ...TIME, description: 'When it registered last.' })
  registered_at!: string;

  @ApiProperty({
    ...TIME,
    nullable: true,
    description: 'When it was last heard; null: a static definition that was never alive.',
  })
  last_seen!: string | null;
}

export class HealthDto {
  @ApiProperty(HEALTH_STATUS)
  status!: HealthStatus;

  @ApiProperty({
    example: true,
    description: 'Whether it takes work now: it is active, and its last heartbeat did not say otherwise.',
  })
  ready!: boolean;

  @ApiProperty(figure('How busy it is, 0 to 1, by its last heartbeat.', 0.2))
  load!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why, as the agent said it.', example: 'queue is full' })
  message!: string | null;

  @ApiProperty(figure('CPU in use, 0 to 100.', 15.5))
  cpu_percent!: number | null;

  @ApiProperty(figure('Memory in use, 0 to 100.', 32.1))
  memory_percent!: number | null;

  @ApiProperty(figure('Seconds since it started.', 3600))
  uptime_seconds!: number | null;

  @ApiProperty(figure('Open connections.', 5))
  active_connections!: number | null;

  @ApiProperty(figure('Errors so far.', 0))
  error_count!: number | null;

  @ApiProperty({ ...FREE_OBJECT, description: 'Whatever else it reports.' })
  metrics!: Record<string, unknown>;

  @ApiProperty({ ...TIME, nullable: true, description: 'When the last report came.' })
  last_check!: string | null;
}

export class HeartbeatDto {
  @ApiProperty({ type: 'integer', example: 10, description: 'Seconds between two heartbeats.' })
  interval_seconds!: number;

  @ApiProperty({ example: true, description: 'Whether the agent sends heartbeats at all.' })
  enabled!: boolean;

  @ApiProperty({ ...TIME, nullable: true, description: 'When the last one came; null: none has.' })
  last_beat!: string | null;

  @ApiProperty({ type: 'integer', example: 0, description: 'Whole intervals since last_beat.' })
  missed_beats!: number;

  @ApiProperty({ type: 'integer', example: 30, description: 'Seconds of silence that make it unhealthy.' })
  timeout_seconds!: number;
}

export class AgentDto extends AgentSummaryDto {
  @ApiProperty({
    ...FREE_OBJECT,
    description: 'Without its secrets, unless the caller is the owner, the agent or `admin`.',
  })
  metadata!: Record<string, unknown>;

  @ApiProperty({ description: 'How it is by its own last report.' })
  health!: HealthDto;

  @ApiProperty({ description: 'How it beats, and when it did last.' })
  heartbeat!: HeartbeatDto;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Reads the totals off scanned invoices.',
    description: 'What it is good for, in words for people and models.',
  })
  description!: string | null;

  @ApiProperty({ type: [AgentSkillDto], description: 'What it can do, in detail.' })
  skills!: AgentSkill[];

  @ApiProperty({ type: [String], example: ['restart'], description: 'Actions that may be asked of it.' })
  accepts!: string[];

  @ApiProperty(INCARNATION)
  incarnation!: string | null;

  @ApiProperty({ type: [AgentDependencyDto], description: 'Agents that it needs for its work.' })
  depends_on!: AgentDependency[];

  @ApiProperty({ description: 'Whether it is active and all that it requires is available.' })
  available!: boolean;
}

export class AgentHealthDto {
  @ApiProperty(ID)
  agent_id!: string;

  @ApiProperty(STATUS)
  status!: AgentStatus;

  @ApiProperty({ description: 'How it is by its own last report.' })
  health!: HealthDto;

  @ApiProperty({ ...TIME, nullable: true, description: 'When it was last heard; null: never.' })
  last_seen!: string | null;
}

export class DeregistrationDto {
  @ApiProperty(ID)
  id!: string;

  @ApiProperty({ enum: ['deregistered'], description: 'Always `deregistered`.' })
  status!: 'deregistered';
}

export class AgentEventDto {
  @ApiProperty({
    type: 'integer',
    format: 'int64',
    example: 42,
    description: 'Grows with every event of the registry.',
  })
  revision!: number;

  @ApiProperty({
    example: 'registered',
    description: `What happened: ${AGENT_EVENT_TYPES.join(', ')}, or a type that a later release adds.`,
  })
  type!: string;

  @ApiProperty({ enum: EVENT_CAUSES, description: 'What made the change. `unknown`: written by an earlier release.' })
  cause!: EventCause;

  @ApiProperty({ required: false, description: 'Who made it; absent in events of an earlier release.' })
  actor?: ActorDto;

  @ApiProperty({ required: false, format: 'uuid', description: 'The registry’s own id of the request that made it.' })
  request_id?: string;

  @ApiProperty({ required: false, description: 'The `X-Request-Id` that the client sent with it.' })
  client_request_id?: string;

  @ApiProperty({ ...TIME, description: 'When it happened, by the database’s clock.' })
  occurred_at!: string;

  @ApiProperty({ ...STATUS, required: false, description: 'The status before; absent when there was none.' })
  from?: string;

  @ApiProperty({ ...STATUS, required: false, description: 'The status after; absent when there is none.' })
  to?: string;

  @ApiProperty({ type: String, required: false, description: 'Why, in the words of the person who made the change.' })
  reason?: string;

  @ApiProperty({
    ...FREE_OBJECT,
    description:
      'The agent’s `name`, `type` and `generation`. When registration fields were changed: their names (`changed`), their values before and after (`changes`; not of a second registration) and the whole `registration` as it was written. Without secrets.',
  })
  data!: Record<string, unknown>;
}

export class AgentEventsDto {
  @ApiProperty({ type: [AgentEventDto], description: 'Those on this page, newest first.' })
  events!: AgentEventDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The `cursor` of the next page; null: this is the last one.',
  })
  next_cursor!: string | null;
}
