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
const CALLER = 'b7ad6b7169203331';

describe('tracing', () => {
  let database: TestDatabase;
  let court: Court;
  let collector: OtlpReceiver;

  const start = (settings: Record<string, string> = {}): Promise<ServiceProcess> =>
    ServiceProcess.start({ env: { DATABASE_URL: database.url, ...settings } });
  const startTraced = (settings: Record<string, string>): Promise<ServiceProcess> =>
    start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TRIFECTA_COURT_URL: court.url, ...settings });

  beforeAll(async () => {
    [database, court] = await Promise.all([createTestDatabase(), Court.start()]);
  });

  beforeEach(async () => {
    collector = await OtlpReceiver.start();
  });

  afterEach(async () => {
    await ServiceProcess.killAll();
    await collector.stop();
  });

  afterAll(async () => {
    await court.stop();
    await database.drop();
  });

  /** Asks as part of a trace, by a span {@link CALLER} of the caller's. Returns the trace's id. */
  async function ask(service: ServiceProcess, path: string, body?: object): Promise<string> {
    const trace = randomBytes(16).toString('hex');
    const headers = { traceparent: `00-${trace}-${CALLER}-01`, baggage: 'secret=of-the-caller' };
    const post = { method: 'POST', body: JSON.stringify(body) };
    const options = body && { ...post, headers: { ...headers, 'content-type': 'application/json' } };
    await (await fetch(service.url + path, options ?? { headers })).text();
    return trace;
  }

  /** The server's span of a trace, once it has arrived: the last of its trace to end. */
  async function serverSpan(trace: string): Promise<ReceivedSpan> {
    const isServer = (span: ReceivedSpan): boolean => span.kind === 'server';
    await until(`the server's span of trace ${trace} has arrived`, 10, () => collector.of(trace).some(isServer));
    return collector.of(trace).find(isServer)!;
  }

  it('tells a registration as one trace: the request, its SQL and what the court was asked', async () => {
    const service = await startTraced(OFTEN);
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
    const service = await startTraced(OFTEN);
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
    const service = await startTraced({ ...OFTEN, TRIFECTA_COURT_MAX_CONCURRENT: '2' });
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
    const service = await startTraced({ ...OFTEN, HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1' });
    const untraced: string[] = [];
    for (const path of ['/health/live', '/health/ready', '/health', '/metrics?x=1'])
      untraced.push(await ask(service, path));
    const sweeps = async (): Promise<unknown> => (await database.query('SELECT last_sweep_at FROM heartbeat_sweep'))[0];
    const before = await sweeps();
    await until('a sweep has run', 10, async () => JSON.stringify(await sweeps()) !== JSON.stringify(before));
    const last = await serverSpan(await ask(service, '/agents/nobody'));
    expect(collector.spans.filter(({ trace }) => trace !== last.trace)).toEqual([]);
    expect(untraced.flatMap((trace) => collector.of(trace))).toEqual([]);
  });

  it('writes the trace into the log lines of a request, and into no others', async () => {
    const service = await startTraced({ ...OFTEN, LOG_LEVEL: 'debug' });
    const trace = await ask(service, '/agents/register', registration());
    const { id } = await serverSpan(trace);
    const lines = (): Record<string, unknown>[] =>
      service.logs.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line.request_id);
    await until('the request has been logged', 10, () =>
      lines().some(({ msg }) => msg === 'POST /agents/register 201'),
    );
    expect(lines().length).toBeGreaterThan(1);
    for (const line of lines()) expect(line).toMatchObject({ trace_id: trace, span_id: id });
    expect(service.logs.filter((line) => line.includes('trace_id')).length).toBe(lines().length);
  });

  it('sends what is left when it stops', async () => {
    const service = await startTraced(NEVER_BY_ITSELF);
    const trace = await ask(service, '/agents/nobody');
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(collector.of(trace).map(({ name }) => name)).toContain('GET /agents/:id');
  });

  it('does not wait long for a collector that does not answer', async () => {
    const patience = { OTEL_EXPORTER_OTLP_TIMEOUT: '600000', OTEL_BSP_EXPORT_TIMEOUT: '600000' };
    const service = await startTraced({ ...NEVER_BY_ITSELF, ...patience });
    collector.mode = 'hangs';
    await ask(service, '/agents/nobody');
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(collector.requests).toBe(1);
  });

  it('says once that traces do not get through, and once that they do again', async () => {
    const service = await startTraced(OFTEN);
    const told = (text: string): number => service.logs.filter((line) => line.includes(text)).length;
    collector.mode = 'refuses';
    for (let refused = 1; refused <= 3; refused++) {
      await ask(service, '/agents/nobody');
      await until(`${refused} exports have been refused`, 10, () => collector.requests >= refused);
    }
    collector.mode = 'takes';
    await serverSpan(await ask(service, '/agents/nobody'));
    await until('it has been told', 10, () => told('Traces get through again') > 0);
    expect(told('Traces do not get through')).toBe(1);
    expect(service.logs.find((line) => line.includes('do not get through'))).not.toMatch(/request_id|trace_id/);
    expect(told('Traces get through again')).toBe(1);
  });

  it('refuses an endpoint that is no URL', async () => {
    const service = ServiceProcess.spawn({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' } });
    expect(await service.waitForExit()).toEqual({ code: 1, signal: null });
    expect(service.errors).toBe('Wrong configuration:\n  - OTEL_EXPORTER_OTLP_ENDPOINT must be a URL like http://…\n');
  });

  describe('when it is off', () => {
    const NODE_OPTIONS = `--require ${join(__dirname, '../support/loaded-packages.cjs')}`;

    it.each([
      ['with no endpoint', {}],
      ['with OTEL_SDK_DISABLED', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318', OTEL_SDK_DISABLED: 'true' }],
    ])('%s, loads nothing of OpenTelemetry', async (_, settings) => {
      const service = await start({ ...settings, NODE_OPTIONS, TRIFECTA_COURT_URL: court.url });
      await ask(service, '/agents/register', registration());
      expect((await service.stop()).code).toBe(0);
      // prom-client depends on the API package, a few empty functions, and loads it whether there is tracing or not.
      expect(service.errors).toBe('loaded: @opentelemetry/api for prom-client\n');
      expect(service.logs.join('\n')).not.toContain('trace_id');
    });

    it('would have noticed', async () => {
      const service = await startTraced({ NODE_OPTIONS });
      expect((await service.stop()).code).toBe(0);
      expect(service.errors).toContain('@opentelemetry/sdk-trace-node for the service');
    });
  });
});
