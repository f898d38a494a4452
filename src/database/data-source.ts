import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions';

/** Compiled beside us in `dist`, a level further up in the source tree (tests). */
const MIGRATIONS = __filename.endsWith('.ts')
  ? join(__dirname, '../../migrations/*.ts')
  : join(__dirname, '../migrations/*.js');

/** How the service connects: never `synchronize`, migrations only by {@link migrate}. */
export function dataSourceOptions(url: string): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url,
    applicationName: 'agent-registry',
    synchronize: false,
    migrations: [MIGRATIONS],
    migrationsRun: false,
    logging: false,
    poolSize: 16,
    extra: { connectionTimeoutMillis: 2000, statement_timeout: 10_000, keepAlive: true },
  };
}

/** Any number; all replicas must agree on it. */
const MIGRATION_LOCK = 7_264_011;

/**
 * Brings the schema up to date, one replica at a time: the others wait for the advisory lock and then find nothing to do.
 * Returns the names of the migrations that this call ran.
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const lockHolder = dataSource.createQueryRunner();
  try {
    await lockHolder.query('SET statement_timeout = 0');
    await lockHolder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const ran = await dataSource.runMigrations({ transaction: 'each' });
    await lockHolder.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    return ran.map(({ name }) => name);
  } finally {
    await lockHolder.query('RESET statement_timeout').catch(() => undefined);
    await lockHolder.release();
  }
}
