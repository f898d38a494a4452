import { types } from 'node:util';
import { type Client, DatabaseError } from 'pg';
import { type Configuration, ConfigurationError } from '../platform/config/configuration';
import { migrate } from '../platform/database/data-source';
import { errorMessage } from '../platform/observability/error-message';
import { ArchiveFile } from './archive-reader';
import { refuseToOverwrite, writeArchive } from './archive-writer';
import { BackupError } from './backup.error';
import { type BackupOptions, parseBackupOptions, USAGE } from './backup.options';
import { dump } from './dump';
import { RegistryDatabase } from './registry-database';
import { restore } from './restore';

/** The exit codes of the command. */
const EXIT = { done: 0, failed: 1, interrupted: 130 } as const;

/** What the command touches outside itself. */
export interface BackupSurroundings {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Aborted: stop, and leave everything as it was. */
  readonly interruption: AbortSignal;
  /** @throws ConfigurationError */
  readonly configuration: () => Configuration;
}

/** Runs one backup or restore and returns the exit code (see `USAGE`). Of the arguments the first is the command. */
export async function runBackup(args: readonly string[], surroundings: BackupSurroundings): Promise<number> {
  const { stdout, stderr, interruption } = surroundings;
  let options: BackupOptions | 'help';
  try {
    options = parseBackupOptions(args);
  } catch (error) {
    stderr.write(`${errorMessage(error)}\n\n${USAGE}`);
    return EXIT.failed;
  }
  try {
    if (options === 'help') stdout.write(USAGE);
    else if (options.command === 'backup') stdout.write(await backUp(options, surroundings));
    else stdout.write(await restoreFrom(options, surroundings));
    return EXIT.done;
  } catch (error) {
    const isInterrupted = interruption.aborted && !(error instanceof BackupError);
    stderr.write(isInterrupted ? 'interrupted; nothing was changed\n' : `${describeFailure(error)}\n`);
    return isInterrupted ? EXIT.interrupted : EXIT.failed;
  }
}

async function backUp(
  { file, force }: BackupOptions,
  { configuration, interruption: signal }: BackupSurroundings,
): Promise<string> {
  if (!force) await refuseToOverwrite(file);
  const database = await RegistryDatabase.open(configuration(), { as: 'backup', mustExist: true });
  let connection: Client | undefined;
  try {
    connection = await database.connect();
    const content = await dump(database, connection);
    const { size, rows } = await writeArchive(file, content, signal);
    const { taken_at } = content.header;
    return `Backed up the ${database.description} as of ${taken_at} to ${file}: ${counted(rows)}, ${size} bytes\n`;
  } finally {
    await connection?.end();
    await database.close();
  }
}

async function restoreFrom(
  { file: name, force, check }: BackupOptions,
  { configuration, interruption: signal }: BackupSurroundings,
): Promise<string> {
  const file = await ArchiveFile.open(name);
  try {
    const { header, trailer } = await file.check();
    if (check) return `${name} is whole: a backup as of ${header.taken_at}, ${counted(trailer.rows)}\n`;
    const database = await RegistryDatabase.open(configuration(), { as: 'restore', mustExist: false });
    try {
      const newer = database.newerThanThis(header.migrations);
      if (newer) throw new BackupError(`${name} is of a newer release (${newer}): restore it by that one`);
      const rows = await restore(database, file, { force, signal });
      await migrateFurther(database.url);
      return `Restored ${name} as of ${header.taken_at} into the ${database.description}: ${counted(rows)}\n`;
    } finally {
      await database.close();
    }
  } finally {
    await file.close();
  }
}

/** By the migrations that have been added since the backup. */
async function migrateFurther(url: string): Promise<void> {
  try {
    await migrate(url);
  } catch (error) {
    const message = `restored, but not migrated since (${errorMessage(error)}): npm start tries again`;
    throw new BackupError(message, { cause: error });
  }
}

function counted(rows: Readonly<Record<string, number>>): string {
  return `${rows.agents ?? 0} agents, ${rows.agent_events ?? 0} events`;
}

/** The message is enough when it is meant for people; of anything else a developer needs the stack. */
function describeFailure(error: unknown): string {
  if (error instanceof DatabaseError) {
    const { message, detail, hint, where } = error;
    return `PostgreSQL: ${[message, detail, hint, where].filter(Boolean).join('\n')}\nnothing was changed`;
  }
  const isForPeople = error instanceof BackupError || error instanceof ConfigurationError;
  return (!isForPeople && types.isNativeError(error) && error.stack) || errorMessage(error);
}
