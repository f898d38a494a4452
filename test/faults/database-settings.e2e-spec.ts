import { registration } from '../support/builders';
import { createTestApp, type TestApp } from '../support/test-app';
import { migrate } from '../../src/platform/database/data-source';
import { createTestDatabase, emptyDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

describe('A database', () => {
  let database: TestDatabase;
  let app: TestApp;
  beforeEach(async () => (database = await createTestDatabase()));
  afterEach(async () => {
    await app.close();
    await database.drop();
  });

  const set = async (...settings: string[]): Promise<void> => {
    const name = new URL(database.url).pathname.slice(1);
    for (const setting of settings) await database.query(`ALTER DATABASE "${name}" SET ${setting}`);
  };
  /** So that what was set holds for all of them. */
  const cutConnections = (): Promise<unknown> =>
    database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'agent-registry%'`,
    );

  it('is used as it should be when it is set to other forms of dates, numbers and transactions', async () => {
    await set(
      `datestyle = 'SQL, DMY'`,
      `timezone = 'Asia/Kathmandu'`,
      `intervalstyle = 'sql_standard'`,
      `extra_float_digits = -15`,
      `standard_conforming_strings = off`,
      `default_transaction_isolation = 'serializable'`,
    );
    app = await createTestApp({}, database);
    const registered = await app.request<{ registered_at: string }>(
      'POST',
      '/agents/register',
      registration({ id: 'a' }),
    );
    expect(registered.status).toBe(201);
    const [stored] = await database.query<{ at: string }>(
      `SELECT to_char(registered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at FROM agents WHERE id = 'a'`,
    );
    expect(registered.body.registered_at).toBe(stored!.at);
    await app.request('POST', '/agents/a/heartbeat', { cpu_percent: 12.345678901234 });
    const { body } = await app.request<{ registered_at: string }>('GET', '/agents/a');
    expect(body.registered_at).toBe(registered.body.registered_at);
    for (const path of [
      '/agents',
      '/agents/a/events',
      '/agents/a/health',
      '/analytics/overview',
      '/health',
      '/metrics',
    ])
      expect([path, (await app.request('GET', path)).status]).toEqual([path, 200]);
    const patches = Array.from({ length: 8 }, (_, n) => app.request('PATCH', '/agents/a', { version: `${n}` }));
    expect((await Promise.all(patches)).map(({ status }) => status)).toEqual(Array<number>(8).fill(200));
  });

  it('that has become read-only is said to be so, and the service is not ready until it takes writes', async () => {
    app = await createTestApp({}, database);
    const ready = async (): Promise<unknown[]> => {
      const { status, body } = await app.request<{ details: { database: object } }>('GET', '/health/ready');
      return [status, body.details.database];
    };
    expect(await ready()).toEqual([200, { status: 'up' }]);
    await set('default_transaction_read_only = on');
    await cutConnections();
    await until('it is not ready', 150, async () => (await ready())[0] === 503);
    await until('it says why', 150, async () => JSON.stringify((await ready())[1]).includes('is read-only'));
    const refused = await app.request('POST', '/agents/register', registration({ id: 'a' }));
    expect([refused.status, refused.body.code]).toEqual([503, 'store_read_only']);
    await database.query('SET default_transaction_read_only = off');
    await set('default_transaction_read_only = off');
    await cutConnections();
    await until('it is ready again', 150, async () => (await ready())[0] === 200);
    expect((await app.request('POST', '/agents/register', registration({ id: 'a' }))).status).toBe(201);
  });

  it('whose disk is full is said to be so until a while after the last write that failed', async () => {
    app = await createTestApp({}, database);
    await app.request('POST', '/agents/register', registration({ id: 'a' }));
    const readiness = async (): Promise<unknown> => {
      const { status, body } = await app.request<{ details: { database: object } }>('GET', '/health/ready');
      return { status, ...body.details.database };
    };
    // What PostgreSQL answers to a statement that needs room on a disk that has none.
    await database.query(
      `CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = '53100';
       END $$`,
    );
    await database.query('CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON agents EXECUTE FUNCTION no_room()');
    const refused = await app.request('POST', '/agents/register', registration({ id: 'b' }));
    expect([refused.status, refused.body.code]).toEqual([503, 'store_full']);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await app.request('PATCH', '/agents/a', { version: '2' })).body.code).toBe('store_full');
    expect((await app.request('GET', '/agents/a')).status).toBe(200);
    expect(await readiness()).toEqual({ status: 'down', message: 'has no room left' });
    expect((await app.request('GET', '/health/ready')).status).toBe(503);

    await database.query('DROP TRIGGER no_room ON agents');
    await app.clock.advance(20);
    await until('it is ready again', 150, async () => (await app.request('GET', '/health/ready')).status === 200);
    expect((await app.request('POST', '/agents/register', registration({ id: 'b' }))).status).toBe(201);
  });
});

describe('A database that has been made anew', () => {
  it('is not ready and refuses everything with 503 until its tables are there again', async () => {
    const app = await createTestApp({});
    const { database } = app;
    const ready = async (): Promise<unknown> => (await app.request('GET', '/health/ready')).body;
    // The service reads the tables in another order than that in which they go: PostgreSQL ends one of the two.
    await until('the tables are gone', 150, () =>
      database.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public').then(
        () => true,
        (error: { code?: string }) => {
          if (error.code !== '40P01') throw error; // deadlock detected
          return false;
        },
      ),
    );
    await until('it says so', 150, async () => JSON.stringify(await ready()).includes('has no tables of the registry'));
    expect((await app.request('GET', '/health/ready')).status).toBe(503);
    for (const [method, path] of [
      ['POST', '/agents/register'],
      ['GET', '/agents'],
      ['GET', '/agents/a'],
      ['GET', '/agents/a/events'],
      ['DELETE', '/agents/a'],
      ['GET', '/analytics/overview'],
    ] as const) {
      const { status, body } = await app.request(method, path, method === 'POST' ? registration() : undefined);
      expect([path, status, body.code]).toEqual([path, 503, 'store_unavailable']);
    }
    await migrate(database.url);
    await until('it is ready again', 150, async () => (await app.request('GET', '/health/ready')).status === 200);
    expect((await app.request('POST', '/agents/register', registration())).status).toBe(201);
    await app.close();
  });
});

describe('A database that the registry cannot use', () => {
  let database: TestDatabase;
  beforeEach(async () => (database = await emptyDatabase()));
  afterEach(() => database.drop());

  it('is refused at the start when its encoding cannot hold every text', async () => {
    const name = `${new URL(database.url).pathname.slice(1)}_latin`;
    await database.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
    const url = new URL(database.url);
    url.pathname = `/${name}`;
    await expect(migrate(url.href)).rejects.toThrow(`the database "${name}" has the encoding LATIN1`);
    await database.query(`DROP DATABASE ${name} WITH (FORCE)`);
  });

  it('is refused at the start when its table of migrations is another program’s', async () => {
    await database.query('CREATE TABLE migrations (version text PRIMARY KEY)');
    await expect(migrate(database.url)).rejects.toThrow('the table "migrations" of the database');
    expect(await database.query('SELECT * FROM migrations')).toEqual([]);
  });
});
