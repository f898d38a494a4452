import type { Problem, Violation } from './types.js';

/** All that this package throws, a caller's own abort aside. */
export class AgentRegistryError extends Error {
  override readonly name: string = 'AgentRegistryError';
}

/** There was no answer, or none that can be understood. Whether the request was carried out is not known. `cause` says more. */
export class ConnectionError extends AgentRegistryError {
  override readonly name: string = 'ConnectionError';
}

/** No answer came in time. Whether the request was carried out is not known. */
export class TimeoutError extends ConnectionError {
  override readonly name = 'TimeoutError';

  constructor(readonly timeoutMs: number) {
    super(`There was no answer within ${timeoutMs} ms`);
  }
}

/** An answer of success that is not the registry's: a proxy, a login page or another service stands where the URL points to. */
export class UnexpectedResponseError extends ConnectionError {
  override readonly name = 'UnexpectedResponseError';
}

/** What an answer that is an error said. */
export interface ApiErrorDetails {
  status: number;
  /** Whatever came as the body: from the service a {@link Problem}, from something in front of it perhaps none. */
  body: unknown;
  /** Of the answer, or else of the request. */
  requestId?: string;
  retryAfterMs?: number;
}

/** An answer that is an error. Its classes are what a caller can do about it; `code` is stable and says exactly what it was. */
export class ApiError extends AgentRegistryError {
  override readonly name: string = 'ApiError';
  /** HTTP status. */
  readonly status: number;
  /** Stable and machine-readable, e.g. `agent_not_found`; `http_<status>` when it was not the service that answered. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** Everything that is wrong with the request, each with its place. */
  readonly errors: readonly Violation[];
  /** To be found in the service's log. */
  readonly requestId: string | undefined;
  /** Milliseconds for which the service asked to be left alone. */
  readonly retryAfterMs: number | undefined;
  /** The whole body; `verdict` of `governance_denied`, for one, is only here. */
  readonly problem: Readonly<Partial<Problem>>;

  constructor({ status, body, requestId, retryAfterMs }: ApiErrorDetails) {
    const problem: Partial<Problem> = isProblem(body) ? body : {};
    const title = problem.title ?? `HTTP ${status}`;
    const detail = problem.detail ?? title;
    super(detail);
    this.status = status;
    this.code = problem.code ?? `http_${status}`;
    this.title = title;
    this.detail = detail;
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id ?? requestId;
    this.retryAfterMs = retryAfterMs;
    this.problem = problem;
  }
}

/** 400, 405, 413, 415, 422: the request is wrong, and will be when it is sent again. See `errors`. */
export class BadRequestError extends ApiError {
  override readonly name = 'BadRequestError';
}

/** 401: no token, or not a good one. */
export class UnauthorizedError extends ApiError {
  override readonly name = 'UnauthorizedError';
}

/** 403: not to this caller (`insufficient_scope`), or to nobody (`governance_denied`). Nothing was written. */
export class ForbiddenError extends ApiError {
  override readonly name = 'ForbiddenError';
}

/** 404: proven unknown. `agent_not_found`, or `agent_deregistered`; anything else means that the address is wrong. */
export class NotFoundError extends ApiError {
  override readonly name = 'NotFoundError';
}

/** 409: not in the state in which the agent is (`illegal_transition`, `concurrent_update`), or another process is the agent now (`superseded`). */
export class ConflictError extends ApiError {
  override readonly name = 'ConflictError';
}

/** 412: the agent is not in the state that `ifMatch` named any more. Read it again and decide anew. */
export class PreconditionFailedError extends ApiError {
  override readonly name = 'PreconditionFailedError';
}

/** 429: too often. Nothing was done; wait for `retryAfterMs`. */
export class RateLimitedError extends ApiError {
  override readonly name = 'RateLimitedError';
}

/** 502, 503, 504: the service, or what it needs, cannot be asked at the moment; wait for `retryAfterMs`. */
export class UnavailableError extends ApiError {
  override readonly name = 'UnavailableError';
}

const CLASSES: Record<number, typeof ApiError> = {
  400: BadRequestError,
  401: UnauthorizedError,
  403: ForbiddenError,
  404: NotFoundError,
  405: BadRequestError,
  409: ConflictError,
  412: PreconditionFailedError,
  413: BadRequestError,
  415: BadRequestError,
  422: BadRequestError,
  429: RateLimitedError,
  502: UnavailableError,
  503: UnavailableError,
  504: UnavailableError,
};

/** The error of the class that belongs to the status. */
export function apiError(details: ApiErrorDetails): ApiError {
  return new (CLASSES[details.status] ?? ApiError)(details);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && typeof (body as Partial<Problem>).code === 'string';
}
