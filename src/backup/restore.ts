import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams';
import { MigrationExecutor, type QueryRunner } from 'typeorm';
import { MIGRATION_LOCK } from '../platform/database/migration-lock';
import type { ArchiveFile } from './archive-reader';
import type { ArchivedTable, ArchiveHeader, ArchivePart, ArchiveTrailer } from './archive-format';
import { AFTER_RESTORE, continueAfter } from './after-restore.sql';
import { BackupError } from './backup.error';
import { refuseWhileInUse } from './database-in-use';
import type { RegistryDatabase } from './registry-database';
import { identifier, MIGRATION_TABLES, readSchema, SESSION, type Schema } from './schema.sql';

export interface RestoreOptions {
  /** Whether agents that the database holds may be replaced. */
  force: boolean;
  /** Aborted: the restore ends and leaves what was there. */
  signal: AbortSignal;
}

/**
 * Puts what the file holds in the place of all that the database holds of the registry, in one transaction: all of it, or nothing. A
 * service that starts meanwhile waits for it. The file must have been checked; should it have changed since, nothing is done. Returns the
 * rows by table.
 * @throws BackupError when a service uses the database, when it holds agents and `force` is not set, or when the release of either is newer
 */
export async function restore(
  database: RegistryDatabase,
  file: ArchiveFile,
  { force, signal }: RestoreOptions,
): Promise<Readonly<Record<string, number>>> {
  const runner = database.source.createQueryRunner();
  const connection = (await runner.connect()) as PoolClient;
  try {
    await connection.query(SESSION);
    const { rows } = await connection.query<{ isOurs: boolean }>('SELECT pg_try_advisory_lock($1) AS "isOurs"', [
      MIGRATION_LOCK,
    ]);
    if (!rows[0]!.isOurs) throw new BackupError('a service is starting on the database, or another restore is at it');
    await refuseWhileInUse(connection);
    await runner.startTransaction();
    try {
      const restored = await replace(database, { runner, connection, file, force, signal });
      signal.throwIfAborted();
      await runner.commitTransaction();
      return restored;
    } catch (error) {
      await runner.rollbackTransaction().catch(() => undefined); // a lost connection has done so
      throw error;
    }
  } finally {
    await connection.query('SELECT pg_advisory_unlock_all()').catch(() => undefined); // or it goes with the connection
    await runner.release();
  }
}

interface Work extends RestoreOptions {
  runner: QueryRunner;
  connection: PoolClient;
  file: ArchiveFile;
}

async function replace(
  database: RegistryDatabase,
  { runner, connection, file, force, signal }: Work,
): Promise<Readonly<Record<string, number>>> {
  const { header, parts } = await file.read();
  const before = await readSchema(connection);
  await refuseToReplace(database, connection, before, force);
  const drawn = await lastDrawn(connection, before, header.tables);
  await dropTables(database, connection, before);
  await migrateAs(database, runner, header);
  const made = await readSchema(connection);
  const emptied = database.kept
    .filter((name) => made.tables.includes(name))
    .map(identifier)
    .join(', ');
  await connection.query(`TRUNCATE ${emptied}`); // what migrations have put in

  const rows = await copyIn(new TableLoader(connection, header.tables), parts, signal);
  for (const [index, { name, serials }] of header.tables.entries())
    for (const { column, last } of serials) await connection.query(continueAfter, [name, column, last, drawn[index]]);
  for (const statement of AFTER_RESTORE) if (statement.holdsFor(header)) await connection.query(statement.sql);
  await connection.query(`ANALYZE ${emptied}`);
  return rows;
}

async function copyIn(
  loader: TableLoader,
  parts: AsyncGenerator<ArchivePart, ArchiveTrailer>,
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>>> {
  try {
    let part = await parts.next();
    for (; !part.done; part = await parts.next()) {
      signal.throwIfAborted();
      await loader.load(part.value.table, part.value.data);
    }
    const loaded = await loader.end();
    const wanted = part.value.rows;
    for (const [name, rows] of Object.entries(wanted))
      if ((loaded[name] ?? 0) !== rows)
        throw new BackupError(`the file should have ${rows} rows of ${name}, and has ${loaded[name] ?? 0}`);
    return wanted;
  } catch (error) {
    await loader.abandon();
    throw error;
  } finally {
    await parts.return({ rows: {}, sha256: '' }); // lets go of the file
  }
}

async function refuseToReplace(
  database: RegistryDatabase,
  connection: PoolClient,
  { tables, migrations }: Schema,
  force: boolean,
): Promise<void> {
  const newer = database.newerThanThis(migrations);
  if (newer) throw new BackupError(`the ${database.description} is of a newer release (${newer}): restore by that one`);
  if (!tables.includes('agents')) return;
  await connection.query(`SET LOCAL lock_timeout = '10s'`);
  await connection.query('LOCK TABLE agents IN ACCESS EXCLUSIVE MODE');
  const { rows } = await connection.query<{ agents: number }>('SELECT count(*)::int AS agents FROM agents');
  const { agents } = rows[0]!;
  if (agents > 0 && !force)
    throw new BackupError(`the ${database.description} holds ${agents} agents; --force replaces them`);
}

/** By table, the last number that the database to be replaced has drawn: its rows' numbers are not drawn again. */
async function lastDrawn(
  connection: PoolClient,
  before: Schema,
  tables: readonly ArchivedTable[],
): Promise<(string | null)[]> {
  const drawn: (string | null)[] = [];
  for (const { name, serials } of tables) {
    const [serial] = serials;
    if (!serial || !before.tables.includes(name)) drawn.push(null);
    else drawn.push(await lastOf(connection, name, serial.column));
  }
  return drawn;
}

async function lastOf(connection: PoolClient, table: string, column: string): Promise<string | null> {
  const { rows } = await connection.query<{ last: string | null }>(
    'SELECT pg_sequence_last_value(pg_get_serial_sequence(quote_ident($1), $2)::regclass)::text AS last',
    [table, column],
  );
  return rows[0]!.last;
}

/** Without CASCADE: what others have made of them, a view for example, is not ours to drop, and the restore is refused. */
async function dropTables(database: RegistryDatabase, connection: PoolClient, { tables }: Schema): Promise<void> {
  const ours = [...database.tables, ...MIGRATION_TABLES].filter((table) => tables.includes(table));
  if (ours.length > 0) await connection.query(`DROP TABLE ${ours.map(identifier).join(', ')}`);
}

/** Makes the tables as they were where the backup was taken; the migrations that have been added since run afterwards, as at any start. */
async function migrateAs(
  database: RegistryDatabase,
  runner: QueryRunner,
  { migrations }: ArchiveHeader,
): Promise<void> {
  const executor = new MigrationExecutor(database.source, runner);
  for (const migration of await executor.getPendingMigrations())
    if (migrations.includes(migration.name)) await executor.executeMigration(migration);
}

/** Copies the tables in, in their order. */
class TableLoader {
  private readonly rows: Record<string, number> = {};
  private current: { table: string; stream: CopyStreamQuery; done: Promise<void> } | undefined;

  constructor(
    private readonly connection: PoolClient,
    private readonly tables: readonly ArchivedTable[],
  ) {}

  async load(table: string, data: Buffer): Promise<void> {
    if (this.current?.table !== table) await this.begin(table);
    const { stream, done } = this.current!;
    if (!stream.write(data)) await Promise.race([once(stream, 'drain'), done]);
  }

  /** The rows of all tables, by name. */
  async end(): Promise<Record<string, number>> {
    if (this.current) {
      const { table, stream, done } = this.current;
      stream.end();
      await done;
      this.rows[table] = stream.rowCount;
      this.current = undefined;
    }
    return this.rows;
  }

  /** Ends a copy that is under way, so that the connection can be used again. */
  async abandon(): Promise<void> {
    this.current?.stream.destroy(new Error('abandoned'));
    await this.current?.done.catch(() => undefined);
  }

  private async begin(name: string): Promise<void> {
    await this.end();
    const table = this.tables.find((one) => one.name === name);
    if (!table || name in this.rows) throw new BackupError(`the file has rows of ${name} where it should not`);
    const columns = table.columns.map(identifier).join(', ');
    const stream = this.connection.query(copyFrom(`COPY ${identifier(name)} (${columns}) FROM STDIN`));
    const done = finished(stream);
    done.catch(() => undefined); // whoever writes next hears of it
    this.current = { table: name, stream, done };
  }
}
