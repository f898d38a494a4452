import { HttpException } from '@nestjs/common';
import { DomainError, type ErrorKind, type FieldError } from './domain-error';

const STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  unavailable: 503,
};

const TITLE: Record<number, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Seconds after which a client may ask again when the service could not answer. */
const RETRY_AFTER_SECONDS = '2';

/** Problem details (RFC 9457), with the members `code`, `request_id`, `error` (the original's clients) and `errors`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  error: string;
  errors: FieldError[];
  [member: string]: unknown;
}

export interface ProblemAnswer {
  status: number;
  headers: Record<string, string>;
  body: Problem;
}

/** Turns anything thrown into what the client sees. Of an unexpected error nothing but its existence is told. */
export function problemOf(thrown: unknown, requestId: string): ProblemAnswer {
  const error = thrown instanceof DomainError ? thrown : recognise(thrown);
  const status = error ? STATUS[error.kind] : 500;
  const code = error?.code ?? 'internal_error';
  const detail = error?.message ?? 'The request could not be processed; the service logged why.';
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json; charset=utf-8',
    ...error?.headers,
  };
  if (status === 503) headers['retry-after'] ??= RETRY_AFTER_SECONDS;
  return {
    status,
    headers,
    body: {
      ...error?.members,
      type: `urn:problem-type:agent-registry:${code}`,
      title: TITLE[status] ?? 'Error',
      status,
      detail,
      code,
      request_id: requestId,
      error: detail,
      errors: error?.errors ?? [],
    },
  };
}

const KIND_OF_STATUS: Record<number, [ErrorKind, string]> = {
  400: ['invalid', 'malformed_request'],
  403: ['forbidden', 'forbidden'],
  404: ['not_found', 'route_not_found'],
  413: ['too_large', 'payload_too_large'],
  415: ['unsupported_media_type', 'unsupported_media_type'],
  503: ['unavailable', 'unavailable'],
};

/** Errors of the frameworks below us (Nest, Express, body parsing), which say their HTTP status. */
function recognise(thrown: unknown): DomainError | undefined {
  const known = KIND_OF_STATUS[statusOf(thrown) ?? 500];
  if (!known) return undefined;
  const [kind, code] = known;
  return new DomainError(kind, code, thrown instanceof Error ? thrown.message : code);
}

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (thrown instanceof URIError) return 400;
  const { status, expose } = (thrown ?? {}) as { status?: unknown; expose?: unknown };
  return typeof status === 'number' && expose === true ? status : undefined;
}
