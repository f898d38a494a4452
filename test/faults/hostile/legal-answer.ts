import type { Reply } from '../../support/wire';

/** What a refusal has to say fits into this, however large and twisted the request. */
const MAX_REFUSAL = 1024 * 1024;

/**
 * What of the contract an answer breaks, one line each: what every answer must be, and what more every refusal. Plain comparisons,
 * because ten thousand answers are judged, and `expect` costs more than a request.
 */
export function faultsOf({ status, headers, body }: Reply, method: string): string[] {
  if (status >= 500) return [`the status is ${status}: ${body}`];
  const requestId = headers['x-request-id'] as string | undefined;
  const faults = /^[\x21-\x7e]{1,128}$/.test(requestId ?? '') ? [] : [`X-Request-Id is ${requestId}`];
  if (status < 400) return faults;
  const type = headers['content-type'] ?? '';
  if (!/^application\/problem\+json(;|$)/.test(type)) faults.push(`the Content-Type of a refusal is ${type}`);
  if (status === 405 && !/^[A-Z]+(, [A-Z]+)*$/.test(headers.allow ?? '')) faults.push(`Allow is ${headers.allow}`);
  if (method === 'HEAD') return faults;
  if (body.length > MAX_REFUSAL) faults.push(`the refusal has ${body.length} characters`);
  const problem = JSON.parse(body) as Record<string, unknown>;
  const wrong = wrongMembersOf(problem, status, requestId);
  return [...faults, ...wrong.map((name) => `the problem's ${name} is ${JSON.stringify(problem[name])}`)];
}

function wrongMembersOf(problem: Record<string, unknown>, status: number, requestId: string | undefined): string[] {
  const wrong = ['type', 'title', 'detail'].filter((name) => !isText(problem[name]));
  if (problem.status !== status) wrong.push('status');
  if (problem.request_id !== requestId) wrong.push('request_id');
  if (problem.error !== problem.detail) wrong.push('error');
  if (!/^[a-z_]+$/.test(String(problem.code))) wrong.push('code');
  if (!areViolations(problem.errors, problem.code === 'validation_failed' ? 1 : 0)) wrong.push('errors');
  return wrong;
}

function areViolations(errors: unknown, atLeast: number): boolean {
  if (!Array.isArray(errors) || errors.length < atLeast) return false;
  return (errors as Record<string, unknown>[]).every(({ field, message }) => isText(field) && isText(message));
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
