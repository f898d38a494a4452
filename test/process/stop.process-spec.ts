import { once } from 'node:events';
import { Agent, createServer, get, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PATIENCE } from '../support/patience';
import { lastLine, ServiceProcess } from '../support/service-process';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/** Settings that no stop is waited for to the end of. */
const LONG = { SHUTDOWN_DRAIN_MS: '600000', SHUTDOWN_GRACE_SECONDS: '3600', TRIFECTA_COURT_TIMEOUT_MS: '60000' };

/** A court that allows everything, once it is told to. */
class PatientCourt {
  private readonly asked: ServerResponse[] = [];
  private readonly server: Server = createServer((_, response) => void this.asked.push(response));

  async open(): Promise<void> {
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async isAsked(): Promise<void> {
    await until('the service waits for the court', PATIENCE, () => this.asked.length > 0);
  }

  allow(): void {
    for (const response of this.asked.splice(0))
      response.setHeader('content-type', 'application/json').end('{"valid":true}');
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe('A stop', () => {
  let database: TestDatabase;
  let court: PatientCourt;

  beforeEach(async () => {
    court = new PatientCourt();
    [database] = await Promise.all([createTestDatabase(), court.open()]);
  });
  afterEach(async () => {
    await ServiceProcess.killAll();
    court.close();
    await database.drop();
  });

  function start(env: Record<string, string> = {}): Promise<ServiceProcess> {
    return ServiceProcess.start({
      env: { DATABASE_URL: database.url, TRIFECTA_COURT_URL: court.url, ...LONG, ...env },
    });
  }

  it('tells first that it is not ready, while connections are taken and requests answered; asked for twice, it is at once', async () => {
    const service = await start();
    const accepted = register(service, 'accepted');
    await court.isAsked();
    service.signal('SIGTERM');
    const seen = await probeUntil(service, 503);
    expect([...new Set(seen.slice(0, -1))]).toEqual(seen.length > 1 ? [200] : []);
    const late = register(service, 'late');
    court.allow();
    expect((await accepted).status).toBe(201);
    await court.isAsked();
    court.allow();
    expect((await late).status).toBe(201);

    const cut = register(service, 'cut').catch(() => 'cut off');
    await court.isAsked();
    expect(await stopAgain(service)).toEqual({ code: 1, signal: null });
    expect(await cut).toBe('cut off');
    expect(await database.query('SELECT id FROM agents ORDER BY id')).toEqual([{ id: 'accepted' }, { id: 'late' }]);
  });

  it('takes no more connections then, answers what it has accepted, and writes the heartbeats that it has acknowledged', async () => {
    // Neither the flush nor the sweep writes them before.
    const intervals = {
      HEARTBEAT_TIMEOUT_SECONDS: '86400',
      HEARTBEAT_FLUSH_INTERVAL_MS: '60000',
      HEARTBEAT_SWEEP_INTERVAL_SECONDS: '3600',
    };
    const service = await start({ SHUTDOWN_DRAIN_MS: '0', ...intervals });
    const registered = register(service, 'beating');
    await court.isAsked();
    court.allow();
    expect((await registered).status).toBe(201);
    expect((await post(service, '/agents/beating/heartbeat', { cpu_percent: 42 })).status).toBe(200);
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await probe(service, kept)).toBe(200);

    const accepted = register(service, 'accepted');
    await court.isAsked();
    service.signal('SIGTERM');
    const seen = await probeUntil(service, 'refused');
    expect(seen).toEqual(seen.toSorted()); // 200, 503, refused
    expect(await probe(service, kept)).toBe(503); // on a connection from before
    court.allow();
    expect((await accepted).status).toBe(201);
    expect(await service.waitForExit()).toEqual({ code: 0, signal: null });
    expect(lastLine(service)).toMatchObject({ msg: 'Agent Registry has stopped', duration_ms: expect.any(Number) });
    expect(await database.query("SELECT id, health->>'cpu_percent' AS cpu FROM agents ORDER BY id")).toEqual([
      { id: 'accepted', cpu: null },
      { id: 'beating', cpu: '42' },
    ]);
    kept.destroy();
  });

  it.each(['SIGHUP', 'SIGQUIT'] as const)('writes what it has acknowledged at a %s as well', async (signal) => {
    const service = await start({
      SHUTDOWN_DRAIN_MS: '0',
      HEARTBEAT_TIMEOUT_SECONDS: '86400',
      HEARTBEAT_FLUSH_INTERVAL_MS: '60000',
      HEARTBEAT_SWEEP_INTERVAL_SECONDS: '3600',
    });
    const registered = register(service, 'beating');
    await court.isAsked();
    court.allow();
    expect((await registered).status).toBe(201);
    expect((await post(service, '/agents/beating/heartbeat', { cpu_percent: 42 })).status).toBe(200);
    expect(await service.stop(signal)).toEqual({ code: 0, signal: null });
    expect(await database.query("SELECT health->>'cpu_percent' AS cpu FROM agents")).toEqual([{ cpu: '42' }]);
  });

  it('does not wait longer than it may for what it has accepted', async () => {
    const service = await start({ SHUTDOWN_DRAIN_MS: '0', SHUTDOWN_GRACE_SECONDS: '0' });
    const accepted = register(service, 'accepted').catch(() => 'cut off');
    await court.isAsked();
    expect(await service.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await accepted).toBe('cut off');
    expect(await database.query('SELECT id FROM agents')).toEqual([]);
  });
});

/** As long as the first signal may be echoed, a second one is not heard. */
async function stopAgain(service: ServiceProcess): Promise<unknown> {
  const exit = service.waitForExit();
  const again = setInterval(() => service.signal('SIGTERM'), 100);
  return exit.finally(() => clearInterval(again));
}

function register(service: ServiceProcess, id: string): Promise<Response> {
  return post(service, '/agents/register', { id, name: 'n', type: 't' });
}

function post(service: ServiceProcess, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(service.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Probes until it sees this, and gives all that it has seen. */
async function probeUntil(service: ServiceProcess, last: Probed): Promise<Probed[]> {
  const seen: Probed[] = [];
  await until(`a probe sees ${last}`, PATIENCE, async () => {
    seen.push(await probe(service));
    return seen.at(-1) === last;
  });
  return seen;
}

type Probed = number | 'refused';

/** On a connection of its own, as a balancer probes, unless an agent keeps one. */
function probe(service: ServiceProcess, agent: Agent | false = false): Promise<Probed> {
  return new Promise((resolve) => {
    get(`${service.url}/health/ready`, { agent }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode!));
    }).once('error', () => resolve('refused'));
  });
}
