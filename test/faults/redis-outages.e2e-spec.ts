import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { InvalidationBus } from '../../src/platform/cache/invalidation-bus';
import { RedisConnection } from '../../src/platform/cache/redis.connection';
import { registration } from '../support/builders';
import { RedisProcess } from '../support/redis-process';
import { listening } from '../support/replicas';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

const QUIET = { HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600, LOG_LEVEL: 'error' as const };
const AT_ONCE = 20;
const GUARD_SECONDS = 150;
jest.setTimeout(1_200_000);
/** Longer than a connection may owe an answer before it is given up. */
const LONG_SECONDS = 6;

interface Outage {
  name: string;
  begin: (redis: RedisProcess) => unknown;
  end: (redis: RedisProcess) => unknown;
}

const OUTAGES: Outage[] = [
  { name: 'hangs', begin: (redis) => redis.freeze(), end: (redis) => redis.thaw() },
  { name: 'was killed, and comes back empty', begin: (redis) => redis.kill(), end: (redis) => redis.start() },
  {
    name: 'is read-only',
    begin: (redis) => redis.command('REPLICAOF', '127.0.0.1', '1'),
    end: (redis) => redis.command('REPLICAOF', 'NO', 'ONE'),
  },
  {
    name: 'is out of memory',
    begin: (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '1'),
    end: (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
  },
];

describe('Without Redis', () => {
  let redis: RedisProcess;
  let app: TestApp;
  let connection: RedisConnection;
  let registered = 0;
  beforeAll(async () => {
    redis = await RedisProcess.start();
    app = await createTestApp({ ...QUIET, REDIS_URL: redis.url });
    connection = app.app.get(RedisConnection);
  });
  afterAll(async () => {
    await app.close();
    await redis.kill();
  });

  /** Everything that has to do with the cache, and that every answer is right. */
  async function expectService(service = app): Promise<void> {
    const id = `agent-${++registered}`;
    const body = registration({ id, type: id });
    const list = async (): Promise<unknown> => (await service.request('GET', `/agents?type=${id}`)).body.total;
    expect(await list()).toBe(0);
    expect((await service.request('POST', '/agents/register', body)).status).toBe(201);
    expect(await list()).toBe(1);
    expect((await service.request('GET', `/agents/${id}`)).body).toMatchObject({ version: '1.0.0' });
    expect((await service.request('PATCH', `/agents/${id}`, { version: '2' })).status).toBe(200);
    expect((await service.request('GET', `/agents/${id}`)).body).toMatchObject({ version: '2' });
    expect((await service.request('POST', `/agents/${id}/heartbeat`)).status).toBe(200);
    expect((await service.request('DELETE', `/agents/${id}`)).status).toBe(200);
    expect((await service.request('POST', `/agents/${id}/heartbeat`)).status).toBe(404);
    expect((await service.request('GET', `/agents/${id}`)).status).toBe(404);
    expect(await list()).toBe(0);
  }

  const isDown = (): Promise<void> => until('it counts as down', GUARD_SECONDS, () => connection.state() === 'down');

  it.each(OUTAGES)(
    'when it $name, all goes on, it is not asked, and it is used again afterwards',
    async ({ begin, end }) => {
      await listening(app);
      await expectService();
      await begin(redis);
      await isDown();
      const { attempts } = connection;
      await Promise.all(Array.from({ length: 5 }, () => expectService()));
      expect(await connection.check()).toBe('down');
      expect(connection.attempts).toBe(attempts);
      await end(redis);
      await listening(app);
      await expectService();
      expect(connection.attempts).toBeGreaterThan(attempts);
      // The one check that says so may miss its deadline where the machine is busy.
      await until('a check finds it up', GUARD_SECONDS, async () => (await connection.check()) === 'up');
    },
  );

  it('when it begins to hang, a request waits for it once, however many there are', async () => {
    await listening(app);
    await expectService();
    redis.freeze();
    const { attempts } = connection;
    const paths = Array.from({ length: AT_ONCE }, (_, index) => `/agents?type=hanging-${index}`);
    const answers = await Promise.all(paths.map((path) => app.request('GET', path)));
    expect(answers.map(({ body }) => body.total)).toEqual(paths.map(() => 0));
    // The bus may have sent a probe besides, at the check that missed its deadline and at the one before.
    expect(connection.attempts - attempts).toBeLessThanOrEqual(AT_ONCE + 2);
    await isDown();
    const later = connection.attempts;
    for (const path of paths) await app.request('GET', `${path}-later`);
    expect(connection.attempts).toBe(later);
    redis.thaw();
    await listening(app);
  });

  it('after one request has waited for it, no other one does', async () => {
    await listening(app);
    // AccessDecision after a check, so that the request and not the next check finds out.
    await new Promise<void>((resolve) => connection.watch((isUp) => isUp && resolve()));
    redis.freeze();
    const { attempts } = connection;
    for (let index = 0; index < AT_ONCE; index++) await app.request('GET', `/agents?type=one-by-one-${index}`);
    expect(connection.attempts - attempts).toBeLessThanOrEqual(1);
    redis.thaw();
    await listening(app);
  });

  it('nothing in memory is used that other replicas may have changed', async () => {
    await listening(app);
    await app.request('POST', '/agents/register', registration({ id: 'blind', name: 'Before' }));
    await app.request('GET', '/agents/blind');
    redis.freeze();
    await isDown();
    expect(app.app.get(InvalidationBus).isListening()).toBe(false);
    for (const name of ['One', 'Two']) {
      await app.database.query('UPDATE agents SET name = $1 WHERE id = $2', [name, 'blind']); // nobody tells
      expect((await app.request('GET', '/agents/blind')).body).toMatchObject({ name });
    }
    redis.thaw();
    await listening(app);
  });

  it('the service starts, finds it later, and stops while it hangs', async () => {
    const absent = await RedisProcess.absent();
    const service = await createTestApp({ ...QUIET, REDIS_URL: absent.url });
    await expectService(service);
    expect(service.app.get(RedisConnection).state()).toBe('down');
    await absent.start();
    await listening(service);
    await expectService(service);
    absent.freeze();
    await service.close();
    await absent.kill();
  });

  it('connections whose other end has gone without a word are given up, and made anew', async () => {
    const way = await SilentWay.to(redis.port);
    const service = await createTestApp({ ...QUIET, REDIS_URL: way.url });
    const found = service.app.get(RedisConnection);
    await listening(service);
    way.silence();
    await until('it counts as down', GUARD_SECONDS, () => found.state() === 'down');
    await expectService(service);
    await service.clock.advanceMonotonic(LONG_SECONDS);
    await listening(service); // by the new connections: the old ones stay silent
    await expectService(service);
    way.silence('subscriptions');
    const bus = service.app.get(InvalidationBus);
    await until('only the silence of the subscription is noticed', GUARD_SECONDS, () => {
      return !bus.isListening() && found.state() === 'up';
    });
    await listening(service);
    await service.close();
    way.close();
  });
});

/** A way to Redis that can lose everything that is on it, as when a machine vanishes: connections stay open, and silent. */
class SilentWay {
  private readonly pairs = new Set<{ near: Socket; far: Socket; isSubscription: boolean }>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(port: number): Promise<SilentWay> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const way = new SilentWay(server, `redis://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (near) => way.join(near, connect(port, '127.0.0.1')));
    return way;
  }

  /** Of the connections that there are; new ones work. */
  silence(which: 'all' | 'subscriptions' = 'all'): void {
    for (const { near, far, isSubscription } of this.pairs) {
      if (which === 'subscriptions' && !isSubscription) continue;
      near.unpipe();
      far.unpipe();
    }
  }

  close(): void {
    for (const { near, far } of this.pairs) for (const socket of [near, far]) socket.destroy();
    this.server.close();
  }

  private join(near: Socket, far: Socket): void {
    const pair = { near, far, isSubscription: false };
    this.pairs.add(pair);
    near.on('data', (sent) => (pair.isSubscription ||= sent.includes('subscribe')));
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far);
    far.pipe(near);
  }
}
