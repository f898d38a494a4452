import { childrenOf } from '../support/processes';
import { parseMetrics } from '../support/metrics-text';
import { ServiceProcess, temporaryDataDirectory } from '../support/service-process';
import { until } from '../support/until';

const WORKERS = 3;

describe('WEB_CONCURRENCY', () => {
  let data: ReturnType<typeof temporaryDataDirectory>;
  const env = (): Record<string, string> => ({ DATA_DIR: data.path, WEB_CONCURRENCY: String(WORKERS) });

  beforeEach(() => {
    data = temporaryDataDirectory();
  });
  afterEach(async () => {
    await ServiceProcess.killAll();
    data.remove();
  });

  it('forks that many workers behind one port, whose metrics are one', async () => {
    const service = await ServiceProcess.start({ env: env() });
    const workers = workersOf(service);
    expect(workers).toHaveLength(WORKERS);

    const ids = await Promise.all(Array.from({ length: 30 }, () => register(service)));
    for (let scrape = 0; scrape < 2 * WORKERS; scrape++) {
      const series = parseMetrics(await (await once(service, '/metrics')).text());
      expect(series.get('agent_registrations_total')).toBe(30);
      expect(
        series.get('http_request_duration_seconds_count{method="POST",route="/agents/register",status="201"}'),
      ).toBe(30);
      expect(series.get('active_agents{type="worker",status="active"}')).toBe(30);
      expect(series.get('health_check_up{check="database"}')).toBe(1);
      expect(series.get('database_pool_max_connections')).toBe(WORKERS * 12);
    }
    for (const id of ids) expect((await once(service, `/agents/${id}`)).status).toBe(200);
    await expectToldAtOnce(service, ids[0]!);

    expect(await service.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(workers.filter(isAlive)).toEqual([]);
    expect(data.postmaster()).toBeUndefined();
  }, 60_000);

  it('replaces a worker that is killed, and nothing acknowledged is lost', async () => {
    const service = await ServiceProcess.start({ env: env() });
    const ids = await Promise.all(Array.from({ length: 12 }, () => register(service)));
    const [victim] = workersOf(service);
    process.kill(victim!, 'SIGKILL');
    await until('another worker has taken its place', 20, () => {
      const workers = workersOf(service);
      return workers.length === WORKERS && !workers.includes(victim!);
    });
    for (const id of ids) expect((await once(service, `/agents/${id}`)).status).toBe(200);
    await until('it counts for all of them', 20, async () => (await once(service, '/metrics')).status === 200);
    // A terminal sends its Ctrl-C to all of them.
    expect(await service.stop('SIGINT', 'group')).toEqual({ code: 0, signal: null });
    expect(data.postmaster()).toBeUndefined();
  }, 60_000);

  it('says once what keeps it from starting', async () => {
    const nowhere = { DATABASE_URL: 'postgres://127.0.0.1:1/none', DATABASE_STARTUP_TIMEOUT_SECONDS: '0' };
    const service = ServiceProcess.spawn({ env: { ...env(), ...nowhere } });
    expect(await service.waitForExit()).toEqual({ code: 1, signal: null });
    expect(service.errors).toMatch(/^Agent Registry cannot start: no database after 0 s: .*\n$/);
  }, 30_000);

  async function register(service: ServiceProcess): Promise<string> {
    const body = JSON.stringify({ name: 'n', type: 'worker' });
    const headers = { 'content-type': 'application/json' };
    const answer = await once(service, '/agents/register', { method: 'POST', headers, body });
    return ((await answer.json()) as { id: string }).id;
  }
});

/** Each worker has the agent in its memory; a change of one is known to all long before anything is forgotten by itself. */
async function expectToldAtOnce(service: ServiceProcess, id: string): Promise<void> {
  const everywhere = async (): Promise<(string | undefined)[]> => {
    const answers = Array.from({ length: 2 * WORKERS }, () => once(service, `/agents/${id}`));
    return Promise.all(
      (await Promise.all(answers)).map(async (answer) => ((await answer.json()) as { version?: string }).version),
    );
  };
  for (let change = 1; change <= 10; change++) {
    const version = `1.0.${change}`;
    await everywhere();
    const headers = { 'content-type': 'application/json' };
    await once(service, `/agents/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ version }) });
    await until('all workers know', 0.5, async () => (await everywhere()).every((seen) => seen === version));
  }
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
