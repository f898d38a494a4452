import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { registration } from '../support/builders';
import { TcpRelay } from '../support/tcp-relay';
import { createTestApp, type Answer, type TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/** So long that what is not moved on by the test does not count. */
const TIMEOUT = 600;
const HALF = TIMEOUT / 2;

describe.each(['on', 'off'] as const)('A replica that cannot write to its database (HOT_LANE=%s)', (HOT_LANE) => {
  let database: TestDatabase;
  let relay: TcpRelay;
  let app: TestApp;
  beforeEach(async () => {
    database = await createTestDatabase();
    relay = await TcpRelay.to(database.url);
    await relay.open();
    const settings = { HEARTBEAT_TIMEOUT_SECONDS: TIMEOUT, HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600, HOT_LANE };
    app = await createTestApp({ ...settings, DATABASE_URL: relay.url }, database);
    app.clock.ignoreStalls();
    await app.request('POST', '/agents/register', registration({ id: 'usual' }));
    await app.request(
      'POST',
      '/agents/register',
      registration({ id: 'slow', heartbeat: { interval_seconds: TIMEOUT } }),
    );
    for (const id of ['usual', 'slow']) await until(`${id} is known`, 150, async () => (await beat(id)).status === 200);
    await relay.close();
  });
  afterEach(async () => {
    await app.close();
    await relay.close();
    await database.drop();
  });

  const beat = (id: string): Promise<Answer> => app.request('POST', `/agents/${id}/heartbeat`);
  const beatAll = (...ids: string[]): Promise<Answer> =>
    app.request('POST', '/agents/heartbeats', { beats: ids.map((id) => ({ id })) });
  const ready = (): Promise<Answer<{ details: Record<string, unknown> }>> => app.request('GET', '/health/ready');
  const expectRefused = ({ status, headers, body }: Answer): void => {
    expect([status, body.code]).toEqual([503, 'store_unavailable']);
    expect(headers.get('connection')).toBe('close');
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
  };

  it('acknowledges beats for half of the agent’s own timeout, and then no more until it can write again', async () => {
    await app.clock.advanceMonotonic(HALF / 2);
    for (const id of ['usual', 'slow']) expect((await beat(id)).status).toBe(200);
    expect((await ready()).body.details.heartbeat_intake).toEqual({ status: 'up' });

    await app.clock.advanceMonotonic(HALF / 2);
    expectRefused(await beat('usual'));
    expectRefused(await beatAll('usual', 'usual'));
    expect((await beat('slow')).status).toBe(200); // whose timeout is three of its intervals
    const { status, body } = await beatAll('usual', 'slow', 'usual');
    expect([status, body.accepted]).toEqual([200, 1]);
    expect(body.rejected).toMatchObject([0, 2].map((index) => ({ index, id: 'usual', code: 'store_unavailable' })));
    const away = await ready();
    expect([away.status, away.body.details.heartbeat_intake]).toMatchObject([503, { status: 'down' }]);

    await app.clock.advanceMonotonic(HALF * 2);
    expectRefused(await beat('slow'));

    await relay.open();
    await until('beats are taken again', 150, async () => (await beat('usual')).status === 200);
    expect((await beatAll('usual', 'slow')).body).toMatchObject({ accepted: 2, rejected: [] });
    const back = await ready();
    expect([back.status, back.body.details.heartbeat_intake]).toEqual([200, { status: 'up' }]);
  }, 600_000);

  it('says how old the oldest beat is that waits, whatever beat has come after it', async () => {
    const lag = async (): Promise<number> => {
      const text = await (await fetch(`${app.url}/metrics`)).text();
      return Number(/^heartbeat_flush_lag_seconds (\S+)$/m.exec(text)?.[1]);
    };
    expect((await beat('usual')).status).toBe(200);
    for (let second = 0; second < 20; second += 5) {
      await app.clock.advanceMonotonic(5);
      expect((await beat('usual')).status).toBe(200);
    }
    expect(await lag()).toBeGreaterThan(19.9); // a sum of fractions
    await relay.open();
    await until('the beats are written', 150, () => app.app.get(BeatFlusher).flush());
    expect(await lag()).toBeLessThan(20);
  }, 120_000);
});
