import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { DomainError, type ErrorKind, type FieldError } from './domain-error';

const STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  gone: 410,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  too_many_requests: 429,
  unavailable: 503,
};

/** RFC 9110 renamed what Node still calls otherwise. */
const TITLES: Record<number, string | undefined> = {
  ...STATUS_CODES,
  413: 'Content Too Large',
  422: 'Unprocessable Content',
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

export interface ProblemResponse {
  status: number;
  headers: Record<string, string>;
  body: Problem;
}

/** Turns anything thrown into what the client sees. Of an unexpected error nothing but its existence is told. */
export function problemOf(thrown: unknown, requestId: string): ProblemResponse {
  const error = thrown instanceof DomainError ? thrown : frameworkError(thrown);
  const status = error instanceof DomainError ? STATUS[error.kind] : (error?.status ?? 500);
  const code = error?.code ?? 'internal_error';
  const detail = error?.message ?? 'The request could not be processed; the service logged why.';
  const { headers = {}, errors = [], members = {} } = error instanceof DomainError ? error : {};
  return {
    status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      ...(status === 503 ? { 'retry-after': RETRY_AFTER_SECONDS } : {}),
      ...headers,
    },
    body: {
      ...members,
      type: `urn:problem-type:agent-registry:${code}`,
      title: TITLES[status] ?? 'Error',
      status,
      detail,
      code,
      request_id: requestId,
      error: detail,
      errors,
    },
  };
}

const CODE: Record<number, string> = {
  403: 'forbidden',
  404: 'route_not_found',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  503: 'unavailable',
};

/** What Nest, Express or body parsing below us refused: they say its HTTP status. Their 5xx, 503 aside, are unexpected. */
function frameworkError(thrown: unknown): { status: number; code: string; message: string } | undefined {
  const status = statusOf(thrown);
  if (status === undefined || (status !== 503 && (status < 400 || status >= 500))) return undefined;
  const code = CODE[status] ?? 'malformed_request';
  return { status, code, message: thrown instanceof Error ? thrown.message : code };
}

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (thrown instanceof URIError) return 400;
  const { status, expose } = (thrown ?? {}) as { status?: unknown; expose?: unknown };
  return typeof status === 'number' && expose === true ? status : undefined;
}
