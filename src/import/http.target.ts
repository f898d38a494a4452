import { types } from 'node:util';
import { dateOf, SystemClock, type Clock } from '../platform/common/clock';
import { errorMessage } from '../platform/observability/error-message';
import type { FieldError } from '../platform/validation/domain-error';
import { abortedAfter } from '../platform/common/with-timeout';
import type { ImportResult } from '../registry/bulk-import/agent-import.service';
import type { AgentDefinition } from '#agent-directory/agent-draft';
import { ImportError } from './import.error';
import { ImportTarget } from './import-target';

const MAX_TRIES = 5;
const FIRST_BACKOFF_MS = 500;
const MAX_WAIT_MS = 60_000;
const REQUEST_TIMEOUT_MS = 120_000;
const OUTCOMES = ['created', 'updated', 'unchanged', 'rejected'];

/** How to reach a running service. */
export interface HttpTargetOptions {
  /** The service's root, `http://host:8080` or with a path in front of `/agents`. */
  readonly url: URL;
  /** Sent as a bearer token when given. */
  readonly token?: string;
  /** Ends a wait between tries; `send` then rejects. A request under way is let finish, so that its outcome is known. */
  readonly signal?: AbortSignal;
  /** Waits between tries are by this clock; that of the machine when left out. */
  readonly clock?: Clock;
}

/** What came back, its body parsed; without a status nothing did, and the body's `detail` says why. */
interface Answer {
  readonly status?: number;
  readonly headers: Headers;
  readonly body: { code?: string; detail?: string; errors?: FieldError[]; results?: ImportResult[] };
}

/**
 * Imports through `POST /agents/import`. A 429, a 503 and a failed connection are tried again, five times in all, waiting as
 * long as `Retry-After` asks (at most a minute) or longer each time. Anything else is final.
 */
export class HttpTarget extends ImportTarget {
  override readonly description: string;
  private readonly endpoint: URL;
  private readonly clock: Clock;

  constructor(private readonly options: HttpTargetOptions) {
    super();
    this.clock = options.clock ?? new SystemClock(); // a command: nothing is injected
    const root = options.url.href.replace(/[?#].*$/, '').replace(/\/*$/, '/');
    this.endpoint = new URL('agents/import', root);
    this.description = `service ${root}`;
  }

  override async send(
    definitions: readonly AgentDefinition[],
    { dryRun }: { dryRun: boolean },
  ): Promise<ImportResult[]> {
    const { signal } = this.options;
    const body = JSON.stringify({ agents: definitions });
    for (let tries = 1; ; tries++) {
      const answer = await this.post(`${this.endpoint.href}?dry_run=${dryRun}`, body);
      if (answer.status === 200) return this.resultsOf(answer, definitions.length);
      if (answer.status !== undefined && ![429, 503].includes(answer.status)) throw this.refusal(answer.status, answer);
      if (tries === MAX_TRIES) {
        const { origin } = this.endpoint;
        throw new ImportError(`${origin} is not available: ${describe(answer)} (tried ${tries} times)`);
      }
      const asked = retryAfterMs(answer.headers.get('retry-after'), this.clock.now());
      await this.clock.sleep(Math.min(asked ?? FIRST_BACKOFF_MS * 2 ** (tries - 1), MAX_WAIT_MS), signal);
    }
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  private async post(url: string, body: string): Promise<Answer> {
    const { token } = this.options;
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    try {
      return await abortedAfter(this.clock, REQUEST_TIMEOUT_MS, async (signal) => {
        // A followed 301 or 302 would turn the POST into a GET.
        const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
        return { status: response.status, headers: response.headers, body: parseBody(await response.text()) };
      });
    } catch (error) {
      // fetch says only "fetch failed"; what happened is in the cause.
      const detail = errorMessage(types.isNativeError(error) && error.cause !== undefined ? error.cause : error);
      return { headers: new Headers(), body: { detail } };
    }
  }

  private resultsOf({ body: { results } }: Answer, expected: number): ImportResult[] {
    const isComplete = Array.isArray(results) && results.length === expected;
    if (isComplete && results.every((result) => OUTCOMES.includes(result?.outcome))) return results;
    throw new ImportError(`${this.endpoint.href} did not answer as an agent registry does`);
  }

  private refusal(status: number, answer: Answer): ImportError {
    const location = answer.headers.get('location');
    let problem = `refused the import: ${describe(answer)}`;
    if (status < 400 && location !== null) problem = `points elsewhere (${location}): give that as --url`;
    if ([404, 405].includes(status)) problem = `takes no imports (${status}): is --url the root of an agent registry?`;
    return new ImportError(`${this.endpoint.href} ${problem}`);
  }
}

/** What a Retry-After header asks for (RFC 9110: seconds, or a date), in milliseconds; undefined when it is neither. */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = dateOf(value).getTime();
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

/** The status and, of a problem document, what it says. */
function describe({ status, body: { code, detail, errors } }: Answer): string {
  const first = errors?.[0] && `${errors[0].field}: ${errors[0].message}`;
  return [status, code, detail, first].filter((part) => part !== undefined).join(' ');
}

/** An empty object when it is no JSON. */
function parseBody(text: string): Answer['body'] {
  try {
    return Object(JSON.parse(text)) as Answer['body'];
  } catch {
    return {};
  }
}
