import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listOf, type TestToken } from '../../../test/support/access';
import { ServiceProcess } from '../../../test/support/service-process';
import { TcpRelay } from '../../../test/support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database';
import { until } from '../../../test/support/until';
import { AgentRegistryClient } from '../src/client';
import { NotFoundError, TimeoutError } from '../src/errors';
import { AgentSession, type SessionOptions } from '../src/session';
import { Traffic } from './support/traffic';

const PATIENCE = 20;

/** A session that beats once a second, and all that it has told. */
interface Watched {
  session: AgentSession;
  id: string;
  traffic: Traffic;
  registered: number;
  beats: number;
  errors: unknown[];
  ended: string[];
  /** Waits for so many more heartbeats that were taken. */
  more(beats: number): Promise<void>;
}

describe('A session', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let relay: TcpRelay;
  const sessions: AgentSession[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    service = await ServiceProcess.start({ env: { DATABASE_URL: database.url, HEARTBEAT_FLUSH_INTERVAL_MS: '100' } });
  });
  beforeEach(async () => {
    relay = await TcpRelay.to(service.url);
    await relay.open();
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.stop({ deregister: false, drain: false })));
    await relay.close();
  });
  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  const other = (): AgentRegistryClient => new AgentRegistryClient({ url: service.url });
  const eventsOf = async (id: string): Promise<string[]> => {
    const types: string[] = [];
    for await (const { type } of other().eventsAll(id)) types.push(type);
    return types.toReversed();
  };

  async function watch(id: string, options: Partial<SessionOptions> = {}, url = relay.url): Promise<Watched> {
    const traffic = new Traffic();
    const errors: unknown[] = [];
    const client = new AgentRegistryClient({ url, fetch: traffic.fetch });
    const session = await AgentSession.start({
      client,
      agent: { id, name: id, type: 'worker', heartbeat: { interval_seconds: 1 } },
      onError: (error) => errors.push(error),
      ...options,
    });
    sessions.push(session);
    const watched: Watched = {
      session,
      id: session.id,
      traffic,
      registered: 0,
      beats: 0,
      errors,
      ended: [],
      more: async (beats) => {
        const enough = watched.beats + beats;
        await until(`${beats} more beats`, PATIENCE, () => watched.beats >= enough);
      },
    };
    session.on('registered', () => watched.registered++);
    session.on('beat', () => watched.beats++);
    session.on('ended', (reason) => watched.ended.push(reason));
    return watched;
  }

  it('registers, reports what the process uses and what the program says, and is gone at the end', async () => {
    const one = await watch('life', { health: () => ({ active_connections: 7, metrics: { queue: 3 } }) });
    expect(one.session).toMatchObject({ id: 'life', status: 'active' });
    await one.more(2);
    const { health, last_seen } = await other().agentHealth('life');
    expect(health).toMatchObject({ active_connections: 7, metrics: { queue: 3 } });
    expect(health.cpu_percent).toBeGreaterThan(0);
    expect(health.memory_percent).toBeGreaterThan(0);
    expect(health.uptime_seconds).toBeGreaterThan(0);
    expect(Date.parse(last_seen!)).toBeGreaterThan(0);
    await Promise.all([one.session.stop(), one.session.stop()]);
    expect(one.session.status).toBe('deregistered');
    await expect(other().get('life')).rejects.toMatchObject({ code: 'agent_deregistered' });
    expect(one).toMatchObject({ ended: ['stopped'], errors: [], registered: 0 });
    expect(one.traffic.sent.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });

  it('keeps the id that the registry made up for it', async () => {
    const { session, id } = await watch('', { agent: { name: 'nameless', type: 'worker' } });
    expect(id).toMatch(/^agent-/);
    expect(await eventsOf(id)).toEqual(['registered']);
    await session.stop();
    expect(await eventsOf(id).catch((error: NotFoundError) => error.code)).toBe('agent_deregistered');
  });

  it('takes a deregistration by somebody else for meant', async () => {
    const one = await watch('expelled');
    await other().deregister('expelled');
    await until('it has noticed', PATIENCE, () => one.ended.length > 0);
    expect(one.ended).toEqual(['deregistered']);
    expect(one.session.status).toBe('deregistered');
    const requests = one.traffic.sent.length;
    await one.session.stop();
    expect(one.traffic.sent).toHaveLength(requests); // nothing is left to be done
    expect(one.ended).toEqual(['deregistered']);
    await expect(other().get('expelled')).rejects.toBeInstanceOf(NotFoundError);
  });

  it('undoes it if it was told to, once', async () => {
    const one = await watch('stubborn', { whenDeregistered: 'register' });
    await other().deregister('stubborn');
    await until('it is registered again', PATIENCE, () => one.registered > 0);
    await one.more(2);
    expect(await eventsOf('stubborn')).toEqual(['registered', 'deregistered', 'registered']);
    expect(one).toMatchObject({ registered: 1, ended: [], errors: [] });
  });

  it('registers again under its id, once, when the registry has forgotten it', async () => {
    const one = await watch('', { agent: { name: 'lost', type: 'worker', heartbeat: { interval_seconds: 1 } } });
    await database.query('DELETE FROM agents WHERE id = $1', [one.id]);
    await until('it is registered again', PATIENCE, () => one.registered > 0);
    await one.more(2);
    expect(await other().get(one.id)).toMatchObject({ name: 'lost', status: 'active' });
    expect(one).toMatchObject({ registered: 1, ended: [], errors: [], session: { id: one.id } });
  });

  it('does not take an address where nothing is for proof that it was forgotten', async () => {
    let isAstray = false;
    const client = new AgentRegistryClient({
      url: service.url,
      fetch: (input, init) => {
        const { pathname } = new URL(input instanceof Request ? input.url : input);
        return fetch(isAstray && pathname.endsWith('/heartbeat') ? `${service.url}/nowhere` : input, init);
      },
    });
    const one = await watch('astray', { client });
    isAstray = true;
    await until('two beats have gone astray', PATIENCE, () => one.errors.length > 1);
    isAstray = false;
    await one.more(1);
    expect(one.errors.every((error) => (error as NotFoundError).code === 'route_not_found')).toBe(true);
    expect(one).toMatchObject({ registered: 0, ended: [] });
  });

  it('beats without what the program says when that is wrong, late or not there', async () => {
    const never = new Promise<object>(() => undefined);
    const sayings = [() => ({ cpu_percent: 300 }), () => Promise.reject(new Error('no idea')), () => never];
    let now = 0;
    const one = await watch('confused', { health: () => sayings[now]!() });
    for (now = 0; now < sayings.length; now++) {
      one.errors.length = 0;
      await until('it has been asked', PATIENCE, () => one.errors.length > 0);
      await one.more(1);
      expect(one.errors[0]).toMatchObject(
        [{ status: 400, errors: [{ field: 'health.cpu_percent' }] }, { message: 'no idea' }, { name: 'TimeoutError' }][
          now
        ]!,
      );
    }
  });

  it('waits for a registry that is not there yet, until it is told not to', async () => {
    await relay.close();
    const errors: unknown[] = [];
    const patience = new AbortController();
    const given = AgentSession.start({
      client: new AgentRegistryClient({ url: relay.url }),
      agent: { id: 'early', name: 'early', type: 'worker' },
      onError: (error) => errors.push(error),
      signal: patience.signal,
    });
    await until('it has tried', PATIENCE, () => errors.length > 0);
    patience.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');

    const waiting = watch('patient');
    await relay.open();
    const one = await waiting;
    expect(one.session.status).toBe('active');
    expect(await eventsOf('patient')).toEqual(['registered']);
  });

  it('does not wait where waiting cannot help', async () => {
    const agent = { id: 'not an id', name: 'wrong', type: 'worker' };
    await expect(watch('', { agent })).rejects.toMatchObject({ name: 'BadRequestError', errors: [{ field: 'id' }] });
  });

  it('stops when its signal aborts', async () => {
    const ending = new AbortController();
    const one = await watch('aborted', { signal: ending.signal });
    ending.abort();
    await until('it has ended', PATIENCE, () => one.ended.length > 0);
    expect(one.session.status).toBe('deregistered');
    await expect(other().get('aborted')).rejects.toBeInstanceOf(NotFoundError);
  });

  it.each(['close', 'freeze'] as const)(
    'gives a stop up in time when the registry is away (%s), and says so',
    async (how) => {
      const one = await watch(`lone-${how}`);
      await relay[how]();
      await one.session.stop({ timeoutMs: 300 });
      expect(one.session.status).toBe('active');
      expect(one.errors.at(-1)).toBeInstanceOf(TimeoutError);
      expect(one.ended).toEqual(['stopped']);
      await relay.close();
    },
  );

  it('deregisters after all when the registry is back in time', async () => {
    const one = await watch('late');
    await relay.close();
    const stopping = one.session.stop({ timeoutMs: PATIENCE * 1000 });
    await until('it has tried', PATIENCE, () => one.traffic.sent.some(({ method }) => method === 'DELETE'));
    await relay.open();
    await stopping;
    expect(one.session.status).toBe('deregistered');
  });

  it('does not let a registration under way undo its end', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let registrations = 0;
    const client = new AgentRegistryClient({
      url: service.url,
      fetch: async (input, init) => {
        const { pathname } = new URL(input instanceof Request ? input.url : input);
        if (pathname.endsWith('/register') && ++registrations > 1) await held;
        return fetch(input, init);
      },
    });
    const one = await watch('twice', { client, whenDeregistered: 'register' });
    await other().deregister('twice');
    await until('it is about to register', PATIENCE, () => registrations > 1);
    const stopping = one.session.stop();
    release();
    await stopping;
    await expect(other().get('twice')).rejects.toMatchObject({ code: 'agent_deregistered' });
    expect(one.session.status).toBe('deregistered');
  });

  it('drains: out of sight first, beating until its work is done, then gone', async () => {
    let finish = (): void => undefined;
    const work = new Promise<void>((resolve) => (finish = resolve));
    const one = await watch('busy', { onDrain: () => work });
    const stopping = one.session.stop();
    await until('it is in maintenance', PATIENCE, async () => (await other().get('busy')).status === 'maintenance');
    expect((await other().list({ name: 'busy', status: 'active' })).agents).toEqual([]);
    await one.more(1);
    expect(one.session.status).toBe('maintenance');
    finish();
    await stopping;
    expect(one).toMatchObject({ session: { status: 'deregistered' }, errors: [] });
  });
});

describe('A session of a registry that asks for tokens', () => {
  const old: TestToken = { name: 'fleet', token: 'old-token-of-fleet-Qw8x', scopes: ['agent'] };
  const fresh: TestToken = { ...old, token: 'new-token-of-fleet-Zk3f' };
  let database: TestDatabase;
  let service: ServiceProcess;
  let folder: string;
  let file: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'session-tokens-'));
    file = join(folder, 'tokens.json');
    writeFileSync(file, listOf([old]));
    service = await ServiceProcess.start({
      env: {
        DATABASE_URL: database.url,
        AUTH_MODE: 'token',
        AUTH_TOKENS_FILE: file,
        HEARTBEAT_FLUSH_INTERVAL_MS: '100',
      },
    });
  });
  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const agent = (id: string): SessionOptions['agent'] => {
    return { id, name: id, type: 'worker', heartbeat: { interval_seconds: 1 } };
  };

  it('goes on when the token is rotated, and registers with the new one when it has to', async () => {
    let current = old.token;
    const client = new AgentRegistryClient({ url: service.url, token: () => Promise.resolve(current) });
    let registered = 0;
    let beats = 0;
    const session = await AgentSession.start({ client, agent: agent('rotating'), onDrain: () => undefined });
    session.on('registered', () => registered++);
    session.on('beat', () => beats++);
    writeFileSync(file, listOf([fresh]));
    await until('the old token is void', PATIENCE, () =>
      client.overview().then(
        () => false,
        ({ status }: { status: number }) => status === 401,
      ),
    );
    const then = beats;
    await until('it beats by its own token', PATIENCE, () => beats > then);
    current = fresh.token;
    // With the agent, its own token goes as well: only the client's can tell that it is forgotten.
    await database.query("DELETE FROM agents WHERE id = 'rotating'");
    await until('it is registered again', PATIENCE, () => registered > 0);
    const again = beats;
    await until('it beats', PATIENCE, () => beats > again);
    expect(registered).toBe(1);
    await session.stop(); // without the right to switch itself into maintenance
    expect(session.status).toBe('deregistered');
    await expect(client.get('rotating')).rejects.toMatchObject({ code: 'agent_deregistered' });
  });

  it('leaves the agent to whoever has registered it since', async () => {
    const client = new AgentRegistryClient({ url: service.url, token: fresh.token });
    const first = await AgentSession.start({ client, agent: agent('heir') });
    const second = await AgentSession.start({ client, agent: agent('heir') });
    await first.stop();
    expect(first.status).toBe('active');
    const third = await AgentSession.start({ client, agent: agent('heir') });
    let beats = 0;
    second.on('beat', () => beats++);
    await until('it beats by the token of the client', PATIENCE, () => beats > 0);
    await second.stop();
    expect((await client.get('heir')).status).toBe('active');
    await third.stop();
    expect(third.status).toBe('deregistered');
    await expect(client.get('heir')).rejects.toBeInstanceOf(NotFoundError);
  });
});
