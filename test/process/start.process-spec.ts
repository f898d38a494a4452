import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { MIGRATION_LOCK } from '../../src/platform/database/migration-lock';
import { PATIENCE } from '../support/patience';
import { createTestDatabase } from '../support/test-database';
import { ServiceProcess, temporaryDataDirectory } from '../support/service-process';
import { until } from '../support/until';

const MAIN = join(__dirname, '../../dist/main.js');
const START = join(__dirname, '../../scripts/start.mjs');

// A guard, for PostgreSQL and what npm does before the service.
jest.setTimeout(600_000);

describe('the service as a process', () => {
  /** For all tests: the first to run fills it, and none leaves a server in it. */
  let data: ReturnType<typeof temporaryDataDirectory>;
  /** One that a test has left running for the next. */
  let running: ServiceProcess | undefined;

  const start = (options: { command?: 'node' | 'npm' } = {}): Promise<ServiceProcess> =>
    ServiceProcess.start({ ...options, env: { DATA_DIR: data.path } });
  /** The one that is running, for a test that ends it. */
  const takeRunning = async (): Promise<ServiceProcess> => {
    const taken = running ?? (await start());
    running = undefined;
    return taken;
  };

  beforeAll(() => {
    data = temporaryDataDirectory();
  });

  afterEach(async () => {
    if (!running) await ServiceProcess.killAll();
  });

  afterAll(async () => {
    await ServiceProcess.killAll();
    data.remove();
  });

  it('needs nothing to start, shares its data with a second one whichever stops first, and has kept it when it comes back', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    expect((await fetch(`${first.url}/health/live`)).status).toBe(200);
    const id = await register(first, 'shared');
    expect(await read(second, id)).toMatchObject({ id });
    expect(await first.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    const other = await register(second, 'alone');
    expect(await read(second, other)).toMatchObject({ name: 'alone' });
    expect(await second.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(data.postmaster()).toBeUndefined();

    const next = await start();
    expect(await read(next, id)).toMatchObject({ id, name: 'shared' });
    expect(await read(next, other)).toMatchObject({ id: other, name: 'alone' });
    running = next;
  });

  it('loses no acknowledged registration when it is killed', async () => {
    const killed = await takeRunning();
    const acknowledged: string[] = [];
    const registering = Array.from({ length: 8 }, async (_, worker) => {
      for (let i = 0; ; i++) acknowledged.push(await register(killed, `agent-${worker}-${i}`));
    });
    const interrupted = Promise.allSettled(registering);
    await until('100 registrations are acknowledged', PATIENCE, () => acknowledged.length >= 100);
    await killed.stop('SIGKILL');
    await interrupted;

    const next = await start();
    for (const id of acknowledged) expect(await read(next, id)).toMatchObject({ id });
    running = next;
  });

  it('stops cleanly on Ctrl-C', async () => {
    const service = await takeRunning();
    expect(await service.stop('SIGINT', 'group')).toEqual({ code: 0, signal: null });
    expect(data.postmaster()).toBeUndefined();
  });

  it.each([
    ['begins with a byte order mark', Buffer.from('\ufeffAUTH_MODE=token\n'), /must be set when AUTH_MODE=token/],
    ['is UTF-16', Buffer.from('\ufeffAUTH_MODE=token\n', 'utf16le'), /\.env is not UTF-8 text/],
    ['has a line that is no assignment', Buffer.from('LOG_LEVEL=info\nAUTH_MODE token\n'), /\.env: line 2 is not/],
  ])('skips no setting of a .env that %s', (_, content, message) => {
    const folder = mkdtempSync(join(tmpdir(), 'agent-registry-env-'));
    writeFileSync(join(folder, '.env'), content);
    const env = { PATH: process.env.PATH };
    const { status, stderr } = spawnSync(process.execPath, [MAIN], { cwd: folder, env, encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(message) });
  });

  it('warns of a variable that looks like a misspelt setting', async () => {
    const nowhere = { DATABASE_URL: 'postgresql://127.0.0.1:1/x', DATABASE_STARTUP_TIMEOUT_SECONDS: '1' };
    const service = ServiceProcess.spawn({ env: { ...nowhere, AUTH_MOD: 'token' } });
    expect(await service.waitForExit()).toEqual({ code: 1, signal: null });
    expect(service.logs.join('\n')).toContain(
      'The variable AUTH_MOD is no setting of the Agent Registry: is AUTH_MODE meant?',
    );
  });

  it('says who holds the lock for migrations, waits for so long and ends at once when it is told to', async () => {
    const database = await createTestDatabase();
    const holder = new Client({ connectionString: database.url }); // a pool would let an idle one go, and the lock with it
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const env = { DATABASE_URL: database.url };
    const impatient = ServiceProcess.spawn({ env: { ...env, DATABASE_STARTUP_TIMEOUT_SECONDS: '1' } });
    expect(await impatient.waitForExit()).toEqual({ code: 1, signal: null });
    expect(impatient.errors).toMatch(/the lock for migrations was not free within 1 s: session \d+ \(/);

    const patient = ServiceProcess.spawn({ env: { ...env, DATABASE_STARTUP_TIMEOUT_SECONDS: '3600' } });
    await until('it says that it waits', PATIENCE, () =>
      patient.logs.some((line) => line.includes('Waiting for the lock for migrations: session ')),
    );
    expect(await patient.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    await holder.end();
    await database.drop();
  });

  it.each([
    [['--help'], 0, 'npm start takes no arguments.'],
    [['--port', '80'], 2, 'What is --port? npm start takes no arguments.'],
  ])('npm start says of %j that it takes none, and starts nothing', (args, status, message) => {
    const run = spawnSync(process.execPath, [START, ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
      timeout: 150_000,
    });
    expect({ status: run.status, said: run.stdout + run.stderr }).toEqual({
      status,
      said: expect.stringContaining(message),
    });
  });

  it('names every wrong setting at once', async () => {
    const service = ServiceProcess.spawn({ env: { DATA_DIR: data.path, SERVER_PORT: 'abc', LOG_LEVEL: 'loud' } });
    expect(await service.waitForExit()).toEqual({ code: 1, signal: null });
    expect(service.errors).toMatch(/SERVER_PORT[\s\S]*LOG_LEVEL/);
  });

  describe('under npm start', () => {
    it.each(['SIGTERM', 'SIGKILL'] as const)('ends with npm when only npm gets a %s', async (signal) => {
      const service = await start({ command: 'npm' });
      await register(service, 'any');
      await service.stop(signal);
      expect(service.logs.join('\n')).toContain('Agent Registry is stopping');
      expect(data.postmaster()).toBeUndefined();
    });

    it.each(['SIGINT', 'SIGTERM'] as const)('stops cleanly when all processes get a %s', async (signal) => {
      const service = await start({ command: 'npm' });
      await service.stop(signal, 'group');
      expect(service.logs.join('\n')).toContain('Agent Registry is stopping');
      expect(data.postmaster()).toBeUndefined();
    });
  });
});

async function register(service: ServiceProcess, name: string): Promise<string> {
  const response = await fetch(`${service.url}/agents/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, type: 'worker' }),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

async function read(service: ServiceProcess, id: string): Promise<unknown> {
  return (await fetch(`${service.url}/agents/${encodeURIComponent(id)}`)).json();
}
