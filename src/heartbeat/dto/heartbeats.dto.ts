import { ApiProperty } from '@nestjs/swagger';
import { Field, rule } from '../../platform/validation/validate';
import { REPORTABLE_STATUSES } from '../../agent/agent-health';
import { AGENT_STATUS_SCHEMA } from '../../agent/agent-schemas';

const OPTIONAL = { required: false, nullable: true } as const;
const COUNT = { ...OPTIONAL, type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;

export class HealthReportDto {
  @ApiProperty({
    ...OPTIONAL,
    enum: REPORTABLE_STATUSES,
    description:
      'How the agent is. Absent: what CPU and memory say, `degraded` from `HEALTH_DEGRADED_PERCENT` (90) and `unhealthy` from `HEALTH_UNHEALTHY_PERCENT` (98) on.',
  })
  status?: string;

  @ApiProperty({ ...OPTIONAL, maxLength: 500, description: 'Why, in words for people.', example: 'queue is full' })
  message?: string;

  @ApiProperty({ ...OPTIONAL, minimum: 0, maximum: 100, example: 15.5, description: 'CPU in use.' })
  cpu_percent?: number;

  @ApiProperty({ ...OPTIONAL, minimum: 0, maximum: 100, example: 32.1, description: 'Memory in use.' })
  memory_percent?: number;

  @ApiProperty({ ...COUNT, example: 5, description: 'Open connections.' })
  active_connections?: number;

  @ApiProperty({ ...COUNT, example: 0, description: 'Errors so far.' })
  error_count?: number;

  @ApiProperty({ ...OPTIONAL, minimum: 0, example: 3600, description: 'Seconds since it started.' })
  uptime_seconds?: number;

  @ApiProperty({
    ...OPTIONAL,
    type: Object,
    additionalProperties: true,
    description: 'Anything else, at most 16 KiB as JSON.',
  })
  metrics?: Record<string, unknown>;
}

/** The body of a heartbeat; the fields of `health` may also stand at the top. */
export class HeartbeatRequestDto {
  @ApiProperty({ ...OPTIONAL, type: HealthReportDto, description: 'How the agent is. Absent: only that it is alive.' })
  health?: HealthReportDto;

  @ApiProperty({
    ...OPTIONAL,
    example: true,
    description: 'Whether the agent takes work now. Absent: as it is alive. Each heartbeat says it anew.',
  })
  ready?: boolean;

  @ApiProperty({
    ...OPTIONAL,
    minimum: 0,
    maximum: 1,
    example: 0.2,
    description: 'How busy it is, from 0 to 1, kept to six decimals. Absent: not known. Each heartbeat says it anew.',
  })
  load?: number;

  @ApiProperty({
    ...OPTIONAL,
    minLength: 1,
    maxLength: 64,
    example: '7d3f0c1e',
    description:
      'The process that sends it, as its registration said. Of another one than the agent is now: 409 `superseded`.',
  })
  incarnation?: string;
}

export class HeartbeatResponseDto {
  @ApiProperty({ example: 'data-processor-1', description: 'The agent.' })
  id!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-10-08T15:32:10.000Z', description: 'When it came.' })
  last_beat!: string;

  @ApiProperty({
    ...AGENT_STATUS_SCHEMA,
    example: 'active',
    description: 'The agent’s status, this heartbeat counted.',
  })
  status!: string;

  @ApiProperty({ type: 'integer', example: 10, description: 'Send the next one after this many seconds.' })
  next_heartbeat_seconds!: number;

  @ApiProperty({ type: 'integer', example: 30, description: 'Seconds of silence that make the agent unhealthy.' })
  timeout_seconds!: number;
}

class BatchItemDto extends HeartbeatRequestDto {
  @ApiProperty({ example: 'data-processor-1', description: 'The agent.' })
  id!: string;
}

const MAX_BEATS = 5_000;

const beats = rule({ type: BatchItemDto, isArray: true, minItems: 1, maxItems: MAX_BEATS }, (value) => {
  const isMet = Array.isArray(value) && value.length >= 1 && value.length <= MAX_BEATS;
  return isMet ? [] : [{ field: '', message: `must be an array of 1 to ${MAX_BEATS} heartbeats` }];
});

export class HeartbeatBatchDto {
  @Field(beats, { required: true, description: 'The heartbeats, each with the id of its agent.' })
  beats!: unknown[];
}

class RejectedBeatDto {
  @ApiProperty({ type: 'integer', example: 3, description: 'Position in the request, from 0.' })
  index!: number;

  @ApiProperty({ example: 'unknown-1', description: 'The agent, as the request names it.' })
  id!: string;

  @ApiProperty({
    example: 'agent_not_found',
    description: 'The code that the heartbeat alone would have been refused with.',
  })
  code!: string;

  @ApiProperty({ example: 'There is no agent unknown-1', description: 'The same in words.' })
  detail!: string;
}

class HeartbeatReplyDto {
  @ApiProperty({ example: 'data-processor-1', description: 'The agent.' })
  id!: string;

  [field: string]: unknown;
}

export class HeartbeatBatchResponseDto {
  @ApiProperty({ type: 'integer', example: 4999, description: 'How many were accepted.' })
  accepted!: number;

  @ApiProperty({ type: [RejectedBeatDto], description: 'Those that were not, and why.' })
  rejected!: RejectedBeatDto[];

  @ApiProperty({
    type: [HeartbeatReplyDto],
    description: 'What waits for accepted agents, as the answer to a heartbeat of theirs has it; nothing for most.',
  })
  replies!: HeartbeatReplyDto[];

  @ApiProperty({
    type: 'integer',
    example: 10,
    description: 'Send the next batch after this many seconds: the shortest interval among the accepted agents.',
  })
  next_heartbeat_seconds!: number;
}
