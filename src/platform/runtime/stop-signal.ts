import type { Clock } from '../common/clock';

/** npm passes on a signal that its whole process group has got already: within this time two are one. */
const ECHO_MS = 500;

/** That the process is to end cleanly. */
export interface StopSignal {
  /** Resolves with the name of what asks for it. */
  received: Promise<string>;
  /** Aborted at the same moment. */
  aborted: AbortSignal;
}

/** What asks the process to end: supervisors, keyboards, and terminals that are closed. */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * The first of {@link STOP_SIGNALS} from now on; `onSecond` is called at another one that is no echo. Nest's own shutdown hooks would end
 * the process by the signal again: a clean stop is exit code 0.
 */
export function stopSignal(clock: Clock, onSecond: () => void): StopSignal {
  const controller = new AbortController();
  const received = new Promise<string>((resolve) => {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (first !== undefined && clock.monotonicMs() - first >= ECHO_MS) onSecond();
      first ??= clock.monotonicMs();
      controller.abort();
      resolve(signal);
    };
    for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  });
  return { received, aborted: controller.signal };
}
