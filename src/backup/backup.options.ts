import { parseArgs } from 'node:util';
import { errorMessage } from '../platform/observability/error-message';
import { BackupError } from './backup.error';

export const USAGE = `Backs up the registry's database into one file, or restores it from one.

  npm run backup -- [--force] FILE             --force replaces FILE if it is there
  npm run restore -- [--force] [--check] FILE  --force replaces the agents that the database holds;
                                               --check reads the file to its end and changes nothing

The database is that of npm start: DATABASE_URL if it is set, else the embedded one under DATA_DIR. A backup is
taken while the service runs; a restore needs it stopped, all replicas of it. See docs/operations.md, "Backup and
restore". Exit code: 0 done, 1 it could not be done and nothing is changed, 130 interrupted, likewise.
`;

/** What the command line asks for. */
export interface BackupOptions {
  readonly command: 'backup' | 'restore';
  readonly file: string;
  /** Whether what is there may be replaced. */
  readonly force: boolean;
  /** Only look at the file. */
  readonly check: boolean;
}

/**
 * Reads the command line, of which the first word is the command.
 * @throws BackupError for anything that it does not know.
 */
export function parseBackupOptions([command, ...args]: readonly string[]): BackupOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help) return 'help';
  if (command !== 'backup' && command !== 'restore') throw new BackupError(`No such command: ${command ?? ''}`);
  const [file, ...others] = positionals;
  if (!file || others.length > 0) throw new BackupError('Name one file.');
  if (values.check && command === 'backup') throw new BackupError('--check is an option of restore.');
  return { command, file, force: values.force, check: values.check };
}

function parse(args: string[]): { values: { force: boolean; check: boolean; help: boolean }; positionals: string[] } {
  const option = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ args, allowPositionals: true, options: { force: option, check: option, help: option } });
  } catch (error) {
    throw new BackupError(errorMessage(error), { cause: error });
  }
}
