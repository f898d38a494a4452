import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { Client } from 'pg';
import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { definedMetrics } from '../../src/platform/observability/metric-definitions';
import type { Configuration } from '../../src/platform/config/configuration';
import { registration } from '../support/builders';
import { Court } from '../support/court';
import { seedFleet } from '../support/fleet';
import { createPatientApp, fallSilent } from '../support/patient-app';
import type { TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { parseMetrics } from '../support/metrics-text';
import { until } from '../support/until';

/** A scrape: the value of every series, and what is said of every metric. */
interface Scrape {
  status: number;
  contentType: string | null;
  text: string;
  /** By the line up to the value, e.g. `agent_heartbeats_total{result="accepted"}`. */
  series: Map<string, number>;
}

describe('GET /metrics', () => {
  const apps: TestApp[] = [];

  const start = async (settings: Partial<Configuration> = {}, database?: TestDatabase): Promise<TestApp> => {
    const app = await createPatientApp(settings, database);
    apps.push(app);
    return app;
  };
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  it('counts what happened exactly, tells every metric with HELP and TYPE, and takes any query', async () => {
    const startedAt = Date.now() / 1000;
    const court = await Court.start();
    const app = await start({ TRIFECTA_COURT_URL: court.url });
    await court.rules([{ type: 'outlaw', reason: 'outlawed' }]);
    // Of all these only `silent` is waited for.
    const unwatched = { heartbeat: { enabled: false } };
    for (const id of ['well', 'well', 'ill', 'mute', 'gone'])
      await app.request('POST', '/agents/register', registration({ id, name: `"${id}"`, ...unwatched }));
    await app.request('POST', '/agents/register', registration({ id: 'outlaw', type: 'outlaw' }));
    await app.request('POST', '/agents/well/heartbeat', { status: 'healthy' });
    await app.request('POST', '/agents/ill/heartbeat', { status: 'degraded' });
    await app.request('POST', '/agents/nobody/heartbeat');
    await app.request('POST', '/agents/well/heartbeat', { cpu_percent: 101 });
    await app.request('POST', '/agents/heartbeats', { beats: [{ id: 'well' }, { id: 'nobody' }, {}] });
    await app.request('PUT', '/agents/mute/status', { status: 'maintenance', reason: 'a word of the client’s' });
    await app.request('DELETE', '/agents/gone');
    await app.request('POST', '/agents/register', registration({ id: 'silent' }));
    await fallSilent(app);
    expect((await app.request('GET', '/agents/silent')).body.status).toBe('unhealthy');
    await app.request('POST', '/agents/silent/heartbeat');
    expect((await app.request('GET', '/agents/silent/health')).body.status).toBe('active');
    expect(await app.app.get(BeatFlusher).flush()).toBe(true);
    const flushed = 'agent_status_transitions_total{from="unhealthy",to="active",reason="heartbeat"}';

    const { status, contentType, text, series } = await scrape(app, '?foo=bar&x[]=1');
    expect([status, contentType]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    // Files of tests share the modules of the service: a module that another one has added may have defined metrics as well.
    const documents = readFileSync('docs/metrics.md', 'utf8');
    const documented = definedMetrics().filter(({ name }) => documents.includes(`\`${name}\``));
    expect(documented.length).toBeGreaterThan(50);
    for (const { name, help, type } of documented)
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);

    const expected: Record<string, number> = {
      agent_registrations_total: 6,
      agent_deregistrations_total: 1,
      'agent_status_transitions_total{from="unknown",to="active",reason="register"}': 5,
      'agent_status_transitions_total{from="active",to="maintenance",reason="operator"}': 1,
      'agent_status_transitions_total{from="active",to="deregistered",reason="deregister"}': 1,
      'agent_status_transitions_total{from="active",to="unhealthy",reason="silent"}': 1,
      [flushed]: 1,
      'agent_heartbeats_total{result="accepted"}': 4,
      'agent_heartbeats_total{result="invalid"}': 2,
      'agent_heartbeats_total{result="not_registered"}': 2,
      'agent_heartbeats_total{result="unavailable"}': 0,
      'governance_decisions_total{action="register_agent",verdict="allowed"}': 6,
      'governance_decisions_total{action="register_agent",verdict="denied"}': 1,
      'governance_decisions_total{action="set_agent_status",verdict="allowed"}': 1,
      'governance_decisions_total{action="deregister_agent",verdict="allowed"}': 1,
      governance_request_duration_seconds_count: 9,
      'governance_request_duration_seconds_bucket{le="+Inf"}': 9,
      governance_breaker_state: 0,
      'http_request_duration_seconds_count{method="POST",route="/agents/register",status="201"}': 5,
      'http_request_duration_seconds_count{method="POST",route="/agents/register",status="200"}': 1,
      'http_request_duration_seconds_count{method="POST",route="/agents/register",status="403"}': 1,
      'http_request_duration_seconds_count{method="POST",route="/agents/:id/heartbeat",status="404"}': 1,
      'http_request_duration_seconds_count{method="DELETE",route="/agents/:id",status="200"}': 1,
      heartbeat_protection_active: 0,
      agent_health_series_omitted: 0,
      database_pool_max_connections: 12,
    };
    expect(Object.fromEntries(Object.keys(expected).map((key) => [key, series.get(key)]))).toEqual(expected);
    expect(series.get('heartbeat_sweep_duration_seconds_count')).toBeGreaterThan(0);
    expect(series.get('heartbeat_flush_duration_seconds_count')).toBeGreaterThan(0);
    expect(series.get('heartbeat_sweep_last_success_timestamp_seconds')).toBeGreaterThan(startedAt - 1);
    await court.stop();
  });

  it('counts the registrations of two processes that take turns under one id', async () => {
    const app = await start();
    const conflictsAfter = async (...apis: string[]): Promise<number | undefined> => {
      for (const api of apis)
        await app.request(
          'POST',
          '/agents/register',
          registration({ id: 'shared', name: 'shared', endpoints: { api } }),
        );
      return (await scrape(app)).series.get('agent_identity_conflicts_total');
    };
    const [mine, others] = ['http://10.0.0.1/', 'http://10.0.0.2/'];
    expect(await conflictsAfter(mine, mine, others, others, mine)).toBe(0);
    expect(await conflictsAfter(others)).toBe(1);
    expect(await conflictsAfter(others, others)).toBe(1);
    expect(await conflictsAfter(mine)).toBe(2);
  });

  it('tells the health of each agent and how many there are of each kind, in one answer for all who scrape at once', async () => {
    const app = await start();
    for (const id of ['well', 'ill', 'mute', 'gone'])
      await app.request('POST', '/agents/register', registration({ id, name: `the "${id}"`, type: 'worker' }));
    await app.request('POST', '/agents/well/heartbeat', { status: 'healthy' });
    await app.request('POST', '/agents/ill/heartbeat', { status: 'degraded' });
    await app.request('DELETE', '/agents/gone');
    expect(await app.app.get(BeatFlusher).flush()).toBe(true);
    const scrapes = await Promise.all(Array.from({ length: 10 }, () => scrape(app)));
    for (const { series } of scrapes) {
      expect([...series].filter(([key]) => /^(agent_health|active_agents)\{/.test(key)).sort()).toEqual([
        ['active_agents{type="worker",status="active"}', 3],
        [String.raw`agent_health{agent_id="ill",name="the \"ill\""}`, 0],
        [String.raw`agent_health{agent_id="mute",name="the \"mute\""}`, 0],
        [String.raw`agent_health{agent_id="well",name="the \"well\""}`, 1],
      ]);
    }
  });

  it('leaves the series of single agents out when there are too many, and says how many', async () => {
    const app = await start({ METRICS_MAX_AGENT_SERIES: 50 });
    await seedFleet(app.database, 51);
    const { series } = await scrape(app);
    expect(series.get('agent_health_series_omitted')).toBe(51);
    expect([...series.keys()].some((key) => key.startsWith('agent_health{'))).toBe(false);
    const active = [...series].filter(([key]) => key.startsWith('active_agents{'));
    expect(active.reduce((sum, [, count]) => sum + count, 0)).toBe(51);
  });

  it('has fewer than 40 routes after 600 requests to as many paths and with odd methods', async () => {
    const REQUESTS = 600; // of which a hundred of each kind: many more than the routes there are
    const app = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    let sent = 0;
    const visit = async (): Promise<void> => {
      while (sent < REQUESTS) await statusOf(app.url, randomRequest(sent++), agent);
    };
    await Promise.all(Array.from({ length: 16 }, visit));
    agent.destroy();
    const { series } = await scrape(app);
    const requests = [...series].filter(([key]) => key.startsWith('http_request_duration_seconds_count'));
    const label = (name: string): Set<string> =>
      new Set(requests.map(([key]) => new RegExp(`${name}="([^"]*)"`).exec(key)![1]!));
    expect(requests.reduce((sum, [, count]) => sum + count, 0)).toBe(REQUESTS);
    expect(label('route').size).toBeLessThan(40);
    expect([...label('route')]).toEqual(expect.arrayContaining(['unmatched', '/agents/:id']));
    expect([...label('method')].sort()).toEqual(['DELETE', 'GET', 'POST', 'other']);
  });

  it('does not wait for a database that hangs, and asks it once however many scrape', async () => {
    const app = await start();
    await app.request('POST', '/agents/register', registration({ id: 'one' }));
    const locker = new Client({ connectionString: app.database.url });
    await locker.connect();
    try {
      await locker.query('BEGIN');
      await locker.query('LOCK TABLE agents IN ACCESS EXCLUSIVE MODE');
      let [answered, most] = [0, 0];
      const scraping = Promise.all(Array.from({ length: 20 }, () => scrape(app).finally(() => answered++)));
      await until('all are answered', 120, async () => {
        await app.clock.holdUp(0.5); // as long as a scrape waits for the agents
        most = Math.max(most, await waitingCounts(app));
        return answered === 20;
      });
      const scrapes = await scraping;
      for (const { status, series } of scrapes) {
        expect([status, series.get('agent_registrations_total')]).toEqual([200, 1]);
        expect([...series.keys()].some((key) => key.startsWith('agent_health{'))).toBe(false);
      }
      expect([most, await waitingCounts(app)]).toEqual([1, 1]); // the database hangs on
    } finally {
      await locker.end();
    }
    await until('the agents are back', 120, async () =>
      (await scrape(app)).text.includes('agent_health{agent_id="one"'),
    );
  });

  it('answers without the agents while the database is away', async () => {
    const database = await createTestDatabase();
    const app = await start({}, database);
    await app.request('POST', '/agents/register', registration({ id: 'one' }));
    await database.drop();

    const { status, series } = await scrape(app);
    expect(status).toBe(200);
    expect(series.get('agent_registrations_total')).toBe(1);
    expect([...series.keys()].some((key) => /^(agent_health|active_agents)\{/.test(key))).toBe(false);
  });
});

async function scrape(app: TestApp, query = ''): Promise<Scrape> {
  const response = await fetch(`${app.url}/metrics${query}`);
  const text = await response.text();
  const series = parseMetrics(text);
  return { status: response.status, contentType: response.headers.get('content-type'), text, series };
}

/** How many counts of the fleet wait for a lock. */
async function waitingCounts({ database }: TestApp): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
      WHERE query LIKE '%GROUP BY type, status%' AND wait_event_type = 'Lock' AND datname = current_database()`,
  );
  return row!.count;
}

/** Some that there are, many that there are not, some that no URL may be. */
function randomRequest(n: number): { method: string; path: string } {
  const word = n.toString(36);
  const paths = [`/${word}`, `/agents/${word}/x`, `/agents/%${word}`, `//${word}`, `/agents/${word}`, `/docs/${word}`];
  return { method: ['GET', 'GET', 'POST', 'DELETE', 'PROPFIND'][n % 5]!, path: paths[n % paths.length]! };
}

function statusOf(url: string, { method, path }: { method: string; path: string }, agent: Agent): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, method, path, agent }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode!));
    });
    sent.on('error', reject).end();
  });
}
