import {
  AgentRegistryError,
  apiError,
  ConnectionError,
  TimeoutError,
  UnexpectedResponseError,
  type ApiError,
} from './errors.js';
import { isResponseOf } from './response-shape.js';
import { mayRetry, pause, pauseMs, retryAfterMs, untilAborted, type Backoff } from './retry.js';
import { MACHINE_TIME, type Time } from './time.js';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_RETRIES = 3;
const BACKOFF: Backoff = { firstMs: 200, longestMs: 5_000 };
/** Whoever is asked to wait for longer than this gets the error instead, with `retryAfterMs`. */
const LONGEST_PAUSE_MS = 30_000;

/** A bearer token, or what gives the one that is good now: it is asked for each try, so a token may be rotated. */
export type Token = string | (() => string | Promise<string>);

export interface ClientOptions {
  /** Where the registry is, e.g. `https://registry.example.org`; it may have a path. */
  url: string;
  /** Without one, requests carry none. */
  token?: Token;
  /** Instead of the global one. */
  fetch?: typeof fetch;
  /** Milliseconds that one try may take, until the last byte of its answer. Default 10,000. */
  timeoutMs?: number;
  /** How often a failed request is tried again, where that is safe. Default 3. */
  retries?: number;
  /** Sent as `User-Agent`, where the platform lets programs set it. */
  userAgent?: string;
  /**
   * Instead of the machine's, for tests.
   * @internal
   */
  time?: Time;
}

/** For one call. */
export interface RequestOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Instead of the client's. */
  timeoutMs?: number;
  /** Instead of the client's. */
  retries?: number;
  /** Instead of the client's. */
  token?: Token;
  /** Sent as `X-Request-Id`: 1 to 128 visible ASCII characters, to be found in the service's log. */
  requestId?: string;
}

/** One request, however often it has to be tried. */
export interface Call {
  /** Takes the place of the parameter in the path, if there is one; several, in their order. */
  id?: string | readonly string[];
  /** What is undefined is left out; of an array, each value is a parameter. */
  query?: object;
  headers?: Record<string, string | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  /** Doing it twice is doing it once. */
  isRepeatable: boolean;
  /** Statuses, besides those of success, that are an answer and no error. */
  expects?: readonly number[];
  /** The code with which a second try is refused when the first was carried out and its answer lost, and that answer's body. */
  replayed?: { code: string; body: unknown };
  options: RequestOptions;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed if it is JSON, else text. */
  body: unknown;
}

/** Sends requests, and sends them again where that is safe and may help. */
export class Transport {
  private readonly base: string;
  readonly time: Time;

  /** @throws TypeError when the URL is not an absolute one */
  constructor(private readonly options: ClientOptions) {
    const { origin, pathname } = new URL(options.url);
    this.time = options.time ?? MACHINE_TIME;
    this.base = origin + pathname.replace(/\/+$/, '');
  }

  /** @throws ApiError, ConnectionError, or the reason of the signal */
  async send(method: string, path: string, call: Call): Promise<Answer> {
    const { retries = this.options.retries ?? DEFAULT_RETRIES, signal } = call.options;
    for (let tries = 1; ; tries++) {
      try {
        const answer = await this.try(method, path, call);
        if (call.expects?.includes(answer.status)) return answer;
        if (isSuccess(answer.status)) return this.checked(method, path, answer);
        throw errorOf(answer, call.options.requestId);
      } catch (error) {
        const { replayed } = call;
        if (tries > 1 && replayed && (error as ApiError).code === replayed.code)
          return { status: 200, headers: new Headers(), body: replayed.body };
        if (tries > retries || !mayRetry(error, call.isRepeatable)) throw error;
        const wait = pauseMs(tries, error, BACKOFF, () => this.time.random());
        if (wait > LONGEST_PAUSE_MS) throw error;
        await pause(wait, signal, this.time);
      }
    }
  }

  /**
   * Opens a stream of JSON lines and gives each as it comes, until the stream ends.
   * @throws ApiError when it is refused; ConnectionError when it is cut off, or nothing comes for `silenceMs`; the reason of the signal
   */
  async *lines(path: string, call: Call, silenceMs: number): AsyncGenerator<unknown, void, undefined> {
    const { signal } = call.options;
    signal?.throwIfAborted();
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    let cancelSilence = (): void => undefined;
    const hear = (): void => {
      cancelSilence();
      cancelSilence = this.time.after(silenceMs, () => controller.abort(new TimeoutError(silenceMs)));
    };
    try {
      hear();
      const headers = await untilAborted(this.headers(call), controller.signal);
      headers.set('accept', 'application/x-ndjson, application/problem+json');
      const url = urlOf(this.base, path, call);
      const request = { headers, signal: controller.signal, redirect: 'error' } as const;
      const response = await (this.options.fetch ?? fetch)(url, request);
      if (!isSuccess(response.status)) throw errorOf(await answerOf(response), call.options.requestId);
      const type = response.headers.get('content-type') ?? 'no content type';
      if (!type.startsWith('application/x-ndjson') || !response.body)
        throw new UnexpectedResponseError(`not an Agent Registry: ${url} was answered by ${response.status} (${type})`);
      yield* linesOf(response.body, hear);
    } catch (error) {
      if (controller.signal.aborted) throw controller.signal.reason;
      if (error instanceof AgentRegistryError) throw error;
      throw new ConnectionError(`GET ${path}: the stream was cut off: ${reasonOf(error)}`, { cause: error });
    } finally {
      cancelSilence();
      signal?.removeEventListener('abort', abort);
      controller.abort();
    }
  }

  /** @throws UnexpectedResponseError when it cannot be the registry's */
  private checked(method: string, path: string, answer: Answer): Answer {
    const { status, headers, body } = answer;
    if (isResponseOf(method, path, headers, body)) return answer;
    const type = headers.get('content-type') ?? 'no content type';
    const what = `${method.toUpperCase()} ${this.base}${path} was answered by ${status} (${type})`;
    throw new UnexpectedResponseError(`not an Agent Registry: ${what}, which is not what it answers`);
  }

  private async try(method: string, path: string, call: Call): Promise<Answer> {
    const { timeoutMs = this.options.timeoutMs ?? DEFAULT_TIMEOUT_MS, signal } = call.options;
    signal?.throwIfAborted();
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    const timeout = new TimeoutError(timeoutMs);
    const cancelTimeout = this.time.after(timeoutMs, () => controller.abort(timeout));
    try {
      const headers = await untilAborted(this.headers(call), controller.signal);
      return await this.exchange(urlOf(this.base, path, call), {
        method: method.toUpperCase(),
        headers,
        body: call.body === undefined ? undefined : JSON.stringify(call.body),
        signal: controller.signal,
        redirect: 'error', // it would turn a POST into a GET
      });
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      cancelTimeout();
      signal?.removeEventListener('abort', abort);
    }
  }

  /** @throws ConnectionError */
  private async exchange(url: string, request: RequestInit): Promise<Answer> {
    const send = this.options.fetch ?? fetch; // not as a method of ours: browsers do not let it be
    try {
      return await answerOf(await send(url, request));
    } catch (error) {
      throw new ConnectionError(`${request.method} ${url}: there was no answer: ${reasonOf(error)}`, { cause: error });
    }
  }

  private async headers({ headers, body, options }: Call): Promise<Headers> {
    const result = new Headers({ accept: 'application/json, application/problem+json, text/plain' });
    const token = options.token ?? this.options.token;
    const value = typeof token === 'function' ? await token() : token;
    const all = {
      ...headers,
      authorization: value === undefined ? undefined : `Bearer ${value}`,
      'content-type': body === undefined ? undefined : 'application/json',
      'user-agent': this.options.userAgent,
      'x-request-id': options.requestId,
    };
    for (const [name, each] of Object.entries(all)) if (each !== undefined) result.set(name, each);
    return result;
  }
}

/** The error that an answer is. */
export function errorOf({ status, headers, body }: Answer, requestId?: string): ApiError {
  return apiError({
    status,
    body,
    requestId: headers.get('x-request-id') ?? requestId,
    retryAfterMs: retryAfterMs(headers.get('retry-after'), Date.now()),
  });
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** Each whole line of a body, parsed; `hear` is called with whatever comes. What follows the last line feed was cut off. */
async function* linesOf(body: ReadableStream<Uint8Array>, hear: () => void): AsyncGenerator<unknown, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    hear();
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line !== '') yield JSON.parse(line);
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function urlOf(base: string, path: string, { id = '', query = {} }: Call): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value])
      if (each !== undefined) parameters.append(name, String(each));
  const search = parameters.toString();
  const ids = [id].flat();
  const filled = path.replace(/\{\w+\}/g, () => segmentOf(ids.shift() ?? ''));
  return base + filled + (search && `?${search}`);
}

function segmentOf(id: string): string {
  if (id === '') throw new TypeError('the id is empty');
  // An id of dots alone would be taken for a step in the path, encoded or not.
  if (id === '.' || id === '..') throw new TypeError(`${id} cannot stand in a URL`);
  return encodeURIComponent(id);
}

/** What fetch says is only that it failed; why is in the cause, of several failed connections only as a code. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { message?: string; code?: string } };
  return cause?.message || cause?.code || message;
}
