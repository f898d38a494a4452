import { ApiProperty } from '@nestjs/swagger';
import { Field, rule } from '../../platform/validation/validate';
import { REPORTABLE_STATUSES } from '../../agent/agent-health';
import { AGENT_STATUSES } from '../../agent/agent-status';

export class HealthReportDto {
  @ApiProperty({ required: false, enum: REPORTABLE_STATUSES, description: 'Left out: worked out from CPU and memory.' })
  status?: string;

  @ApiProperty({ required: false, maxLength: 500, description: 'Why, in words for people.', example: 'queue is full' })
  message?: string;

  @ApiProperty({ required: false, minimum: 0, maximum: 100, example: 15.5 })
  cpu_percent?: number;

  @ApiProperty({ required: false, minimum: 0, maximum: 100, example: 32.1 })
  memory_percent?: number;

  @ApiProperty({ required: false, minimum: 0, example: 5 })
  active_connections?: number;

  @ApiProperty({ required: false, minimum: 0, example: 0 })
  error_count?: number;

  @ApiProperty({ required: false, minimum: 0, example: 3600 })
  uptime_seconds?: number;

  @ApiProperty({
    required: false,
    type: Object,
    additionalProperties: true,
    description: 'Anything else, at most 16 KiB as JSON.',
  })
  metrics?: Record<string, unknown>;
}

/** The body of a heartbeat; the fields of `health` may also stand at the top. */
export class HeartbeatRequestDto {
  @ApiProperty({ required: false })
  health?: HealthReportDto;
}

export class HeartbeatResponseDto {
  @ApiProperty({ example: 'data-processor-1' })
  id!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-10-08T15:32:10.000Z' })
  last_beat!: string;

  @ApiProperty({ enum: AGENT_STATUSES, enumName: 'AgentStatus', example: 'active' })
  status!: string;

  @ApiProperty({ example: 10, description: 'Beat again after this many seconds.' })
  next_heartbeat_seconds!: number;

  @ApiProperty({ example: 30, description: 'Silence that makes the agent unhealthy.' })
  timeout_seconds!: number;
}

class BatchItemDto extends HeartbeatRequestDto {
  @ApiProperty({ example: 'data-processor-1' })
  id!: string;
}

const MAX_BEATS = 5_000;

const beats = rule({ type: BatchItemDto, isArray: true, minItems: 1, maxItems: MAX_BEATS }, (value) => {
  const isMet = Array.isArray(value) && value.length >= 1 && value.length <= MAX_BEATS;
  return isMet ? [] : [{ field: '', message: `must be an array of 1 to ${MAX_BEATS} heartbeats` }];
});

export class HeartbeatBatchDto {
  @Field(beats, { required: true })
  beats!: unknown[];
}

class RejectedBeatDto {
  @ApiProperty({ example: 3, description: 'Position in the request.' })
  index!: number;

  @ApiProperty({ example: 'unknown-1' })
  id!: string;

  @ApiProperty({ example: 'agent_not_found' })
  code!: string;

  @ApiProperty({ example: 'There is no agent unknown-1' })
  detail!: string;
}

class HeartbeatReplyDto {
  @ApiProperty({ example: 'data-processor-1' })
  id!: string;

  [field: string]: unknown;
}

export class HeartbeatBatchResponseDto {
  @ApiProperty({ example: 4999 })
  accepted!: number;

  @ApiProperty({ type: [RejectedBeatDto] })
  rejected!: RejectedBeatDto[];

  @ApiProperty({
    type: [HeartbeatReplyDto],
    description: 'What waits for accepted agents, as the answer to a heartbeat of theirs has it; nothing for most.',
  })
  replies!: HeartbeatReplyDto[];

  @ApiProperty({ example: 10, description: 'The shortest of the accepted agents.' })
  next_heartbeat_seconds!: number;
}
