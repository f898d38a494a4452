import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath } from '@nestjs/swagger';

export class ViolationDto {
  @ApiProperty({ example: 'capabilities[3]', description: 'Path of the value in the request.' })
  field!: string;

  @ApiProperty({ example: 'is there twice' })
  message!: string;

  @ApiProperty({ required: false, example: 1, description: 'Of an expression: where in it, counted from 1.' })
  line?: number;

  @ApiProperty({ required: false, example: 7 })
  column?: number;

  @ApiProperty({ required: false, example: 'agent.status', description: 'What was probably meant there.' })
  suggestion?: string;
}

/** Problem details (RFC 9457). */
class ProblemDto {
  @ApiProperty({ example: 'urn:problem-type:agent-registry:validation_failed' })
  type!: string;

  @ApiProperty({ example: 'Bad Request' })
  title!: string;

  @ApiProperty({ example: 400 })
  status!: number;

  @ApiProperty({ example: 'capabilities[3] is there twice' })
  detail!: string;

  @ApiProperty({ example: 'validation_failed', description: 'Stable and machine-readable.' })
  code!: string;

  @ApiProperty({ example: '0f3c5f0e-0d3c-4a8e-9a54-5ad1c4c0a5b2' })
  request_id!: string;

  @ApiProperty({
    example: 'capabilities[3] is there twice',
    description: 'The detail again, for clients of the original.',
  })
  error!: string;

  @ApiProperty({ type: [ViolationDto] })
  errors!: ViolationDto[];
}

const DESCRIPTION: Record<number, string> = {
  400: 'Malformed or not valid; nothing was written. `malformed_json`, `malformed_request`, `validation_failed`',
  401: 'No bearer token, or a wrong one. `unauthorized`',
  403: 'Not allowed; nothing was written. `insufficient_scope`: not to this token; `governance_denied`: the Trifecta Court does not allow it, with its findings as `verdict`; `agent_limit_reached`: the client owns as many agents as it may',
  404: 'Proven unknown. `agent_not_found`, or `agent_deregistered` for a tombstone',
  409: 'Not possible in the agent’s present state. `illegal_transition`, `concurrent_update`; for its token `agent_unclaimed`, `access_control_off`',
  410: 'The cursor is of another state of the database: a backup was restored since. List again without it. `cursor_invalid`',
  412: 'The agent is not in the state that `If-Match` names. `precondition_failed`',
  413: 'The body is too large. `payload_too_large`',
  415: 'The body is not declared as UTF-8 JSON. `unsupported_media_type`',
  422: 'The key came with another body before. `idempotency_key_reused`',
  429: 'This client has asked too often, see `Retry-After`. `rate_limited`',
  503: 'The database cannot be asked at the moment; wait as `Retry-After` says. `store_unavailable`; `store_read_only` or `store_full` when it takes no writes; `store_unavailable` with `Connection: close` when another replica may take the heartbeat; this list or count is one too many, `too_many_queries`, or takes too long, `query_timeout`; or nobody can judge the change, `governance_unavailable`',
};

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' as const } } };

/** Documents the error answers of a route; every one can also be 429 and 503. */
export function ApiProblems(...statuses: number[]): MethodDecorator & ClassDecorator {
  return documented([...statuses, 429, 503]);
}

/** Documents how access control refuses: together with what a route is required to have, see `Requires`. */
export function ApiRefusals(): MethodDecorator & ClassDecorator {
  return documented([401, 403]);
}

function documented(statuses: number[]): MethodDecorator & ClassDecorator {
  const content = { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } };
  const responses = statuses.map((status) =>
    ApiResponse({
      status,
      description: DESCRIPTION[status],
      content,
      headers: status === 429 || status === 503 ? RETRY_AFTER : undefined,
    }),
  );
  return applyDecorators(ApiExtraModels(ProblemDto), ...responses);
}
