import { SystemClock } from '../platform/common/clock';
import { loadConfiguration, processEnvironment } from '../platform/config/load-configuration';
import { stopSignal } from '../platform/runtime/stop-signal';
import { runBackup } from './backup.command';

async function main(): Promise<void> {
  const { stdout, stderr } = process;
  process.exitCode = await runBackup(process.argv.slice(2), {
    stdout,
    stderr,
    // The first signal asks for a clean end, a later one ends the process at once.
    interruption: stopSignal(new SystemClock(), () => process.exit(130)).aborted,
    // Whoever has the database's password needs no token.
    configuration: () => loadConfiguration({ ...processEnvironment(), AUTH_MODE: 'none' }),
  });
}

void main();
