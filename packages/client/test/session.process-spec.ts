import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listOf, type TestToken } from '../../../test/support/access';
import { PATIENCE } from '../../../test/support/patience';
import { ServiceProcess } from '../../../test/support/service-process';
import { TcpRelay } from '../../../test/support/tcp-relay';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database';
import { until } from '../../../test/support/until';
import { AgentRegistryClient } from '../src/client';
import { NotFoundError, TimeoutError, UnavailableError } from '../src/errors';
import { AgentSession, type SessionOptions } from '../src/session';
import type { Token } from '../src/transport';
import { ManualTime } from './support/manual-time';
import { pathOf, type Traffic } from './support/traffic';

/** What a session lives by: a client, and the time that this client and the session wait by. */
interface World {
  client: AgentRegistryClient;
  time: ManualTime;
}

/** A session that is due to beat every second, and all that it has told. */
interface Watched {
  session: AgentSession;
  id: string;
  time: ManualTime;
  traffic: Traffic;
  registered: number;
  beats: number;
  errors: unknown[];
  ended: string[];
  /** Lets time pass until so many more heartbeats were taken. */
  more(beats: number): Promise<void>;
  stop(): Promise<void>;
}

/** No agent dies of the time that a test takes. */
const NEVER_SILENT = { HEARTBEAT_TIMEOUT_SECONDS: '86400' };

function worldAt(url: string, { send, token }: { send?: typeof fetch; token?: Token } = {}): World {
  const time = new ManualTime(send);
  return { client: new AgentRegistryClient({ url, token, fetch: time.traffic.fetch, time: time.seeded(1) }), time };
}

/** Starts a session, however often it has to try. */
async function start({ time, client }: World, options: Omit<SessionOptions, 'client'>): Promise<AgentSession> {
  return time.passWhile('the session starts', AgentSession.start({ client, ...options }));
}

/** What it was told without a reason: that the registry could not be asked is none of its faults. */
function unfounded(errors: unknown[]): unknown[] {
  return errors.filter((error) => !(error instanceof UnavailableError));
}

describe('A session', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let relay: TcpRelay;
  const watched: Watched[] = [];
  beforeAll(async () => {
    database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, HEARTBEAT_FLUSH_INTERVAL_MS: '100', ...NEVER_SILENT };
    service = await ServiceProcess.start({ env });
  });
  beforeEach(async () => {
    relay = await TcpRelay.to(service.url);
    await relay.open();
  });
  afterEach(async () => {
    const left = watched.splice(0);
    await Promise.all(
      left.map(({ session, time }) => time.passWhile('it stops', session.stop({ deregister: false, drain: false }))),
    );
    await relay.close();
  });
  afterAll(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  /** A client that has nothing to do with the session. */
  const other = (): AgentRegistryClient => new AgentRegistryClient({ url: service.url, timeoutMs: PATIENCE * 1000 });
  const eventsOf = async (id: string): Promise<string[]> => {
    const types: string[] = [];
    for await (const { type } of other().eventsAll(id)) types.push(type);
    return types.toReversed();
  };

  async function watch(
    id: string,
    options: Partial<SessionOptions> = {},
    world: World = worldAt(relay.url),
  ): Promise<Watched> {
    const errors: unknown[] = [];
    const session = await start(world, {
      agent: { id, name: id, type: 'worker', heartbeat: { interval_seconds: 1 } },
      onError: (error) => errors.push(error),
      ...options,
    });
    const { time } = world;
    const one: Watched = {
      session,
      id: session.id,
      time,
      traffic: time.traffic,
      registered: 0,
      beats: 0,
      errors,
      ended: [],
      more: async (beats) => {
        const enough = one.beats + beats;
        await time.passUntil(`${beats} more beats`, () => one.beats >= enough);
      },
      stop: () => time.passWhile('the session stops', session.stop()),
    };
    session.on('registered', () => one.registered++);
    session.on('beat', () => one.beats++);
    session.on('ended', (reason) => one.ended.push(reason));
    watched.push(one);
    return one;
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
    await Promise.all([one.session.stop(), one.stop()]);
    expect(one.session.status).toBe('deregistered');
    await expect(other().get('life')).rejects.toMatchObject({ code: 'agent_deregistered' });
    expect(one).toMatchObject({ ended: ['stopped'], registered: 0 });
    expect(unfounded(one.errors)).toEqual([]);
    expect(one.traffic.sent.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });

  it('says whether the agent takes work, at once and from then on, and how busy the process is', async () => {
    const one = await watch('readiness', { health: () => ({ cpu_percent: 25 }) });
    await one.more(1);
    expect((await other().agentHealth('readiness')).health).toMatchObject({ ready: true, load: 0.25 });
    const now = one.time.now();
    one.session.ready(false);
    await until('it is said', PATIENCE, () => one.beats === 2);
    expect(one.time.now()).toBe(now); // no time had to pass
    expect((await other().agentHealth('readiness')).health).toMatchObject({ ready: false, load: 0.25 });
    await one.more(1);
    expect((await other().agentHealth('readiness')).health).toMatchObject({ ready: false });
    one.session.ready(true);
    await until('it is said again', PATIENCE, () => one.beats === 4);
    expect((await other().agentHealth('readiness')).health).toMatchObject({ ready: true });
  });

  it.each<[string, SessionOptions['load'], number | null]>([
    ['what the program says', () => 0.7, 0.7],
    ['no more than there is', () => 7, 1],
    ['nothing, where that is no number', () => Number.NaN, null],
    ['nothing, where the program does not know', () => undefined, null],
    ['nothing, where it is not to be said', false, null],
  ])('says of its load %s', async (_, load, told) => {
    const one = await watch(`load-of-${String(told)}`, { load });
    await one.more(1);
    expect((await other().agentHealth(one.id)).health).toMatchObject({ load: told });
  });

  it('ends with an error that says why when another session has taken its place, and leaves the agent alone', async () => {
    const first = await watch('twins');
    await first.more(1);
    const second = await watch('twins');
    await first.time.passUntil('the first one ends', () => first.ended.length > 0);
    expect(first.ended).toEqual(['superseded']);
    expect(first.errors).toEqual([expect.objectContaining({ status: 409, code: 'superseded' })]);
    expect(String(first.errors[0])).toContain('Another process has registered as agent twins since');
    await first.stop();
    await second.more(2);
    expect([second.ended, second.errors]).toEqual([[], []]);
    expect(await eventsOf('twins')).toEqual(['registered', 'registered', 'superseded']);
    expect((await other().get('twins')).incarnation).toBe(second.session.incarnation);
  });

  it('keeps the id that the registry made up for it', async () => {
    const one = await watch('', { agent: { name: 'nameless', type: 'worker' } });
    const { id } = one;
    expect(id).toMatch(/^agent-/);
    expect(await eventsOf(id)).toEqual(['registered']);
    await one.stop();
    expect(await eventsOf(id)).toEqual(['registered', 'deregistered']);
  });

  it('takes a deregistration by somebody else for meant', async () => {
    const one = await watch('expelled');
    await other().deregister('expelled');
    await one.time.passUntil('it has noticed', () => one.ended.length > 0);
    expect(one.ended).toEqual(['deregistered']);
    expect(one.session.status).toBe('deregistered');
    const requests = one.traffic.sent.length;
    await one.stop();
    expect(one.traffic.sent).toHaveLength(requests); // nothing is left to be done
    expect(one.ended).toEqual(['deregistered']);
    await expect(other().get('expelled')).rejects.toBeInstanceOf(NotFoundError);
  });

  it('undoes it if it was told to, once', async () => {
    const one = await watch('stubborn', { whenDeregistered: 'register' });
    await other().deregister('stubborn');
    await one.time.passUntil('it is registered again', () => one.registered > 0);
    await one.more(2);
    expect(await eventsOf('stubborn')).toEqual(['registered', 'deregistered', 'registered']);
    expect(one).toMatchObject({ registered: 1, ended: [] });
    expect(unfounded(one.errors)).toEqual([]);
  });

  it('registers again under its id, once, when the registry has forgotten it', async () => {
    const one = await watch('', { agent: { name: 'lost', type: 'worker', heartbeat: { interval_seconds: 1 } } });
    await database.query('DELETE FROM agents WHERE id = $1', [one.id]);
    await one.time.passUntil('it is registered again', () => one.registered > 0);
    await one.more(2);
    expect(await other().get(one.id)).toMatchObject({ name: 'lost', status: 'active' });
    expect(one).toMatchObject({ registered: 1, ended: [], session: { id: one.id } });
    expect(unfounded(one.errors)).toEqual([]);
  });

  it('says that the agent takes no work together with that registration, which would make it ready', async () => {
    const one = await watch('lost-unready');
    one.session.ready(false);
    await until('it is said', PATIENCE, () => one.beats === 1);
    await database.query('DELETE FROM agents WHERE id = $1', [one.id]);
    await one.time.passUntil('it is registered again', () => one.registered > 0);
    await one.time.quiet();
    const [registration, beat] = one.time.traffic.sent.slice(-2);
    expect([registration!.path, beat!.path]).toEqual(['/agents/register', '/agents/lost-unready/heartbeat']);
    expect(beat!.at).toBe(registration!.at); // no time had to pass
    expect((await other().agentHealth(one.id)).health).toMatchObject({ ready: false });
    expect(unfounded(one.errors)).toEqual([]);
  });

  it('does not take an address where nothing is for proof that it was forgotten', async () => {
    let isAstray = false;
    const send: typeof fetch = (input, init) =>
      fetch(isAstray && pathOf(input).endsWith('/heartbeat') ? `${service.url}/nowhere` : input, init);
    const one = await watch('astray', {}, worldAt(service.url, { send }));
    isAstray = true;
    await one.time.passUntil('two beats have gone astray', () => one.errors.length > 1);
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
      await one.time.passUntil('it has been asked', () => one.errors.length > 0);
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
    const early = worldAt(relay.url);
    const given = AgentSession.start({
      client: early.client,
      agent: { id: 'early', name: 'early', type: 'worker' },
      onError: (error) => errors.push(error),
      signal: patience.signal,
    });
    given.catch(() => undefined);
    await early.time.passUntil('it has tried again', () => errors.length > 1);
    patience.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');

    const world = worldAt(relay.url);
    const waiting = watch('patient', {}, world);
    await until('it has tried', PATIENCE, () => world.time.traffic.sent.length > 0);
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
      const stopping = one.session.stop({ timeoutMs: 300 });
      await until('it has tried', PATIENCE, () => one.traffic.sent.some(({ method }) => method === 'DELETE'));
      one.time.advance(299);
      expect(one.errors).toEqual([]);
      one.time.advance(1);
      await until('it has given up', PATIENCE, () => one.ended.length > 0);
      await stopping;
      expect(one.session.status).toBe('active');
      expect(one.errors.at(-1)).toBeInstanceOf(TimeoutError);
      expect(one.ended).toEqual(['stopped']);
      await relay.close();
    },
  );

  it('deregisters after all when the registry is back in time', async () => {
    const one = await watch('late');
    await relay.close();
    const stopping = one.session.stop({ timeoutMs: 60_000 });
    await until('it has tried', PATIENCE, () => one.traffic.sent.some(({ method }) => method === 'DELETE'));
    await relay.open();
    await one.time.passWhile('it stops', stopping);
    expect(one.session.status).toBe('deregistered');
  });

  it('does not let a registration under way undo its end', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let registrations = 0;
    const send: typeof fetch = async (input, init) => {
      if (pathOf(input).endsWith('/register') && ++registrations > 1) await held;
      return fetch(input, init);
    };
    const one = await watch('twice', { whenDeregistered: 'register' }, worldAt(service.url, { send }));
    await other().deregister('twice');
    await one.time.passUntil('it is about to register', () => registrations > 1);
    const stopping = one.stop();
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
    await one.time.passWhile('it stops', stopping);
    expect(one.session.status).toBe('deregistered');
    expect(unfounded(one.errors)).toEqual([]);
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
    const settings = { AUTH_MODE: 'token', AUTH_TOKENS_FILE: file, HEARTBEAT_FLUSH_INTERVAL_MS: '100' };
    service = await ServiceProcess.start({ env: { DATABASE_URL: database.url, ...settings, ...NEVER_SILENT } });
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
    const world = worldAt(service.url, { token: () => Promise.resolve(current) });
    const { client, time } = world;
    let registered = 0;
    let beats = 0;
    const session = await start(world, { agent: agent('rotating'), onDrain: () => undefined });
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
    await time.passUntil('it beats by its own token', () => beats > then);
    current = fresh.token;
    // With the agent, its own token goes as well: only the client's can tell that it is forgotten.
    await database.query("DELETE FROM agents WHERE id = 'rotating'");
    await time.passUntil('it is registered again', () => registered > 0);
    const again = beats;
    await time.passUntil('it beats', () => beats > again);
    expect(registered).toBe(1);
    await time.passWhile('it stops', session.stop());
    expect(session.status).toBe('deregistered');
    await expect(client.get('rotating')).rejects.toMatchObject({ code: 'agent_deregistered' });
  });

  it('goes on when its own token is replaced, which the one of the client is not needed for', async () => {
    let asked = 0;
    const world = worldAt(service.url, { token: () => (asked++, fresh.token) });
    const { client, time } = world;
    const errors: unknown[] = [];
    const session = await start(world, { agent: agent('own'), onError: (error) => errors.push(error) });
    let beats = 0;
    session.on('beat', () => beats++);
    const before = asked;
    const tokens = new Set<string>();
    for (const overlapSeconds of [undefined, 300, 0, 60]) {
      const rotated = await time.passWhile('it is replaced', session.rotateToken({ overlapSeconds }));
      expect(rotated.previous_valid_until === null).toBe(overlapSeconds === 0);
      tokens.add(rotated.token);
      const then = beats;
      await time.passUntil('it beats', () => beats > then + 1);
    }
    expect([tokens.size, asked, unfounded(errors)]).toEqual([4, before, []]);
    const token = [...tokens].at(-1);
    expect(await client.whoAmI({ token })).toMatchObject({ kind: 'agent', name: 'own', owner: 'fleet' });
    await time.passWhile('it stops', session.stop());
    expect(session.status).toBe('deregistered');
  });

  it('leaves the agent to whoever has registered it since', async () => {
    const world = worldAt(service.url, { token: fresh.token });
    const { client, time } = world;
    const first = await start(world, { agent: agent('heir') });
    const second = await start(world, { agent: agent('heir') });
    await time.passWhile('the first stops', first.stop());
    expect(first.status).toBe('active');
    await client.register(agent('heir')); // by a program that does not say which process it is
    let beats = 0;
    second.on('beat', () => beats++);
    await time.passUntil('it beats by the token of the client', () => beats > 0);
    await time.passWhile('the second stops', second.stop());
    expect((await client.get('heir')).status).toBe('active');
    const third = await start(world, { agent: agent('heir') });
    const fourth = await start(world, { agent: agent('heir') });
    const ended: string[] = [];
    third.on('ended', (reason) => ended.push(reason));
    await time.passUntil('the third ends', () => ended.length > 0);
    await time.passWhile('the third stops', third.stop());
    expect([ended, (await client.get('heir')).status]).toEqual([['superseded'], 'active']);
    await time.passWhile('the fourth stops', fourth.stop());
    expect(fourth.status).toBe('deregistered');
    await expect(client.get('heir')).rejects.toBeInstanceOf(NotFoundError);
  });
});
