type Query = <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

/** What the table of migrations has that TypeORM keeps. */
const COLUMNS = ['id', 'timestamp', 'name'];

/**
 * Makes sure that a database can hold what the registry writes, before anything is written.
 *
 * @throws Error that says what to do, when its encoding is not UTF-8, or when its table `migrations` belongs to something else
 */
export async function requireUsableDatabase(query: Query): Promise<void> {
  const [database] = await query<{ name: string; encoding: string }>(
    `SELECT current_database() AS name, current_setting('server_encoding') AS encoding`,
  );
  const { name, encoding } = database!;
  if (encoding !== 'UTF8')
    throw new Error(
      `the database "${name}" has the encoding ${encoding}, which cannot hold every text: make one with ` +
        `createdb --encoding=UTF8 --template=template0`,
    );
  const columns = await query<{ column: string }>(
    `SELECT attname AS column FROM pg_attribute
      WHERE attrelid = to_regclass('migrations') AND attnum > 0 AND NOT attisdropped`,
  );
  const names = new Set(columns.map(({ column }) => column));
  if (names.size > 0 && !COLUMNS.every((column) => names.has(column)))
    throw new Error(
      `the table "migrations" of the database "${name}" is not the registry's: give the registry a database of its own`,
    );
}
