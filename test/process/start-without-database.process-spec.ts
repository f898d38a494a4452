import { createServer, type AddressInfo } from 'node:net';
import { freePort } from '../support/free-port';
import { PATIENCE } from '../support/patience';
import { lastLine, ServiceProcess } from '../support/service-process';
import { TcpRelay } from '../support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/** For a service that waits for its database as long as the test does. */
const PATIENT = { DATABASE_STARTUP_TIMEOUT_SECONDS: '86400' };
const JSON_BODY = { 'content-type': 'application/json' };

describe('A start without the database', () => {
  let database: TestDatabase;
  let relay: TcpRelay;

  beforeEach(async () => {
    database = await createTestDatabase();
    relay = await TcpRelay.to(database.url);
  });
  afterEach(async () => {
    await ServiceProcess.killAll();
    await relay.close();
    await database.drop();
  });

  it('is alive and not ready until the database is there, and then serves on the same port', async () => {
    const port = await freePort();
    const env = { DATABASE_URL: relay.url, SERVER_PORT: String(port), ...PATIENT };
    const service = ServiceProcess.spawn({ env });
    const url = `http://127.0.0.1:${port}`;
    await until('it listens', PATIENCE, () =>
      fetch(`${url}/health/live`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );

    for (const path of ['/health/ready', '/health']) {
      const answer = await fetch(url + path);
      expect([answer.status, await answer.json()]).toMatchObject([503, { status: 'unhealthy' }]);
    }
    const body = JSON.stringify({ name: 'early', type: 'worker' });
    const early = await fetch(`${url}/agents/register`, {
      method: 'POST',
      headers: { ...JSON_BODY, 'x-request-id': 'mine' },
      body,
    });
    expect([early.status, early.headers.get('retry-after'), early.headers.get('content-type')]).toEqual([
      503,
      '2',
      'application/problem+json; charset=utf-8',
    ]);
    expect(await early.json()).toMatchObject({ code: 'starting', request_id: 'mine', errors: [] });

    const told = (): boolean => service.logs.some((line) => line.includes('The database cannot be reached'));
    await until('it says what it waits for', PATIENCE, told);
    await relay.open();
    await until('it is ready', PATIENCE, async () => (await fetch(`${url}/health/ready`)).status === 200);
    expect((await fetch(`${url}/agents/register`, { method: 'POST', headers: JSON_BODY, body })).status).toBe(201);
    expect(service.logs.join()).not.toContain(new URL(database.url).password || '\0');
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });

  it('gives up with one readable line and exit code 1', async () => {
    const service = ServiceProcess.spawn({ env: { DATABASE_URL: relay.url, DATABASE_STARTUP_TIMEOUT_SECONDS: '1' } });
    expect(await service.waitForExit()).toEqual({ code: 1, signal: null });
    expect(service.errors).toMatch(/^Agent Registry cannot start: no database after 1 s: .*ECONNREFUSED.*\n$/);
  });

  it('does not wait for a database that is there and refuses us', async () => {
    const url = new URL(database.url);
    url.pathname = '/no_such_database';
    const service = ServiceProcess.spawn({ env: { DATABASE_URL: url.href, ...PATIENT } });
    expect(await service.waitForExit()).toEqual({ code: 1, signal: null });
    expect(service.errors).toMatch(/^Agent Registry cannot start: database "no_such_database" does not exist\n$/);
  });

  it('ends cleanly when it is told to stop meanwhile', async () => {
    const service = ServiceProcess.spawn({ env: { DATABASE_URL: relay.url, ...PATIENT } });
    await until('it waits', PATIENCE, () => service.logs.some((line) => line.includes('trying again')));
    expect(await service.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(lastLine(service)).toMatchObject({ msg: 'Agent Registry has stopped', duration_ms: expect.any(Number) });
  });

  it('says which port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const env = { DATABASE_URL: database.url, SERVER_PORT: String(port), SERVER_HOST: '127.0.0.1' };
    const service = ServiceProcess.spawn({ env });
    expect(await service.waitForExit()).toEqual({ code: 1, signal: null });
    expect(service.errors).toMatch(/^Agent Registry cannot start: listen EADDRINUSE.*\n$/);
    taken.close();
  });
});
