/** Work that a {@link Clock} does once its time has come, unless it is cancelled. */
export interface Timer {
  cancel(): void;
  /** Does not keep the process alive. */
  unref(): this;
}

/** What time it is, and what happens later: injected, so that tests can move it. Rows are compared by the database's clock. */
export abstract class Clock {
  /** The time of day, for what is shown. It can be set back. */
  abstract now(): Date;

  /** Milliseconds since some moment, for durations: it is never set back. */
  abstract monotonicMs(): number;

  /** Calls `work` once, after so many milliseconds. A promise that it returns must not reject. */
  abstract setTimer(ms: number, work: () => unknown): Timer;

  /** As {@link setTimer}, for a limit on what is under way: cancel it when that has ended. */
  setDeadline(ms: number, miss: () => void): Timer {
    return this.setTimer(ms, miss);
  }

  /** Calls `work` again and again, which does not keep the process alive. A promise that it returns is not waited for. */
  every(ms: number, work: () => unknown): Timer {
    const start = (): Timer =>
      this.setTimer(ms, () => {
        timer = start();
        return work();
      }).unref();
    let timer = start();
    const repeated: Timer = { cancel: () => timer.cancel(), unref: () => repeated };
    return repeated;
  }

  /** Resolves after so many milliseconds. Rejects with the reason of `signal` when that is aborted before. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        timer.cancel();
        reject(signal!.reason as Error);
      };
      const timer = this.setTimer(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}

/** A date of a known time: milliseconds since 1970, or a text. */
export function dateOf(time: number | string): Date {
  return new Date(time);
}

/** The clock of the machine. It has no state, so it may be made anew where there is nothing to inject it. */
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }

  monotonicMs(): number {
    return performance.now();
  }

  setTimer(ms: number, work: () => unknown): Timer {
    return new SystemTimer(ms, work);
  }
}

class SystemTimer implements Timer {
  private readonly timeout: NodeJS.Timeout;

  constructor(ms: number, work: () => unknown) {
    this.timeout = setTimeout(work, ms);
  }

  cancel(): void {
    clearTimeout(this.timeout);
  }

  unref(): this {
    this.timeout.unref();
    return this;
  }
}
