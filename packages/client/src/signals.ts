interface Stoppable {
  stop(): Promise<void>;
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** One listener for all of them: a process may have hundreds. */
const stoppables = new Set<Stoppable>();

/** Stops it when the process is told to end. If nobody else listens for that, the process then ends as if nobody had. */
export function stopOnSignals(stoppable: Stoppable): void {
  if (stoppables.size === 0) for (const signal of SIGNALS) process.on(signal, stopAll);
  stoppables.add(stoppable);
}

/** Takes {@link stopOnSignals} back. */
export function stopOnSignalsNoMore(stoppable: Stoppable): void {
  stoppables.delete(stoppable);
  if (stoppables.size === 0) for (const signal of SIGNALS) process.off(signal, stopAll);
}

function stopAll(signal: NodeJS.Signals): void {
  for (const each of SIGNALS) process.off(each, stopAll); // a second one is not kept waiting
  void stopped().then(() => process.listenerCount(signal) === 0 && process.kill(process.pid, signal));
}

async function stopped(): Promise<void> {
  await Promise.all(Array.from(stoppables, (stoppable) => stoppable.stop()));
}
