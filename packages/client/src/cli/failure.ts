import { types } from 'node:util';
import { ApiError, ConnectionError, NotFoundError, RateLimitedError, UnavailableError } from '../errors.js';
import { EXIT } from './exit-codes.js';
import { printable } from './text-width.js';
import { UsageError } from './usage-error.js';

/** What went wrong: lines for people, and the exit code. */
export interface Failure {
  readonly lines: readonly string[];
  readonly code: number;
}

/** Tells an error to people: what is wrong and, of a request, every field that is. Never a stack. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof UsageError) return { lines: error.message.split('\n').map(printable), code: EXIT.usage };
  if (error instanceof ApiError) return { lines: linesOf(error), code: codeOf(error) };
  if (error instanceof ConnectionError) return { lines: [printable(reasonOf(error))], code: EXIT.unreachable };
  return { lines: [`this is a defect of the program: ${printable(reasonOf(error))}`], code: EXIT.defect };
}

/** An answer in one line, for messages that come up while something else goes on. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiError) return linesOf(error).join('; ');
  const messages: string[] = [];
  for (let cause = error; types.isNativeError(cause); cause = cause.cause) {
    // Of an attempt at several addresses, the first says enough. What an outer message repeats of an inner one is said once.
    const [inner] = 'errors' in cause && Array.isArray(cause.errors) ? (cause.errors as unknown[]) : [];
    const message = cause.message || (types.isNativeError(inner) ? inner.message : cause.name);
    if (!messages.some((outer) => outer.includes(message)) && message !== 'fetch failed') messages.push(message);
  }
  return messages.join(': ') || String(error);
}

function codeOf(error: ApiError): number {
  if (error instanceof UnavailableError || error instanceof RateLimitedError) return EXIT.unreachable;
  // Any other 404 is about the address, not about an agent.
  const isAboutAgent = error instanceof NotFoundError && error.code.startsWith('agent_');
  return isAboutAgent ? EXIT.notFound : EXIT.refused;
}

function linesOf(error: ApiError): string[] {
  const { status, code, detail, errors, requestId } = error;
  const violations = errors.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
  const what = violations.length > 0 ? [`${status} ${code}`, ...violations] : [`${status} ${code}: ${detail}`];
  const isElsewhere = error instanceof NotFoundError && !code.startsWith('agent_');
  if (isElsewhere) what.push('is the URL the root of an agent registry?');
  if (status >= 500 && requestId !== undefined) what.push(`request id ${requestId}`);
  return what.map(printable);
}
