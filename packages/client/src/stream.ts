import { apiError, type ApiError } from './errors.js';
import { mayRetry, pause, pauseMs, type Backoff } from './retry.js';
import type { RequestOptions, Transport } from './transport.js';

const BACKOFF: Backoff = { firstMs: 500, longestMs: 15_000 };
/** The service writes at least every 15 s. */
const SILENCE_MS = 45_000;

/** For one call that follows a stream, through any number of connections. */
export interface FollowOptions extends RequestOptions {
  /** Called when a connection is there, again after each `onDisconnect`. */
  onConnect?: () => void;
  /** Called when a connection could not be made or has ended, with the error if there was one; the next follows by itself. */
  onDisconnect?: (error: unknown) => void;
}

/** A message of a stream. */
export interface StreamMessage {
  /** Where to go on after it. */
  readonly id?: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Which stream is followed, and from where. */
export interface Followed {
  readonly path: '/events/stream' | '/agents/watch';
  readonly query: object;
  readonly after?: string;
  /** Called before a connection begins without a cursor. */
  readonly onBeginning?: () => void;
  /** Whether the stream is begun anew, without a cursor, when the log does not go on from the one that there is. */
  readonly beginsAnew: boolean;
}

/**
 * The messages of a stream. One that ends, or is cut off, is opened again at the last cursor; only the caller, a refusal that waiting does
 * not change, and a cursor that the log no longer has end it.
 *
 * @throws ApiError of such a refusal; with 410, unless it begins anew, for such a cursor; the reason of the signal
 */
export async function* followStream(
  transport: Transport,
  { path, query, after: start, onBeginning, beginsAnew }: Followed,
  { onConnect, onDisconnect, ...options }: FollowOptions,
): AsyncGenerator<StreamMessage, void, undefined> {
  let after = start;
  let askedToWait = 0;
  for (let failures = 0; ;) {
    let problem: unknown;
    let isConnected = false;
    try {
      if (after === undefined) onBeginning?.();
      const call = { query: { ...query, after }, isRepeatable: true, options };
      for await (const line of transport.lines(path, call, SILENCE_MS)) {
        const message = line as StreamMessage;
        const { id, event, data } = message;
        failures = 0;
        if (!isConnected) onConnect?.();
        isConnected = true;
        if (id !== undefined) after = id;
        if (event === 'gone') throw goneError(data);
        if (event === 'retry') askedToWait = Number(data.retry_ms);
        else if (event !== 'comment' && event !== 'end') yield message;
      }
    } catch (error) {
      if (beginsAnew && after !== undefined && (error as ApiError).status === 410) after = undefined;
      else if (!mayRetry(error, true)) throw error;
      problem = error;
    }
    options.signal?.throwIfAborted();
    onDisconnect?.(problem);
    const wait = askedToWait + pauseMs(++failures, problem, BACKOFF, () => transport.time.random());
    askedToWait = 0;
    await pause(wait, options.signal, transport.time);
  }
}

function goneError(data: Record<string, unknown>): ApiError {
  return apiError({ status: 410, body: { title: 'Gone', detail: 'The cursor is gone', ...data } });
}
