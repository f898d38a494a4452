import type { Clock } from './clock';

/** The work has not ended in time; it may still do so, and nobody waits for it any more. */
export class TimeoutError extends Error {}

/**
 * What the work gives, if it does so within so many milliseconds.
 * @throws TimeoutError
 */
export async function withTimeout<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  let stop = (): void => undefined;
  const deadline = new Promise<never>((_, reject) => {
    const miss = (): void => reject(new TimeoutError(`no answer within ${ms} ms`));
    // After a stall of this process the answer may lie in the socket already: timers run before what has arrived is read.
    const timer = clock.setDeadline(ms, () => setImmediate(miss));
    stop = () => timer.cancel();
  });
  return Promise.race([work, deadline]).finally(() => stop());
}

/** What the work gives. Its signal is aborted after so many milliseconds; the work must end then. */
export async function abortedAfter<T>(clock: Clock, ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void =>
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  const timer = clock.setDeadline(ms, abort).unref();
  try {
    return await work(controller.signal);
  } finally {
    timer.cancel();
  }
}
