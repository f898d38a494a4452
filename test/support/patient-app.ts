import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver';
import { createTestApp, type TestApp } from './test-app';
import { createTestDatabase } from './test-database';

/** In place of the limits on a statement. What a connection string says counts for more than what the service does. */
const HARDLY_ANY_LIMITS = '?statement_timeout=600000&query_timeout=600000';

/**
 * As {@link createTestApp}, and the service gives nothing up for being late: its own limits pass only when the test moves time, and
 * those of its pool are minutes. So a machine that is busy with other things is not taken for a server that hangs.
 */
export async function createPatientApp(
  ...[settings, shared, customise]: Parameters<typeof createTestApp>
): Promise<TestApp> {
  const database = shared ?? (await createTestDatabase());
  const DATABASE_URL = database.url + HARDLY_ANY_LIMITS;
  const service = await createTestApp({ DATABASE_URL, ...settings }, database, customise);
  service.clock.waitForAnswers();
  const pool = (service.app.get(DataSource).driver as PostgresDriver).master as Pool;
  pool.options.connectionTimeoutMillis = 0;
  return {
    ...service,
    close: async () => {
      await service.close();
      if (!shared) await database.drop();
    },
  };
}
