/** One violated rule; `field` is the path of the value in the request, e.g. `capabilities[3]` or `heartbeat.enabled`. */
export interface FieldError {
  field: string;
  message: string;
  /** Of a value that is a text of several lines: where in it, both counted from 1. */
  line?: number;
  column?: number;
  /** What was probably meant in the place of what stands there. */
  suggestion?: string;
}

/** What went wrong, as far as a client must tell it apart. Each kind is one HTTP status, see `problem.ts`. */
export type ErrorKind =
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'gone'
  | 'precondition_failed'
  | 'too_large'
  | 'unsupported_media_type'
  | 'unprocessable'
  | 'too_many_requests'
  | 'unavailable';

export interface ErrorExtras {
  errors?: FieldError[];
  /** Sent with the answer, e.g. `Allow`. */
  headers?: Record<string, string>;
  /** Further members of the problem document. */
  members?: Record<string, unknown>;
  cause?: unknown;
}

/** An outcome that a client can act on. `code` is stable and machine-readable; the message is for people. */
export class DomainError extends Error {
  readonly errors: FieldError[];
  readonly headers: Record<string, string>;
  readonly members: Record<string, unknown>;

  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    extras: ErrorExtras = {},
  ) {
    super(message, { cause: extras.cause });
    this.errors = extras.errors ?? [];
    this.headers = extras.headers ?? {};
    this.members = extras.members ?? {};
  }
}

const LISTED_ERRORS = 100;
const LONGEST_FIELD = 512;

/** A path is made of what the client sent; an answer must not grow with that. */
function shortened(field: string): string {
  return field.length > LONGEST_FIELD ? `${field.slice(0, LONGEST_FIELD)}…` : field;
}

/** The 400 of every rule about a request's content. Lists the first hundred violations, one is enough to refuse. */
export function validationError(errors: FieldError[]): DomainError {
  const listed = errors.slice(0, LISTED_ERRORS).map((error) => ({ ...error, field: shortened(error.field) }));
  const summary = listed.map(({ field, message }) => (field ? `${field} ${message}` : message));
  const detail = summary.slice(0, 3).join('; ') + (errors.length > 3 ? `; and ${errors.length - 3} more` : '');
  return new DomainError('invalid', 'validation_failed', detail, { errors: listed });
}

/** Names the whole body where a violation is not of one field in it. */
export function inBody(errors: FieldError[]): FieldError[] {
  return errors.map((error) => ({ ...error, field: error.field || 'body' }));
}

/** Refuses when there is at least one violation. */
export function rejectIfAny(errors: FieldError[]): void {
  if (errors.length > 0) throw validationError(errors);
}
