import { Database } from '../../src/platform/database/database';
import { ReportingDatabase } from '../../src/platform/database/reporting-database';
import { registration } from '../support/builders';
import { PgBouncer } from '../support/pgbouncer';
import { createTestApp } from '../support/test-app';
import { createTestDatabase, emptyDatabase, type TestDatabase } from '../support/test-database';

describe('PgBouncer in front of the database', () => {
  let database: TestDatabase;
  let bouncer: PgBouncer;
  afterEach(async () => {
    await bouncer.stop();
    await database.drop();
  });

  it('in session mode is used as PostgreSQL is, with the same limits', async () => {
    database = await emptyDatabase();
    bouncer = await PgBouncer.before(database.url, 'session');
    const app = await createTestApp({ DATABASE_URL: bouncer.url }, database);
    expect((await app.request('POST', '/agents/register', registration({ id: 'a' }))).status).toBe(201);
    expect((await app.request('POST', '/agents/a/heartbeat')).status).toBe(200);
    expect((await app.request('PATCH', '/agents/a', { version: '2' })).status).toBe(200);
    expect((await app.request('GET', '/agents')).body).toMatchObject({ total: 1, agents: [{ version: '2' }] });
    expect((await app.request('GET', '/health/ready')).status).toBe(200);
    const limit = `SELECT current_setting('statement_timeout') AS "limit", current_setting('timezone') AS zone`;
    expect(await app.app.get(Database).query(limit)).toEqual([{ limit: '8s', zone: 'UTC' }]);
    expect(await app.app.get(ReportingDatabase).query(limit)).toEqual([{ limit: '2s', zone: 'UTC' }]);
    await app.close();
  });

  it.each(['transaction', 'statement'] as const)(
    'in %s mode is refused, with the setting that it needs',
    async (mode) => {
      database = await createTestDatabase();
      bouncer = await PgBouncer.before(database.url, mode);
      await expect(createTestApp({ DATABASE_URL: bouncer.url }, database)).rejects.toThrow('set pool_mode = session');
    },
  );
});
