import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { registration } from '../support/builders';
import { PrometheusProcess } from '../support/prometheus-process';
import { ServiceProcess } from '../support/service-process';
import { TcpRelay } from '../support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/** Fewer than self-preservation would hold. */
const AGENTS = 40;
const GUARD_SECONDS = 300;
/** Prometheus comes to another conclusion once in such a time. */
const EVALUATION_MS = 1000;
jest.setTimeout(1_200_000);

type Firing = Record<'database' | 'sweep' | 'agents', string[]>;

describe('the alerts, in a real Prometheus', () => {
  let databases: TestDatabase[];
  let relay: TcpRelay;
  let prometheus: PrometheusProcess | undefined;
  let locker: Client | undefined;
  /** Its sweeps stop, and then its database goes. */
  let losing: ServiceProcess;
  /** Its agents fall silent. It is well itself, so what is said of `losing` must not be said of it. */
  let well: ServiceProcess;

  beforeAll(async () => {
    databases = [await createTestDatabase(), await createTestDatabase()];
    relay = await TcpRelay.to(databases[0]!.url);
    await relay.open();
    const [lost, kept] = [relay.url, databases[1]!.url];
    [losing, well] = await Promise.all([
      ServiceProcess.start({ env: { DATABASE_URL: lost } }),
      ServiceProcess.start({ env: { DATABASE_URL: kept, HEARTBEAT_TIMEOUT_SECONDS: '2' } }),
    ]);
    await until('each service has swept and says that its database is up', GUARD_SECONDS, async () =>
      (await Promise.all([losing, well].map(isWell))).every(Boolean),
    );
    prometheus = await PrometheusProcess.start([losing, well].map(addressOf));
  });

  afterAll(async () => {
    await prometheus?.stop();
    await ServiceProcess.killAll();
    await locker?.end();
    await relay.close();
    for (const database of databases) await database.drop();
  });

  it('fire when sweeps stop, when agents fall silent and when the database is gone, and not before', async () => {
    // Until the first scrape it is right that nothing is up; where the machine is busy, one may take longer than its second.
    const others = 'ALERTS{alertname!~"AgentRegistry(Replica)?Down", alertstate="firing"}';
    await until('all is scraped, every rule is evaluated, and none fires', GUARD_SECONDS, async () => {
      const [up] = await prometheus!.query('sum(up{job="agent-registry"})');
      const health = [...(await prometheus!.ruleHealth()).values()];
      return up?.value === 2 && health.every((each) => each === 'ok') && (await prometheus!.query(others)).length === 0;
    });

    locker = await stallSweeps(databases[0]!);
    await registerAgents(well);
    await untilFiring({ database: [], sweep: [addressOf(losing)], agents: ['all'] });
    expect(await prometheus!.query('job:unhealthy_agents:ratio')).toMatchObject([{ value: 1 }]);

    await relay.close();
    await untilFiring({ database: [addressOf(losing)], sweep: [addressOf(losing)], agents: ['all'] });
  });

  it('read metrics that promtool has nothing to say about', async () => {
    const input = await (await fetch(`${well.url}/metrics`)).text();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  /** Waits until exactly these alerts fire, and no more by their names. */
  async function untilFiring(expected: Firing): Promise<void> {
    const what = `exactly these fire: ${JSON.stringify(expected)}`;
    await until(what, GUARD_SECONDS, async () => {
      await pause(EVALUATION_MS); // asking more often would cost more than all the rest
      return JSON.stringify(await firing()) === JSON.stringify(expected);
    });
  }

  /** Of which instances each alert speaks at the moment. */
  async function firing(): Promise<Firing> {
    const all = await prometheus!.firing();
    const of = (name: string): string[] =>
      all.filter(({ alertname }) => alertname === `AgentRegistry${name}`).map(({ instance }) => instance ?? 'all');
    return { database: of('DatabaseUnreachable'), sweep: of('SweepStale'), agents: of('UnhealthyAgents') };
  }
});

async function stallSweeps({ url }: TestDatabase): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE heartbeat_sweep IN ACCESS EXCLUSIVE MODE');
  return client;
}

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
