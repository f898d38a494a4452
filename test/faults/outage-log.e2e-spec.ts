import { DataSource } from 'typeorm';
import { HeartbeatSweeper } from '../../src/heartbeat/sweep/heartbeat.sweeper';
import { RecordedLog } from '../support/recorded-log';
import { TcpRelay } from '../support/tcp-relay';
import { createTestApp, type TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const AGENT = { name: 'n', type: 'worker' };
/** Longer than requests must not be refused for an outage to be over. */
const QUIET_SECONDS = 11;
const SWEEP_SECONDS = 60;

describe('The log of an outage', () => {
  let database: TestDatabase;
  let relay: TcpRelay;
  let app: TestApp;
  let log: RecordedLog;
  let refused: number;
  beforeEach(async () => {
    log = new RecordedLog('info');
    refused = 0;
    database = await createTestDatabase();
    relay = await TcpRelay.to(database.url);
    await relay.open();
    const settings = { DATABASE_URL: relay.url, HEARTBEAT_SWEEP_INTERVAL_SECONDS: SWEEP_SECONDS };
    app = await createTestApp(settings, database, log.customise);
    app.clock.ignoreStalls();
  });
  afterEach(async () => {
    await app.close();
    await relay.close();
    await database.drop();
  });

  const ask = async (method: string, path: string, body?: unknown): Promise<number> => {
    const { status } = await app.request(method, path, body);
    if (status === 503) refused++;
    return status;
  };
  /** In both lanes. */
  const askAll = async (): Promise<number[]> => [
    await ask('GET', '/agents'),
    await ask('GET', '/agents/unknown'),
    await ask('POST', '/agents/register', AGENT),
    await ask('DELETE', '/agents/unknown'),
  ];
  const begun = () => log.saying('Requests are refused');
  const ended = () => log.saying('Requests are no longer refused');
  const linesOfRequests = () => log.lines.filter(({ status }) => status === 503);

  it('has one line when it begins, with the cause, one when it has ended, with how many were refused, and none between', async () => {
    await relay.close();
    for (let round = 0; round < 3; round++) expect(new Set(await askAll())).toEqual(new Set([503]));
    expect(begun()).toMatchObject([{ level: 'warn', code: 'store_unavailable', cause: expect.any(String) }]);
    await app.clock.advance(QUIET_SECONDS - 5);
    await askAll();
    await app.clock.advance(QUIET_SECONDS - 5);
    expect(ended()).toEqual([]); // there was one 6 s ago
    await relay.open();
    await until('it is served again', 120, async () => (await ask('GET', '/agents')) === 200);
    await app.clock.advance(QUIET_SECONDS);
    expect(ended()).toMatchObject([{ level: 'info', code: 'store_unavailable', refused }]);
    expect([begun().length, linesOfRequests()]).toEqual([1, []]);

    await relay.close();
    expect(await ask('GET', '/agents')).toBe(503);
    expect(begun()).toHaveLength(2); // the next outage
  });

  it('has the SQLSTATE of a full disk, and reads go on', async () => {
    await database.query(`
      CREATE FUNCTION fill_disk() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`);
    await database.query('CREATE TRIGGER full_disk BEFORE INSERT ON agents EXECUTE FUNCTION fill_disk()');
    for (let n = 0; n < 5; n++) {
      expect(await ask('POST', '/agents/register', AGENT)).toBe(503);
      expect(await ask('GET', '/agents')).toBe(200);
    }
    const cause = 'could not extend file: No space left on device';
    expect(begun()).toMatchObject([{ code: 'store_full', sqlstate: '53100', cause }]);
    const reason = expect.stringContaining(cause);
    expect(log.saying('The disk of the database is full')).toMatchObject([
      { level: 'error', sqlstate: '53100', reason },
    ]);
    await database.query('DROP TRIGGER full_disk ON agents');
    expect(await ask('POST', '/agents/register', AGENT)).toBe(201);
    await app.clock.advance(QUIET_SECONDS);
    expect(ended()).toMatchObject([{ refused: 5 }]);
    expect(linesOfRequests()).toEqual([]);
    await app.clock.advance(QUIET_SECONDS);
    await until('it counts as over', 150, () => log.saying('No write has failed for want of room').length > 0);
  });

  it('has one line when the database becomes read-only, and one when it takes writes again', async () => {
    const name = new URL(database.url).pathname.slice(1);
    const turn = async (mode: 'on' | 'off'): Promise<void> => {
      await database.query(
        `BEGIN READ WRITE; ALTER DATABASE "${name}" SET default_transaction_read_only = ${mode}; COMMIT`,
      );
      await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name LIKE 'agent-registry%'`,
      );
    };
    const lines = (): string[] =>
      log.lines.filter(({ context }) => context === 'DatabaseMonitor').map(({ level, msg }) => `${level}: ${msg}`);
    await turn('on');
    await until('it says so', 150, () => lines().length > 0);
    await until('it is served again', 150, async () => (await ask('GET', '/agents')) === 200);
    for (let n = 0; n < 5; n++) expect(await ask('POST', '/agents/register', AGENT)).toBe(503);
    await turn('off');
    await until('it takes writes', 150, async () => (await ask('POST', '/agents/register', AGENT)) === 201);
    await until('it says so', 150, () => lines().length > 1);
    await app.clock.advance(QUIET_SECONDS); // looks again, some forty times
    expect(lines()).toEqual([
      'error: The database is read-only: nothing can be written',
      'info: The database takes writes again',
    ]);
  });

  it('has one line for all sweeps that fail, and one when they run again', async () => {
    const sweepLater = async (): Promise<void> => {
      await app.clock.advanceMonotonic(SWEEP_SECONDS + 1);
      await app.app.get(HeartbeatSweeper).tick();
    };
    const ofSweep = (text: string): object[] => log.saying(text).filter(({ task }) => task === 'heartbeat-sweep');
    await sweepLater();
    await relay.close();
    for (let sweep = 0; sweep < 3; sweep++) await sweepLater();
    expect(ofSweep('periodic task failed')).toHaveLength(1);
    await relay.open();
    await until('sweeps run again', 120, async () => {
      await sweepLater();
      return ofSweep('periodic task runs again').length > 0;
    });
    expect(ofSweep('periodic task failed')).toHaveLength(1);
  });

  it('says nothing of a database that ends with the service', async () => {
    const connections = app.app.get(DataSource);
    const destroy = connections.destroy.bind(connections);
    // An embedded server ends before the connections to it are all gone.
    connections.destroy = async () => {
      await relay.close();
      await app.clock.advance(QUIET_SECONDS);
      await destroy();
    };
    await app.close();
    expect(log.saying('The database does not answer')).toEqual([]);
    await relay.open();
    app = await createTestApp({}, database);
  });

  it('ends with the service at the latest', async () => {
    await relay.close();
    expect(await ask('GET', '/agents')).toBe(503);
    await app.close();
    expect(ended()).toMatchObject([{ refused: 1 }]);
    await relay.open();
    app = await createTestApp({}, database);
  });
});
