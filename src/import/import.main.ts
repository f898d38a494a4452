import { SystemClock } from '../platform/common/clock';
import { commandToken, loadConfiguration, processEnvironment } from '../platform/config/load-configuration';
import { DatabaseTarget } from './database.target';
import { runImport } from './import.command';

/** A terminal's Ctrl-C reaches the whole process group, and npm and its script pass it on: one press arrives repeatedly. */
const SAME_PRESS_MS = 1000;

/** The first signal asks for a stop between two batches; a later one ends the process at once. */
function interruptOnSignals(): AbortSignal {
  const interruption = new AbortController();
  const clock = new SystemClock(); // a command: nothing is injected
  let askedAt: number | undefined;
  const ask = (): void => {
    const now = clock.monotonicMs();
    askedAt ??= now;
    if (now - askedAt > SAME_PRESS_MS) process.exit(130);
    interruption.abort();
  };
  process.on('SIGINT', ask);
  process.on('SIGTERM', ask);
  return interruption.signal;
}

async function main(): Promise<void> {
  const { stdin, stdout, stderr } = process;
  process.exitCode = await runImport(process.argv.slice(2), {
    stdin,
    stdout,
    stderr,
    token: commandToken(processEnvironment()),
    interruption: interruptOnSignals(),
    // Whoever has the database's password needs no token, and nobody asks over HTTP.
    openDatabase: async (options) =>
      DatabaseTarget.open(loadConfiguration({ ...processEnvironment(), AUTH_MODE: 'none' }), options),
  });
}

void main();
