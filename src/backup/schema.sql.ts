import type { ClientBase } from 'pg';

/** What a session of ours has whatever the role or the server is set to: no time limits, and one form of every value. */
export const SESSION = `
  SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;
  SET client_encoding = 'UTF8'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex'`;

/** The tables where TypeORM keeps what has been migrated. */
export const MIGRATION_TABLES = ['migrations', 'typeorm_metadata'];

export interface Schema {
  /** All that there are, whoever has made them. */
  tables: string[];
  /** Names of those that have run, in their order. */
  migrations: string[];
}

/** What the schema that we work in holds. */
export async function readSchema(connection: ClientBase): Promise<Schema> {
  const { rows } = await connection.query<{ name: string }>(
    'SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()',
  );
  const tables = rows.map(({ name }) => name);
  if (!tables.includes('migrations')) return { tables, migrations: [] };
  const migrations = await connection.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
  return { tables, migrations: migrations.rows.map(({ name }) => name) };
}

/** SQL: the sequence that numbers a column of a table, null when there is none. */
export function sequenceOf(table: string, column: string): string {
  return `pg_get_serial_sequence(quote_ident(${table}), ${column})`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
