import { ServiceProcess, temporaryDataDirectory } from '../support/service-process';

// PostgreSQL initializes a cluster for each, under npm start behind npm itself: seconds, and more on a machine that is busy.
jest.setTimeout(90_000);

describe('the service as a process', () => {
  let data: ReturnType<typeof temporaryDataDirectory>;

  const start = (options: { command?: 'node' | 'npm' } = {}): Promise<ServiceProcess> =>
    ServiceProcess.start({ ...options, env: { DATA_DIR: data.path } });

  beforeEach(() => {
    data = temporaryDataDirectory();
  });

  afterEach(async () => {
    await ServiceProcess.killAll();
    data.remove();
  });

  it('needs nothing to start, stops cleanly on SIGTERM and has kept the agents when it comes back', async () => {
    const first = await start();
    expect((await fetch(`${first.url}/health/live`)).status).toBe(200);
    const id = await register(first, 'kept');
    expect(await first.stop('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(data.postmaster()).toBeUndefined();

    const second = await start();
    expect(await read(second, id)).toMatchObject({ id, name: 'kept' });
    expect((await second.stop('SIGTERM')).code).toBe(0);
  });

  it('loses no acknowledged registration when it is killed', async () => {
    const killed = await start();
    const acknowledged: string[] = [];
    const registering = Array.from({ length: 8 }, async (_, worker) => {
      for (let i = 0; ; i++) acknowledged.push(await register(killed, `agent-${worker}-${i}`));
    });
    const interrupted = Promise.allSettled(registering);
    await until(() => acknowledged.length >= 100);
    await killed.stop('SIGKILL');
    await interrupted;

    const next = await start();
    for (const id of acknowledged) expect(await read(next, id)).toMatchObject({ id });
    expect((await next.stop('SIGTERM')).code).toBe(0);
    expect(data.postmaster()).toBeUndefined();
  });

  it('shares its data with a second service, whichever of the two stops first', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    const id = await register(first, 'shared');
    expect(await read(second, id)).toMatchObject({ id });
    expect((await first.stop('SIGTERM')).code).toBe(0);
    expect(await read(second, await register(second, 'alone'))).toMatchObject({ name: 'alone' });
    expect((await second.stop('SIGTERM')).code).toBe(0);
    expect(data.postmaster()).toBeUndefined();
  });

  it('stops cleanly on Ctrl-C', async () => {
    const service = await start();
    expect(await service.stop('SIGINT', 'group')).toEqual({ code: 0, signal: null });
    expect(data.postmaster()).toBeUndefined();
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

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not so within 10 s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
