import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath, type OpenAPIObject } from '@nestjs/swagger';
import { openApiOperations } from '../common/openapi-operations';
import { DomainError, validationError } from './domain-error';
import { problemOf, type Problem } from './problem';

/** Of the examples. */
const REQUEST_ID = '0f3c5f0e-0d3c-4a8e-9a54-5ad1c4c0a5b2';

export class ViolationDto {
  @ApiProperty({ example: 'capabilities[3]', description: 'Path of the value in the request.' })
  field!: string;

  @ApiProperty({
    example: 'is there twice',
    description: 'What is wrong with it; the field and this are one sentence.',
  })
  message!: string;

  @ApiProperty({
    required: false,
    type: 'integer',
    example: 1,
    description: 'Of an expression: where in it, counted from 1.',
  })
  line?: number;

  @ApiProperty({ required: false, type: 'integer', example: 7, description: 'The column there, counted from 1.' })
  column?: number;

  @ApiProperty({ required: false, example: 'agent.status', description: 'What was probably meant there.' })
  suggestion?: string;
}

/** Problem details (RFC 9457). */
class ProblemDto {
  @ApiProperty({
    example: 'urn:problem-type:agent-registry:validation_failed',
    description: 'Names the kind of problem: `urn:problem-type:agent-registry:` and the `code`.',
  })
  type!: string;

  @ApiProperty({ example: 'Bad Request', description: 'The name of the HTTP status.' })
  title!: string;

  @ApiProperty({ type: 'integer', example: 400, description: 'The HTTP status.' })
  status!: number;

  @ApiProperty({ example: 'capabilities[3] is there twice', description: 'What went wrong, in words for people.' })
  detail!: string;

  @ApiProperty({ example: 'validation_failed', description: 'Stable and machine-readable.' })
  code!: string;

  @ApiProperty({ example: REQUEST_ID, description: 'The `X-Request-Id` of the answer; the log has it too.' })
  request_id!: string;

  @ApiProperty({
    example: 'capabilities[3] is there twice',
    description: 'The detail again, for clients of version 0.',
  })
  error!: string;

  @ApiProperty({
    required: false,
    example: 'Uc3dXgR0lDcyV0VxjGCUeEHfAhsxMDQy',
    description: 'With 410 of `GET /events`: the cursor before the oldest event that is kept.',
  })
  oldest_cursor?: string;

  @ApiProperty({
    required: false,
    type: 'array',
    items: {
      type: 'object',
      properties: { id: { type: 'string' }, path: { type: 'array', items: { type: 'string' } } },
      required: ['id', 'path'],
    },
    example: [{ id: 'front-1', path: ['front-1', 'data-processor-1'] }],
    description: 'With `would_break`: the agents that would not be available any more, as far as the caller may read.',
  })
  breaks?: object[];

  @ApiProperty({ type: [ViolationDto], description: 'Every violation; empty unless a value in the request is wrong.' })
  errors!: ViolationDto[];
}

/** What a status means here; the codes follow it in the document. */
const MEANING: Record<number, string> = {
  400: 'Malformed or not valid; nothing was written.',
  401: 'No bearer token, or a wrong one.',
  403: 'Not allowed; nothing was written.',
  404: 'There is no such thing.',
  409: 'Not possible in the present state.',
  410: 'The cursor is of another state of the database, or of events that are gone.',
  412: 'The agent is not in the state that `If-Match` names.',
  413: 'The body is too large.',
  415: 'The body is not declared as UTF-8 JSON.',
  422: 'The request contradicts an earlier one.',
  429: 'This client asks too often; wait for `Retry-After`.',
  503: 'Not possible at the moment; wait for `Retry-After`.',
};

/** The error of a status that is the same for every route. A route that has errors of its own names those instead. */
const GENERAL: Record<number, DomainError[]> = {
  400: [invalid('body', 'must be a JSON object')],
  403: [],
  404: [new DomainError('not_found', 'agent_not_found', 'There is no agent data-processor-1')],
  413: [new DomainError('too_large', 'payload_too_large', 'The body must not be larger than 262144 bytes')],
  415: [
    new DomainError('unsupported_media_type', 'unsupported_media_type', 'The body must be application/json in UTF-8'),
  ],
  429: [new DomainError('too_many_requests', 'rate_limited', 'More than 1000 requests in 10 s: try again in 3 s')],
  503: [new DomainError('unavailable', 'store_unavailable', 'The database does not answer')],
};

/** What a route can answer that reads a body. */
const OF_BODIES = [
  new DomainError('invalid', 'malformed_request', 'The body is not in the encoding that Content-Encoding says'),
  new DomainError('invalid', 'malformed_json', 'The body is not valid JSON: Unexpected end of JSON input'),
  ...GENERAL[413]!,
  ...GENERAL[415]!,
];

/** What a route can answer whose SELECTs lists and counts share with others. */
export const QUERY_PROBLEMS: readonly DomainError[] = [
  new DomainError('unavailable', 'too_many_queries', 'Too many lists and counts are being worked out at the moment'),
  new DomainError('unavailable', 'query_timeout', 'Working this out takes longer than 5000 ms: ask for less at once'),
];

/** What a route can answer that writes. */
export const WRITE_PROBLEMS: readonly DomainError[] = [
  new DomainError('unavailable', 'store_read_only', 'The database takes no writes'),
  new DomainError('unavailable', 'store_full', 'The disk of the database is full'),
];

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' as const } } };
const PROBLEM_JSON = 'application/problem+json';
const DOCUMENTED = 'documented_problems';

/** The 400 of one wrong value, as an example. */
export function invalid(field: string, message: string): DomainError {
  return validationError([{ field, message }]);
}

/**
 * Documents the error answers of a route, each with the body that it has: errors that the code throws, or the status of one that is the
 * same everywhere. Every route can also answer 429 and 503, one that reads a body 413 and 415.
 */
export function ApiProblems(...problems: (number | DomainError)[]): MethodDecorator {
  const own = problems.filter((problem) => typeof problem === 'object');
  const named = new Set(own.map((error) => problemOf(error, REQUEST_ID).status));
  const readsBody = problems.includes(415);
  const general = problems.filter((problem) => typeof problem === 'number' && !named.has(problem)) as number[];
  return ApiErrors([
    ...general.flatMap((status) => GENERAL[status] ?? []),
    ...own,
    ...(readsBody ? OF_BODIES : []),
    ...GENERAL[429]!,
    ...GENERAL[503]!,
  ]);
}

/** Documents further error answers of a route, say those that a decorator adds to it. */
export function ApiErrors(errors: readonly DomainError[]): MethodDecorator {
  return (target, key, descriptor) => {
    const method = descriptor.value as object;
    const known = (Reflect.getMetadata(DOCUMENTED, method) ?? new Map()) as Map<string, Problem>;
    for (const error of errors) known.set(error.code, problemOf(error, REQUEST_ID).body);
    Reflect.defineMetadata(DOCUMENTED, known, method);
    ApiExtraModels(ProblemDto)(target, key, descriptor);
    const bodies = [...known.values()];
    for (const status of new Set(bodies.map((body) => body.status))) {
      const examples = Object.fromEntries(
        bodies.filter((body) => body.status === status).map((value) => [value.code, { value }]),
      );
      const content = { [PROBLEM_JSON]: { schema: { $ref: getSchemaPath(ProblemDto) }, examples } };
      const headers = status === 429 || status === 503 ? RETRY_AFTER : undefined;
      ApiResponse({ status, content, headers })(target, key, descriptor);
    }
  };
}

type Examples = Record<string, object>;

/** Says of every error answer what it means and which codes it has; an example that several operations share stands in one place. */
export function describeProblems(document: OpenAPIObject): void {
  const shared: Examples = {};
  const responses = openApiOperations(document).flatMap((operation) => Object.entries(operation.responses));
  for (const [status, response] of responses) {
    if (!response || !('content' in response)) continue;
    const examples: Examples | undefined = response.content?.[PROBLEM_JSON]?.examples;
    if (!examples) continue;
    const codes = Object.keys(examples).toSorted();
    response.description = `${MEANING[Number(status)] ?? ''} ${codes.map((code) => `\`${code}\``).join(', ')}`.trim();
    for (const code of codes)
      examples[code] = { $ref: `#/components/examples/${nameIn(shared, code, examples[code]!)}` };
  }
  document.components = { ...document.components, examples: shared };
}

/** Puts an example where operations share it, under its code, and where another one has that name under a name of its own. */
function nameIn(shared: Examples, code: string, example: object): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? code : `${code}_${number}`;
    shared[name] ??= example;
    if (JSON.stringify(shared[name]) === JSON.stringify(example)) return name;
  }
}
