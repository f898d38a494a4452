import { ChangeEpoch } from '../../src/platform/cache/change-epoch';
import { TieredCache } from '../../src/platform/cache/tiered-cache';
import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { registration } from '../support/builders';
import { createPatientApp } from '../support/patient-app';
import { RedisProcess } from '../support/redis-process';
import { channelOf, listening } from '../support/replicas';
import type { TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/** How long anything is remembered, and a bit. */
const OVER_SECONDS = 2.1;
const QUIET = { HEARTBEAT_TIMEOUT_SECONDS: 86_400, HEARTBEAT_FLUSH_INTERVAL_MS: 60_000 };

/** A loader that is called when the test says so. */
class Loads {
  count = 0;
  private answer!: (value: unknown) => void;
  private refuse!: (error: Error) => void;
  private promise!: Promise<unknown>;

  constructor() {
    this.holdUp();
  }

  holdUp(): void {
    this.promise = new Promise((resolve, reject) => ([this.answer, this.refuse] = [resolve, reject]));
  }

  give(value: unknown): void {
    this.answer(value);
  }

  fail(): void {
    this.refuse(new Error('the load failed'));
  }

  readonly load = (): Promise<unknown> => {
    this.count++;
    return this.promise;
  };
}

describe('The cache', () => {
  let app: TestApp;
  let cache: TieredCache;
  beforeAll(async () => {
    app = await createPatientApp(QUIET);
    cache = app.app.get(TieredCache);
  });
  afterAll(() => app.close());

  it('asks the loader once for all who miss a key together', async () => {
    const loads = new Loads();
    const all = Promise.all(Array.from({ length: 10 }, () => cache.getOrLoad('once', loads.load)));
    await until('it is asked', 120, () => loads.count > 0);
    loads.give('value');
    expect(new Set(await all)).toEqual(new Set(['value']));
    expect(loads.count).toBe(1);
  });

  it('does not remember a failure, which reaches all who wait', async () => {
    const loads = new Loads();
    const all = Promise.allSettled([cache.getOrLoad('fails', loads.load), cache.getOrLoad('fails', loads.load)]);
    await until('it is asked', 120, () => loads.count > 0);
    loads.fail();
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await cache.getOrLoad('fails', () => Promise.resolve('better'))).toBe('better');
    expect(loads.count).toBe(1);
  });

  it('does not remember what was loaded before it was forgotten, and gives it to nobody who asks later', async () => {
    const early = new Loads();
    const before = cache.getOrLoad('overtaken', early.load);
    await until('it is asked', 120, () => early.count > 0);
    cache.forget('overtaken');
    const after = cache.getOrLoad('overtaken', () => Promise.resolve('new'));
    expect(await after).toBe('new');
    cache.forget('overtaken');
    early.give('old');
    expect(await before).toBe('old');
    expect(await cache.getOrLoad('overtaken', () => Promise.resolve('newest'))).toBe('newest');
  });

  it('answers a repeated read from memory, and a changed agent at once', async () => {
    await app.request('POST', '/agents/register', registration({ id: 'read', name: 'Before' }));
    const { hit } = cache.requests.memory;
    await until('a read comes from memory', 120, async () => {
      expect((await app.request('GET', '/agents/read')).body).toMatchObject({ name: 'Before' });
      return cache.requests.memory.hit > hit;
    });
    await app.request('PATCH', '/agents/read', { name: 'After' });
    const changed = await app.request('GET', '/agents/read');
    expect(changed.body).toMatchObject({ name: 'After' });
    const etag = { 'if-none-match': changed.headers.get('etag')! };
    expect((await app.request('GET', '/agents/read', undefined, etag)).status).toBe(304);
    await app.request('DELETE', '/agents/read');
    expect((await app.request('GET', '/agents/read')).body).toMatchObject({ code: 'agent_deregistered' });
    await app.request('POST', '/agents/register', registration({ id: 'read', name: 'Again' }));
    expect((await app.request('GET', '/agents/read')).body).toMatchObject({ name: 'Again' });
  });

  it('never shows an older heartbeat than before, when beats have been written', async () => {
    await app.request('POST', '/agents/register', registration({ id: 'beating' }));
    await app.request('GET', '/agents/beating');
    await app.request('POST', '/agents/beating/heartbeat', { cpu_percent: 7 });
    const shown = (await app.request('GET', '/agents/beating')).body;
    expect(shown).toMatchObject({ health: { cpu_percent: 7 } });
    expect(await app.app.get(BeatFlusher).flush()).toBe(true);
    expect((await app.request('GET', '/agents/beating')).body).toMatchObject({ health: { cpu_percent: 7 } });
  });

  it('counts a list anew after each change', async () => {
    const total = async (): Promise<unknown> => (await app.request('GET', '/agents?type=counted')).body.total;
    expect(await total()).toBe(0);
    await app.request('POST', '/agents/register', registration({ id: 'counted', type: 'counted' }));
    expect(await total()).toBe(1);
    await app.request('PATCH', '/agents/counted', { type: 'other' });
    expect(await total()).toBe(0);
    await app.request('PATCH', '/agents/counted', { type: 'counted' });
    await app.request('DELETE', '/agents/counted');
    expect(await total()).toBe(0);
  });

  it('is asked by nothing that decides', async () => {
    await app.request('POST', '/agents/register', registration({ id: 'decided', name: 'One' }));
    await app.request('GET', '/agents/decided');
    // Behind the back of everybody: what is remembered is wrong now.
    await app.database.query(`UPDATE agents SET name = 'Two', generation = generation + 1 WHERE id = 'decided'`);
    const patched = await app.request('PATCH', '/agents/decided', { version: '7' });
    expect(patched.body).toMatchObject({ name: 'Two', version: '7' });
  });

  it('forgets by itself what nobody tells it to', async () => {
    const name = async (): Promise<unknown> => (await app.request('GET', '/agents/expiring')).body.name;
    await app.request('POST', '/agents/register', registration({ id: 'expiring', name: 'Old' }));
    const { hit } = cache.requests.memory;
    await until('it is remembered', 120, async () => (await name()) === 'Old' && cache.requests.memory.hit > hit);
    app.clock.ignoreStalls(); // no time passes by itself
    await app.database.query(`UPDATE agents SET name = 'New' WHERE id = 'expiring'`);
    await app.clock.holdUp(OVER_SECONDS);
    expect(await name()).toBe('New');
  });

  it('tells Prometheus what it was asked', async () => {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    expect(text).toMatch(/^cache_requests_total\{tier="memory",result="hit"\} [1-9]/m);
    expect(text).toMatch(/^cache_requests_total\{tier="redis",result="error"\} 0$/m);
  });
});

describe('The cache in Redis', () => {
  let redis: RedisProcess;
  let database: TestDatabase;
  let a: TestApp;
  let b: TestApp;
  beforeAll(async () => {
    redis = await RedisProcess.start();
    database = await createTestDatabase();
    a = await createPatientApp({ ...QUIET, REDIS_URL: redis.url }, database);
    b = await createPatientApp({ ...QUIET, REDIS_URL: redis.url }, database);
    await listening(a, b);
    await a.request('POST', '/agents/register', registration({ type: 'one' }));
  });
  afterAll(async () => {
    await a.close();
    await b.close();
    await redis.kill();
    await database.drop();
  });

  const total = async (app: TestApp, filter: string): Promise<unknown> =>
    (await app.request('GET', `/agents?type=one&${filter}`)).body.total;
  const keys = async (): Promise<string[]> => (await redis.command('KEYS', '*')) as string[];
  const totals = async (): Promise<string[]> => (await keys()).filter((key) => key.includes(':total:'));
  let filters = 0;
  /** One more list that nobody has asked for; all agents of type one match it. */
  const newFilter = (): string => `type=none-${filters++}`;

  it('spares the other replicas a count', async () => {
    const { requests } = b.app.get(TieredCache);
    await until('a total comes from Redis', 120, async () => {
      const filter = newFilter();
      expect(await total(a, filter)).toBe(1);
      expect(await total(b, filter)).toBe(1);
      return requests.redis.hit > 0;
    });
  });

  it('is not shared by registries with different databases', async () => {
    const otherDatabase = await createTestDatabase();
    const other = await createPatientApp({ ...QUIET, REDIS_URL: redis.url }, otherDatabase);
    await listening(other);
    for (let times = 0; times < 3; times++) {
      const filter = newFilter();
      await until('the total of one is in Redis', 120, async () => {
        expect(await total(a, filter)).toBe(1);
        return (await totals()).length > 0;
      });
      expect(await total(other, filter)).toBe(0);
    }
    expect(channelOf(other)).not.toBe(channelOf(a));
    expect(channelOf(b)).toBe(channelOf(a));
    await other.close();
    await otherDatabase.drop();
  });

  it('keeps everything under a name that says of which shape it is, and for two seconds at most', async () => {
    await until('there is a total in Redis', 120, async () => {
      await total(a, newFilter());
      return (await totals()).length > 0;
    });
    for (const key of await keys()) expect(key).toMatch(/^agent-registry:v1:/);
    for (const key of await totals()) expect(await redis.command('PTTL', key)).toBeLessThanOrEqual(2000);
    await redis.command('SET', 'agent-registry:v2:total:0:x', 'of another release');
    await a.app.get(TieredCache).getOrLoad('any', () => Promise.resolve(1));
    expect(await redis.command('GET', 'agent-registry:v2:total:0:x')).toBe('of another release');
  });

  const soon = (): number => Date.now() + 60_000;
  it.each<[string, (key: string) => string[]]>([
    ['no JSON', (key) => ['SET', key, 'not JSON', 'PX', '60000']],
    ['something else', (key) => ['SET', key, '"text"', 'PX', '60000']],
    ['nothing', (key) => ['SET', key, 'null', 'PX', '60000']],
    ['no total', (key) => ['SET', key, JSON.stringify({ value: 'many', expires: soon() }), 'PX', '60000']],
    ['a negative total', (key) => ['SET', key, JSON.stringify({ value: -1, expires: soon() }), 'PX', '60000']],
    ['a total for ever', (key) => ['SET', key, JSON.stringify({ value: 99, expires: soon() })]],
    ['a total of the past', (key) => ['SET', key, JSON.stringify({ value: 99, expires: 1 }), 'PX', '60000']],
    ['a total without an end', (key) => ['SET', key, JSON.stringify({ value: 99 }), 'PX', '60000']],
    ['a list', (key) => ['RPUSH', key, '1']],
  ])('is not believed when it says %s', async (_, poison) => {
    const asked: string[] = [];
    let poisoned: string[] = [];
    await redis.command('FLUSHALL');
    await until('there is something to poison', 120, async () => {
      asked.push(newFilter());
      await total(a, asked.at(-1)!);
      return (poisoned = await totals()).length > 0;
    });
    for (const key of poisoned) {
      await redis.command('DEL', key);
      await redis.command(...poison(key));
    }
    const { requests } = b.app.get(TieredCache);
    const disbelieved = (): number => requests.redis.miss + requests.redis.error;
    const before = disbelieved();
    for (const filter of asked) expect(await total(b, filter)).toBe(1);
    expect(disbelieved()).toBeGreaterThan(before);
  });

  it('is left alone after an own change until Redis has heard of it', async () => {
    const epoch = a.app.get(ChangeEpoch);
    await until('the epoch is known', 120, async () => (await epoch.current()) !== undefined);
    a.clock.ignoreStalls(); // what Redis holds expires when this test says so
    epoch.hasChanged();
    expect(await epoch.current()).toBeUndefined();
    await a.clock.advance(OVER_SECONDS);
    await until('what Redis held has expired', 120, async () => (await epoch.current()) !== undefined);
  });

  it('is raised by every change', async () => {
    const epoch = a.app.get(ChangeEpoch);
    let before = NaN;
    await until('the epoch is known', 120, async () => {
      before = Number(await epoch.current());
      return !Number.isNaN(before);
    });
    await a.request('POST', '/agents/register', registration({ type: 'one' }));
    await until('the epoch is another', 120, async () => Number(await epoch.current()) > before);
    expect(await total(a, newFilter())).toBe(2);
    await until('the other replica counts anew', 120, async () => (await total(b, newFilter())) === 2);
  });
});
