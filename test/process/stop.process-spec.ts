import { Court } from '../support/court';
import { ServiceProcess } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const TAKES_MS = 1500;

describe('A stop', () => {
  let database: TestDatabase;
  let court: Court;

  beforeEach(async () => {
    [database, court] = await Promise.all([createTestDatabase(), Court.start()]);
    await court.mode('slow', TAKES_MS);
  });
  afterEach(async () => {
    await ServiceProcess.killAll();
    await court.stop();
    await database.drop();
  });

  it('tells that it is not ready, takes no more connections, and answers what it has accepted', async () => {
    const service = await start();
    const accepted = register(service);
    await until('it waits for the court', 10, async () => (await court.asked()) > 0);
    service.signal('SIGTERM');
    const seen: (number | 'refused')[] = [];
    await until('it takes no more connections', 10, async () => {
      seen.push(await probe(service));
      return seen.at(-1) === 'refused';
    });
    expect(seen.filter((status, index) => status !== seen[index - 1])).toEqual([503, 'refused']);
    expect((await accepted).status).toBe(201);
    expect(await service.waitForExit()).toEqual({ code: 0, signal: null });
    expect(await database.query('SELECT id FROM agents')).toHaveLength(1);
  }, 30_000);

  it('does not wait longer than it may', async () => {
    await court.mode('hang');
    const service = await start({ SHUTDOWN_GRACE_SECONDS: '0' });
    const accepted = register(service).catch(() => 'cut off');
    await until('it waits for the court', 10, async () => (await court.asked()) > 0);
    expect(await service.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await accepted).toBe('cut off');
    expect(await database.query('SELECT id FROM agents')).toEqual([]);
  }, 30_000);

  it('is at once when it is asked for twice', async () => {
    await court.mode('hang');
    const service = await start({ SHUTDOWN_GRACE_SECONDS: '60', TRIFECTA_COURT_TIMEOUT_MS: '60000' });
    const accepted = register(service).catch(() => 'cut off');
    await until('it waits for the court', 10, async () => (await court.asked()) > 0);
    service.signal('SIGTERM');
    await until('it has heard', 10, () => service.logs.some((line) => line.includes('is stopping')));
    expect(await service.stop('SIGTERM')).toEqual({ code: 1, signal: null });
    expect(await accepted).toBe('cut off');
  }, 30_000);

  function start(env: Record<string, string> = {}): Promise<ServiceProcess> {
    return ServiceProcess.start({ env: { DATABASE_URL: database.url, TRIFECTA_COURT_URL: court.url, ...env } });
  }
});

function register(service: ServiceProcess): Promise<Response> {
  const body = JSON.stringify({ name: 'n', type: 't' });
  return fetch(`${service.url}/agents/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
}

/** On a connection of its own, as a balancer probes. */
async function probe(service: ServiceProcess): Promise<number | 'refused'> {
  try {
    const { status } = await fetch(`${service.url}/health/ready`, { headers: { connection: 'close' } });
    return status;
  } catch {
    return 'refused';
  }
}
