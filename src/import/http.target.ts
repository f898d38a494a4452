import { setTimeout as delay } from 'node:timers/promises';
import { types } from 'node:util';
import type { ImportResult } from '../registry/agent-import.service';
import type { AgentDefinition } from './agent-draft';
import { errorMessage } from './error-message';
import { ImportTarget } from './import-target';
import { ImportTargetError } from './import-target.error';
import { retryAfterMs } from './retry-after';

const MAX_TRIES = 5;
const FIRST_BACKOFF_MS = 500;
const MAX_WAIT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 120_000;

/** How to reach a running service. */
export interface HttpTargetOptions {
  /** The service's root, `http://host:8080` or with a path in front of `/agents`. */
  readonly url: URL;
  /** Sent as a bearer token when given. */
  readonly token?: string;
  /** Ends a wait between tries; `send` then rejects. A request under way is let finish, so that its outcome is known. */
  readonly signal?: AbortSignal;
  /** The first wait between tries, which doubles each time; for tests. */
  readonly backoffMs?: number;
}

/**
 * Imports through `POST /agents/import`. A 503 and a failed connection are tried again, five times in all, waiting as
 * long as `Retry-After` asks (at most a minute) or longer each time. A batch that is too large for somebody on the way
 * (413) goes out in halves. Anything else is final.
 */
export class HttpTarget extends ImportTarget {
  override readonly description: string;
  private readonly endpoint: URL;

  constructor(private readonly options: HttpTargetOptions) {
    super();
    const root = options.url.href.replace(/[?#].*$/, '').replace(/\/*$/, '/');
    this.endpoint = new URL('agents/import', root);
    this.description = `service ${root}`;
  }

  override async send(definitions: readonly AgentDefinition[], options: { dryRun: boolean }): Promise<ImportResult[]> {
    const results = await this.request(definitions, options);
    if (results !== 'too large') return results;
    const [only] = definitions;
    if (definitions.length === 1 && only !== undefined) {
      const errors = [{ field: '', message: `is too large for ${this.endpoint.origin}` }];
      return [{ index: 0, id: only.id, outcome: 'rejected', code: 'payload_too_large', errors }];
    }
    // The service takes our batches, but a proxy in front of it may well not.
    const middle = Math.ceil(definitions.length / 2);
    const first = await this.send(definitions.slice(0, middle), options);
    const second = await this.send(definitions.slice(middle), options);
    return [...first, ...second].map((result, index) => ({ ...result, index }));
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  private async request(
    definitions: readonly AgentDefinition[],
    { dryRun }: { dryRun: boolean },
  ): Promise<ImportResult[] | 'too large'> {
    const url = new URL(this.endpoint);
    url.searchParams.set('dry_run', String(dryRun));
    const body = JSON.stringify({ agents: definitions });
    let backoff = this.options.backoffMs ?? FIRST_BACKOFF_MS;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.post(url, body);
      if (answer === 'too large') return answer;
      if ('results' in answer) {
        if (answer.results.length === definitions.length) return answer.results;
        throw new ImportTargetError(
          `${this.endpoint.href} answered for ${answer.results.length} agents where ${definitions.length} were sent`,
        );
      }
      if (attempt === MAX_TRIES) throw new ImportTargetError(`${answer.problem} (tried ${MAX_TRIES} times)`);
      await delay(Math.min(answer.retryAfterMs ?? backoff, MAX_WAIT_MS), undefined, { signal: this.options.signal });
      backoff *= 2;
    }
  }

  /** The results, or a problem that is worth another try. */
  private async post(
    url: URL,
    body: string,
  ): Promise<{ results: ImportResult[] } | { problem: string; retryAfterMs?: number } | 'too large'> {
    const { token } = this.options;
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body,
        // A followed 301 or 302 would turn the POST into a GET.
        redirect: 'manual',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      return { problem: `cannot reach ${this.endpoint.origin}: ${describeFailure(error)}` };
    }
    if (response.status === 503) {
      return {
        problem: `${this.endpoint.origin} is not available: ${describeAnswer(response.status, text)}`,
        retryAfterMs: retryAfterMs(response.headers.get('retry-after'), new Date()),
      };
    }
    if (response.status === 413) return 'too large';
    if (response.status !== 200) throw new ImportTargetError(this.describeRefusal(response, text));
    const results = parseResults(text);
    if (results === undefined) {
      throw new ImportTargetError(`${this.endpoint.href} did not answer as an agent registry does`);
    }
    return { results };
  }

  private describeRefusal(response: Response, text: string): string {
    const answer = describeAnswer(response.status, text);
    if (response.status >= 300 && response.status < 400) {
      return `${this.endpoint.href} points elsewhere (${response.headers.get('location') ?? answer}): give that as --url`;
    }
    if (response.status === 404 || response.status === 405) {
      return `${this.endpoint.href} takes no imports (${answer}): is --url the root of an agent registry?`;
    }
    return `${this.endpoint.href} refused the import: ${answer}`;
  }
}

function describeFailure(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return `no answer within ${REQUEST_TIMEOUT_MS / 1000} s`;
  }
  // fetch says only "fetch failed"; what happened is in the cause.
  return errorMessage(types.isNativeError(error) && error.cause !== undefined ? error.cause : error);
}

function describeAnswer(status: number, text: string): string {
  const problem = parseJson(text);
  if (typeof problem !== 'object' || problem === null) return String(status);
  const parts: unknown[] = [
    'code' in problem ? problem.code : undefined,
    'detail' in problem ? problem.detail : undefined,
  ];
  if ('errors' in problem && Array.isArray(problem.errors)) {
    const [first] = problem.errors as unknown[];
    if (typeof first === 'object' && first !== null && 'field' in first && 'message' in first) {
      parts.push(`${String(first.field)}: ${String(first.message)}`);
    }
  }
  return [status, ...parts.filter((part) => typeof part === 'string')].join(' ');
}

function parseResults(text: string): ImportResult[] | undefined {
  const answer = parseJson(text);
  if (typeof answer !== 'object' || answer === null || !('results' in answer)) return undefined;
  return Array.isArray(answer.results) && answer.results.every(isResult) ? answer.results : undefined;
}

function isResult(value: unknown): value is ImportResult {
  return (
    typeof value === 'object' &&
    value !== null &&
    'outcome' in value &&
    typeof value.outcome === 'string' &&
    ['created', 'updated', 'unchanged', 'rejected'].includes(value.outcome)
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
