import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { registration } from '../support/builders';
import { Court } from '../support/court';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver';
import { ServiceProcess } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const OFTEN = { OTEL_BSP_SCHEDULE_DELAY: '20' };
const NEVER_BY_ITSELF = { OTEL_BSP_SCHEDULE_DELAY: '600000' };
/** However busy the machine, nothing is given up: neither a question to the court nor a stop. */
const PATIENT = { TRIFECTA_COURT_TIMEOUT_MS: '60000', SHUTDOWN_GRACE_SECONDS: '3600' };
/** Has a process say at its end what it has loaded. */
const NODE_OPTIONS = `--require ${join(__dirname, '../support/loaded-packages.cjs')}`;
const CALLER = 'b7ad6b7169203331';
const GUARD_SECONDS = 150;
jest.setTimeout(1_200_000);

let database: TestDatabase;
let court: Court;
let collector: OtlpReceiver;

function start(settings: Record<string, string> = {}): Promise<ServiceProcess> {
  return ServiceProcess.start({
    env: { DATABASE_URL: database.url, TRIFECTA_COURT_URL: court.url, ...PATIENT, ...settings },
  });
}

function startTraced(settings: Record<string, string>): Promise<ServiceProcess> {
  return start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...settings });
}

/** Asks as part of a trace, by a span {@link CALLER} of the caller's. Returns the trace's id, which is the request's too. */
async function ask(service: ServiceProcess, path: string, body?: object): Promise<string> {
  const trace = randomBytes(16).toString('hex');
  const headers = {
    traceparent: `00-${trace}-${CALLER}-01`,
    baggage: 'secret=of-the-caller',
    'x-request-id': trace,
  };
  const post = { method: 'POST', body: JSON.stringify(body) };
  const options = body && { ...post, headers: { ...headers, 'content-type': 'application/json' } };
  await (await fetch(service.url + path, options ?? { headers })).text();
  return trace;
}

/** The server's span of a trace, once it has arrived: the last of its trace to end. */
async function serverSpan(trace: string): Promise<ReceivedSpan> {
  const isServer = (span: ReceivedSpan): boolean => span.kind === 'server';
  await until(`the server's span of trace ${trace} has arrived`, GUARD_SECONDS, () =>
    collector.of(trace).some(isServer),
  );
  return collector.of(trace).find(isServer)!;
}

beforeAll(async () => {
  [database, court, collector] = await Promise.all([createTestDatabase(), Court.start(), OtlpReceiver.start()]);
});

beforeEach(() => (collector.mode = 'takes'));
afterAll(async () => {
  await ServiceProcess.killAll();
  await Promise.all([court.stop(), collector.stop()]);
  await database.drop();
});

describe('tracing', () => {
  let service: ServiceProcess;
  beforeAll(async () => {
    const busy = { TRIFECTA_COURT_MAX_CONCURRENT: '2', HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1', LOG_LEVEL: 'debug' };
    service = await startTraced({ ...OFTEN, ...busy });
  });

  it('is one trace for a registration: the request, its SQL and the question to the court', async () => {
    const agent = registration({ id: `traced-${randomBytes(4).toString('hex')}` });
    const trace = await ask(service, '/agents/register', agent);

    const server = await serverSpan(trace);
    expect(server).toMatchObject({ service: 'agent-registry', parent: CALLER, name: 'POST /agents/register' });
    expect(server.attributes).toMatchObject({ 'http.route': '/agents/register', 'url.path': '/agents/register' });

    const within = collector.of(trace).filter((span) => span !== server);
    expect(within.every(({ kind, parent }) => kind === 'client' && parent === server.id)).toBe(true);
    const sql = within.filter(({ attributes }) => 'db.system.name' in attributes);
    expect(sql.length).toBeGreaterThan(0);
    const statements = sql.map(({ attributes }) => String(attributes['db.query.text']));
    expect(statements.join()).toMatch(/INSERT INTO agents/);
    const [asked, ...others] = within.filter((span) => !sql.includes(span));
    expect(others).toEqual([]);
    expect(asked!.attributes).toMatchObject({
      'http.request.method': 'POST',
      'url.full': `${court.url}/court/trifecta`,
    });

    const [question] = await court.questions(agent.id);
    expect(question!.headers.traceparent).toBe(`00-${trace}-${asked!.id}-01`);
    expect(question!.headers).not.toHaveProperty('baggage');

    const told = collector.bytes.toString('latin1');
    const { name, capabilities, endpoints, metadata } = agent;
    for (const value of [agent.id!, name, ...capabilities!, endpoints!.http!, metadata!.region as string])
      expect(told).not.toContain(value);
    expect(told).not.toContain(new URL(database.url).password || 'never');
  });

  it('names requests by their route and keeps their query to itself', async () => {
    const read = await serverSpan(await ask(service, '/agents/nobody'));
    expect(read).toMatchObject({ name: 'GET /agents/:id', attributes: { 'http.route': '/agents/:id' } });
    const list = await serverSpan(await ask(service, '/agents?metadata.key=hunter2'));
    expect(list).toMatchObject({ name: 'GET /agents', attributes: { 'http.route': '/agents' } });
    const unknown = await serverSpan(await ask(service, '/nowhere?key=hunter2'));
    expect(unknown.name).toBe('GET');
    expect(unknown.attributes).not.toHaveProperty('http.route');
    expect(collector.bytes.toString('latin1')).not.toContain('hunter2');
  });

  it('keeps the traces of requests that wait for each other apart', async () => {
    const agents = Array.from({ length: 40 }, () => registration({ id: `waits-${randomBytes(4).toString('hex')}` }));
    const traces = await Promise.all(agents.map((agent) => ask(service, '/agents/register', agent)));
    const statements: string[] = [];
    for (const [i, trace] of traces.entries()) {
      const server = await serverSpan(trace);
      const clients = collector.of(trace).filter((span) => span !== server);
      expect(clients.every(({ parent }) => parent === server.id)).toBe(true);
      const [asked, ...others] = clients.filter(({ attributes }) => 'url.full' in attributes);
      expect(others).toEqual([]);
      statements.push(...clients.map(({ attributes }) => String(attributes['db.query.text'])));
      const [question] = await court.questions(agents[i]!.id);
      expect(question!.headers.traceparent).toBe(`00-${trace}-${asked!.id}-01`);
    }
    // What several of them share is in the trace of one of them, and in no other.
    const registrations = statements.filter((statement) => statement.includes('INSERT INTO agents'));
    expect(registrations.length).toBeGreaterThan(0);
    expect(registrations.length).toBeLessThanOrEqual(agents.length);
  });

  it('does not trace probes, scrapes and what it does of its own accord', async () => {
    const before = new Set(collector.spans.map(({ trace }) => trace));
    for (const path of ['/health/live', '/health/ready', '/health', '/metrics?x=1']) await ask(service, path);
    const sweeps = async (): Promise<string> =>
      JSON.stringify(await database.query('SELECT last_sweep_at FROM heartbeat_sweep'));
    const last = await sweeps();
    await until('a sweep has run', GUARD_SECONDS, async () => (await sweeps()) !== last);
    const { trace } = await serverSpan(await ask(service, '/agents/nobody'));
    const since = collector.spans.filter((span) => !before.has(span.trace));
    expect(new Set(since.map((span) => span.trace))).toEqual(new Set([trace]));
  });

  it('writes the trace into the log lines of a request, and into no others', async () => {
    const trace = await ask(service, '/agents/register', registration());
    const { id } = await serverSpan(trace);
    const lines = (): Record<string, unknown>[] =>
      service.logs.map((line) => JSON.parse(line) as Record<string, unknown>);
    const own = (): Record<string, unknown>[] => lines().filter(({ request_id }) => request_id === trace);
    await until('the request has been logged', GUARD_SECONDS, () =>
      own().some(({ msg }) => msg === 'POST /agents/register 201'),
    );
    expect(own().length).toBeGreaterThan(1);
    for (const line of own()) expect(line).toMatchObject({ trace_id: trace, span_id: id });
    const traced = lines().filter((line) => 'trace_id' in line);
    expect(traced.filter(({ trace_id, request_id }) => trace_id !== request_id)).toEqual([]);
  });

  it('logs once that traces do not get through, and once that they do again', async () => {
    const told = (text: string): number => service.logs.filter((line) => line.includes(text)).length;
    const { requests } = collector;
    collector.mode = 'refuses';
    for (let refused = 1; refused <= 3; refused++) {
      await ask(service, '/agents/nobody');
      await until(
        `${refused} exports have been refused`,
        GUARD_SECONDS,
        () => collector.requests >= requests + refused,
      );
    }
    collector.mode = 'takes';
    await serverSpan(await ask(service, '/agents/nobody'));
    await until('it has been told', GUARD_SECONDS, () => told('Traces get through again') > 0);
    await serverSpan(await ask(service, '/agents/nobody'));
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(told('Traces do not get through')).toBe(1);
    expect(service.logs.find((line) => line.includes('do not get through'))).not.toMatch(/request_id|trace_id/);
    expect(told('Traces get through again')).toBe(1);
  });
});

describe('a stop', () => {
  it('sends what is left, and what was loaded for it could not have gone unnoticed', async () => {
    const service = await startTraced({ ...NEVER_BY_ITSELF, NODE_OPTIONS });
    const trace = await ask(service, '/agents/nobody');
    expect(collector.of(trace)).toEqual([]);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect((await serverSpan(trace)).name).toBe('GET /agents/:id');
    expect(service.errors).toContain('@opentelemetry/sdk-trace-node for the service');
  });

  it('does not wait for a collector that does not answer', async () => {
    const forEver = { OTEL_EXPORTER_OTLP_TIMEOUT: '3600000', OTEL_BSP_EXPORT_TIMEOUT: '3600000' };
    const service = await startTraced({ ...NEVER_BY_ITSELF, ...forEver });
    const { requests } = collector;
    collector.mode = 'hangs';
    await ask(service, '/agents/nobody');
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    await until('the collector was asked', GUARD_SECONDS, () => collector.requests === requests + 1);
  });
});

describe('a start', () => {
  it('refuses an endpoint that is no URL', async () => {
    const service = ServiceProcess.spawn({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' } });
    expect(await service.waitForExit()).toEqual({ code: 1, signal: null });
    expect(service.errors).toBe('Wrong configuration:\n  - OTEL_EXPORTER_OTLP_ENDPOINT must be a URL like http://…\n');
  });

  it.each([
    ['with no endpoint', {}],
    ['with OTEL_SDK_DISABLED', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318', OTEL_SDK_DISABLED: 'true' }],
  ])('%s, loads nothing of OpenTelemetry', async (_, settings) => {
    const service = await start({ ...settings, NODE_OPTIONS });
    await ask(service, '/agents/register', registration());
    expect((await service.stop()).code).toBe(0);
    // prom-client depends on the API package, a few empty functions, and loads it whether there is tracing or not.
    expect(service.errors).toBe('loaded: @opentelemetry/api for prom-client\n');
    expect(service.logs.join('\n')).not.toContain('trace_id');
  });
});
