import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { ArchivedTable, ArchiveHeader, ArchivePart } from './archive-format';
import type { ArchiveContent } from './archive-writer';
import { BackupError } from './backup.error';
import type { RegistryDatabase } from './registry-database';
import { afterReferences } from './table-order';
import { identifier, readSchema, SESSION, sequenceOf } from './schema.sql';

/** A part is given out when it has got so large. */
const PART = 1 << 16;

/**
 * What a backup of the database holds: all tables as they were at one moment, the database's `taken_at`. Reads in a transaction that holds
 * nobody up but migrations, and ends with the parts.
 * @throws BackupError when there is no registry in the database, or one of a newer release
 */
export async function dump(database: RegistryDatabase, connection: ClientBase): Promise<ArchiveContent> {
  await connection.query(SESSION);
  const schema = await readSchema(connection);
  const tables = database.kept.filter((table) => schema.tables.includes(table));
  if (schema.migrations.length === 0 || !tables.includes('agents'))
    throw new BackupError(`the ${database.description} holds no registry`);
  const newer = database.newerThanThis(schema.migrations);
  if (newer)
    throw new BackupError(`the ${database.description} is of a newer release (${newer}): back it up by that one`);
  await connection.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  // Before the snapshot, which is that of the first SELECT: afterwards no migration changes a table under it.
  await connection.query(`LOCK TABLE ${tables.map(identifier).join(', ')} IN ACCESS SHARE MODE`);
  const header = await headerOf(connection, tables);
  if (header.migrations.join() !== schema.migrations.join())
    throw new BackupError('the database was migrated just now: try again');
  return { header, parts: partsOf(connection, header.tables) };
}

async function headerOf(connection: ClientBase, names: string[]): Promise<ArchiveHeader> {
  const { rows } = await connection.query<{ takenAt: Date; version: string }>(
    `SELECT clock_timestamp() AS "takenAt", current_setting('server_version') AS version`,
  );
  const { migrations } = await readSchema(connection);
  const tables: ArchivedTable[] = [];
  for (const name of await afterReferences(connection, names)) tables.push(await describe(connection, name));
  const { takenAt, version } = rows[0]!;
  const taken_at = takenAt.toISOString();
  return { format: 'agent-registry-backup', version: 1, taken_at, server_version: version, migrations, tables };
}

/** Sequences are read after the snapshot was taken: no row in it has a number beyond. */
async function describe(connection: ClientBase, name: string): Promise<ArchivedTable> {
  const { rows } = await connection.query<{ column: string; last: string | null; sequence: string | null }>(
    `SELECT attname AS column, sequence, CASE WHEN sequence IS NOT NULL THEN coalesce(pg_sequence_last_value(sequence::regclass), 0)::text END AS last
       FROM pg_attribute, ${sequenceOf('$1', 'attname')} AS sequence
      WHERE attrelid = quote_ident($1)::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
      ORDER BY attnum`,
    [name],
  );
  const serials = rows.flatMap(({ column, last }) => (last === null ? [] : [{ column, last }]));
  return { name, columns: rows.map(({ column }) => column), serials };
}

async function* partsOf(
  connection: ClientBase,
  tables: readonly ArchivedTable[],
): AsyncGenerator<ArchivePart, Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const { name: table, columns } of tables) {
    const copy = connection.query(
      copyTo(`COPY ${identifier(table)} (${columns.map(identifier).join(', ')}) TO STDOUT`),
    );
    let chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of copy as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size < PART) continue;
      yield { table, data: Buffer.concat(chunks) };
      chunks = [];
      size = 0;
    }
    if (size > 0) yield { table, data: Buffer.concat(chunks) };
    rows[table] = copy.rowCount;
  }
  await connection.query('COMMIT');
  return rows;
}
