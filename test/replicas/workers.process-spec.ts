import { Client } from 'pg';
import { childrenOf } from '../support/processes';
import { parseMetrics } from '../support/metrics-text';
import { ServiceProcess, temporaryDataDirectory } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const WORKERS = 3;
/** Connections, one after the other, that reach every worker: they take turns, but one that is busy is passed over. */
const ROUNDS = 4 * WORKERS;
const BEAT = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };

/** From now on no worker reads in the log of events what others have done. */
const HIDE_EVENTS = `
  ALTER TABLE agent_events RENAME TO hidden_events;
  CREATE VIEW agent_events AS SELECT * FROM hidden_events WHERE revision < 0`;

describe('WEB_CONCURRENCY', () => {
  let data: ReturnType<typeof temporaryDataDirectory>;
  let database: TestDatabase | undefined;
  beforeEach(() => {
    data = temporaryDataDirectory();
  });
  afterEach(async () => {
    await ServiceProcess.killAll();
    await database?.drop();
    database = undefined;
    data.remove();
  });

  it('forks that many workers behind one port, whose metrics are one, and who tell each other what changes', async () => {
    database = await createTestDatabase();
    const service = await ServiceProcess.start({
      env: {
        DATABASE_URL: database.url,
        WEB_CONCURRENCY: String(WORKERS),
        HEARTBEAT_TIMEOUT_SECONDS: '3600',
        HEARTBEAT_FLUSH_INTERVAL_MS: '60000',
        HEARTBEAT_SWEEP_INTERVAL_SECONDS: '3600',
      },
    });
    const workers = workersOf(service);
    expect(workers).toHaveLength(WORKERS);

    const ids = await Promise.all(Array.from({ length: 30 }, () => register(service)));
    for (let scrape = 0; scrape < 2 * WORKERS; scrape++) {
      const series = await scraped(service);
      expect(series.get('agent_registrations_total')).toBe(30);
      expect(series.get('active_agents{type="worker",status="active"}')).toBe(30);
      expect(series.get('database_pool_max_connections')).toBe(WORKERS * 12);
    }
    const answered = 'http_request_duration_seconds_count{method="POST",route="/agents/register",status="201"}';
    await until('all answers are counted', 120, async () => (await scraped(service)).get(answered) === 30);
    await until('the database is up', 120, async () => {
      return (await scraped(service)).get('health_check_up{check="database"}') === 1;
    });
    for (const id of ids) expect((await once(service, `/agents/${id}`)).status).toBe(200);
    await expectToldToAll(service, database, ids.slice(0, 3));

    expect(await service.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(workers.filter(isAlive)).toEqual([]);
  }, 600_000);

  it('replaces a worker that is killed, and nothing acknowledged is lost', async () => {
    const service = await ServiceProcess.start({ env: { DATA_DIR: data.path, WEB_CONCURRENCY: '2' } });
    const ids = await Promise.all(Array.from({ length: 12 }, () => register(service)));
    const [victim] = workersOf(service);
    process.kill(victim!, 'SIGKILL');
    await until('another worker has taken its place', 120, () => {
      const workers = workersOf(service);
      return workers.length === 2 && !workers.includes(victim!);
    });
    for (const id of ids) expect((await once(service, `/agents/${id}`)).status).toBe(200);
    await scraped(service); // it counts for all of them
    // A terminal sends its Ctrl-C to all of them.
    expect(await service.stop('SIGINT', 'group')).toEqual({ code: 0, signal: null });
    expect(data.postmaster()).toBeUndefined();
  }, 600_000);

  it('says once what keeps it from starting', async () => {
    const nowhere = { DATABASE_URL: 'postgres://127.0.0.1:1/none', DATABASE_STARTUP_TIMEOUT_SECONDS: '0' };
    const service = ServiceProcess.spawn({ env: { DATA_DIR: data.path, WEB_CONCURRENCY: '2', ...nowhere } });
    expect(await service.waitForExit()).toEqual({ code: 1, signal: null });
    expect(service.errors).toMatch(/^Agent Registry cannot start: no database after 0 s: .*\n$/);
  }, 600_000);

  async function register(service: ServiceProcess): Promise<string> {
    const body = JSON.stringify({ name: 'n', type: 'worker' });
    const headers = { 'content-type': 'application/json' };
    const answer = await once(service, '/agents/register', { method: 'POST', headers, body });
    return ((await answer.json()) as { id: string }).id;
  }
});

/**
 * Agents that every worker knows are deregistered through one of them, and all refuse their heartbeats. They can only have been
 * told: the log of events is hidden from them, and no flush comes to its end that would meet the agents.
 */
async function expectToldToAll(service: ServiceProcess, database: TestDatabase, ids: string[]): Promise<void> {
  const statusesOf = async (id: string): Promise<number[]> => {
    const statuses: number[] = [];
    for (let beat = 0; beat < ROUNDS; beat++)
      statuses.push((await once(service, `/agents/${id}/heartbeat`, BEAT)).status);
    return statuses;
  };
  for (const id of ids) expect(new Set(await statusesOf(id))).toEqual(new Set([200]));
  await database.query(HIDE_EVENTS);
  const holder = new Client({ connectionString: database.url });
  await holder.connect();
  try {
    for (const id of ids) expect((await once(service, `/agents/${id}`, { method: 'DELETE' })).status).toBe(200);
    await holder.query('BEGIN');
    await holder.query('SELECT FROM agents WHERE id = ANY ($1) FOR UPDATE', [ids]);
    for (const id of ids)
      await until('all workers know', 120, async () => (await statusesOf(id)).every((status) => status === 404));
  } finally {
    await holder.end();
  }
}

/** The metrics of all workers; again when one of them is too busy to answer in time. */
async function scraped(service: ServiceProcess): Promise<Map<string, number>> {
  let text = '';
  await until('all workers give their metrics', 120, async () => {
    const answer = await once(service, '/metrics');
    text = await answer.text();
    return answer.status === 200;
  });
  return parseMetrics(text);
}

/** On a connection of its own, so that the workers take turns. */
function once(service: ServiceProcess, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(service.url + path, { ...init, headers: { ...init.headers, connection: 'close' } });
}

function workersOf(service: ServiceProcess): number[] {
  return childrenOf(service.pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
