import { spawnSync } from 'node:child_process';
import { Client } from 'pg';
import { EmbeddedPostgres } from '../../src/database/embedded-postgres';
import { registration } from '../support/builders';
import { guardGroup } from '../support/guard';
import { PrometheusProcess } from '../support/prometheus-process';
import { ServiceProcess, temporaryDataDirectory } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/** Fewer than self-preservation would hold. */
const AGENTS = 40;

describe('the alerts, in a real Prometheus', () => {
  const cleanups: (() => unknown)[] = [];
  let prometheus: PrometheusProcess;
  /** Each loses something else. */
  let withoutDatabase: ServiceProcess;
  let withoutSweep: ServiceProcess;
  let withoutAgents: ServiceProcess;
  let stopDatabase: () => Promise<void>;
  let sweepless: TestDatabase;

  beforeAll(async () => {
    const url = await startDatabaseServer();
    const populated = await database();
    sweepless = await database();
    cleanups.push(() => ServiceProcess.killAll());
    [withoutDatabase, withoutSweep, withoutAgents] = await Promise.all([
      ServiceProcess.start({ env: { DATABASE_URL: url } }),
      ServiceProcess.start({ env: { DATABASE_URL: sweepless.url } }),
      ServiceProcess.start({ env: { DATABASE_URL: populated.url, HEARTBEAT_TIMEOUT_SECONDS: '2' } }),
    ]);
    const services = [withoutDatabase, withoutSweep, withoutAgents];
    await until('each service has swept and says that its database is up', 20, async () =>
      (await Promise.all(services.map(isWell))).every(Boolean),
    );
    prometheus = await PrometheusProcess.start(services.map(addressOf));
    cleanups.push(() => prometheus.stop());
  }, 60_000);

  afterAll(async () => {
    const failures: unknown[] = [];
    for (const cleanup of cleanups.toReversed())
      await Promise.resolve()
        .then(cleanup)
        .catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'not all was cleaned up');
  }, 30_000);

  it('fire when the database stops, when sweeps stop and when agents fall silent, and not before', async () => {
    // A rule needs a few evaluations to fire.
    const watched = 'count_over_time((sum(up{job="agent-registry"}) == 3)[30s:1s]) >= 5';
    await until('all is scraped for five evaluations', 20, async () => (await prometheus.query(watched)).length === 1);
    expect([...(await prometheus.ruleHealth()).values()].filter((health) => health !== 'ok')).toEqual([]);
    // Until the first scrape it is right that nothing is up; on a busy machine one may take longer than its second.
    const before = 'last_over_time(ALERTS{alertname!~"AgentRegistry(Replica)?Down", alertstate="firing"}[5m])';
    expect(await prometheus.query(before)).toEqual([]);

    await Promise.all([
      stopDatabase().then(() => fires('AgentRegistryDatabaseUnreachable', withoutDatabase)),
      stallSweeps(sweepless).then(() => fires('AgentRegistrySweepStale', withoutSweep)),
      registerAgents(withoutAgents).then(() => fires('AgentRegistryUnhealthyAgents')),
    ]);

    const firing = await prometheus.firing();
    const instancesOf = (name: string): string[] =>
      firing.filter(({ alertname }) => alertname === name).map(({ instance }) => instance!);
    expect(instancesOf('AgentRegistryDatabaseUnreachable')).toEqual([addressOf(withoutDatabase)]);
    expect(instancesOf('AgentRegistrySweepStale')).not.toContain(addressOf(withoutAgents));
    expect(await prometheus.query('job:unhealthy_agents:ratio')).toMatchObject([{ value: 1 }]);
  }, 70_000);

  it('read metrics that promtool has nothing to say about', async () => {
    const input = await (await fetch(`${withoutAgents.url}/metrics`)).text();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  async function fires(name: string, service?: ServiceProcess): Promise<void> {
    await until(`${name} fires`, 60, async () => {
      const firing = await prometheus.firing();
      return firing.some(
        ({ alertname, instance }) => alertname === name && (!service || instance === addressOf(service)),
      );
    });
  }

  /** Not one that the service starts for itself: that one it would bring back. */
  async function startDatabaseServer(): Promise<string> {
    const data = temporaryDataDirectory();
    cleanups.push(() => data.remove());
    const settings = { fsync: 'off' };
    const server = await EmbeddedPostgres.start({ directory: data.path, settings, log: () => undefined });
    const guard = guardGroup(data.postmaster()!, [data.path]);
    stopDatabase = async () => {
      await server.stop();
      guard.kill('SIGKILL');
    };
    cleanups.push(stopDatabase);
    return server.url;
  }

  async function database(): Promise<TestDatabase> {
    const created = await createTestDatabase();
    cleanups.push(() => created.drop());
    return created;
  }

  async function stallSweeps({ url }: TestDatabase): Promise<void> {
    const locker = new Client({ connectionString: url });
    await locker.connect();
    cleanups.push(() => locker.end());
    await locker.query('BEGIN');
    await locker.query('LOCK TABLE heartbeat_sweep IN ACCESS EXCLUSIVE MODE');
  }
});

function addressOf({ url }: ServiceProcess): string {
  return new URL(url).host;
}

/** Whether it can reach its database and has swept: until then it is not to be told from one that cannot. */
async function isWell({ url }: ServiceProcess): Promise<boolean> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return (
    /^health_check_up\{check="database"\} 1$/m.test(text) &&
    /^heartbeat_sweep_last_success_timestamp_seconds [1-9]/m.test(text)
  );
}

/** Agents that nobody hears of again. */
async function registerAgents({ url }: ServiceProcess): Promise<void> {
  for (let i = 0; i < AGENTS; i++) {
    const answer = await fetch(`${url}/agents/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(registration({ heartbeat: { interval_seconds: 1 } })),
    });
    expect(answer.status).toBe(201);
  }
}
