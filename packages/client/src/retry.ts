import { ApiError, ConnectionError, RateLimitedError, TimeoutError, UnavailableError } from './errors.js';
import { MACHINE_TIME, type Time } from './time.js';

/** Milliseconds. */
export interface Backoff {
  /** The longest pause after the first failure. It doubles with each further one … */
  firstMs: number;
  /** … up to this. */
  longestMs: number;
}

/**
 * Whether the same request may succeed when it is sent again, and can do no harm. What was refused for its rate was not
 * done, so it may always be repeated. After anything else it may have been done all the same, so `isRepeatable` must say
 * that doing it twice is doing it once.
 */
export function mayRetry(error: unknown, isRepeatable: boolean): boolean {
  if (error instanceof RateLimitedError) return true;
  return isRepeatable && (error instanceof UnavailableError || error instanceof ConnectionError);
}

/**
 * Milliseconds to wait after so many failures in a row (1 or more): any time up to an exponentially growing bound, so that
 * clients that failed together do not come back together ("full jitter", Marc Brooker, "Exponential Backoff And Jitter",
 * AWS Architecture Blog, 2015). Where the service has said how long to wait, that comes first, and the jitter on top.
 */
export function pauseMs(
  failures: number,
  error: unknown,
  backoff: Backoff,
  random: () => number = Math.random,
): number {
  const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  return asked + random() * Math.min(backoff.longestMs, backoff.firstMs * 2 ** (failures - 1));
}

/** What a Retry-After header (RFC 9110: seconds, or a date) asks for, in milliseconds; undefined when it is neither. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Waits, unless and until the signal aborts; then rejects with its reason. */
export function pause(ms: number, signal?: AbortSignal, time: Time = MACHINE_TIME): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = time.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** A limit in time. Until it is cancelled its timer keeps the process alive. */
export interface Deadline {
  /** Aborts with a {@link TimeoutError}. */
  readonly signal: AbortSignal;
  cancel(): void;
}

/** Aborts the controller after so many milliseconds. */
export function deadline(ms: number, time: Time = MACHINE_TIME, controller = new AbortController()): Deadline {
  const cancel = time.after(ms, () => controller.abort(new TimeoutError(ms)));
  return { signal: controller.signal, cancel };
}

/** What the work gives, unless it takes longer (TimeoutError) or the signal aborts (its reason). */
export async function within<T>(
  ms: number,
  work: Promise<T>,
  signal?: AbortSignal,
  time: Time = MACHINE_TIME,
): Promise<T> {
  const over = new AbortController();
  const abort = (): void => over.abort(signal?.reason);
  const limit = deadline(ms, time, over);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await untilAborted(work, over.signal);
  } finally {
    limit.cancel();
    signal?.removeEventListener('abort', abort);
  }
}

/** What the work gives, unless the signal aborts before; then rejects with its reason, and the work goes on unheard. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}
