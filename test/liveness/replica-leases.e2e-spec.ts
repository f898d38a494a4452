import { HeartbeatSweeper } from '../../src/heartbeat/sweep/heartbeat.sweeper';
import { registration } from '../support/builders';
import { stopSweeps } from '../support/moved-fleet';
import { createTestApp, type TestApp } from '../support/test-app';

/** So long that the time which a test takes does not count. */
const TIMEOUT = 1000;
const SWEEP_INTERVAL = 3600;
const OTHER = '00000000-0000-4000-8000-000000000001';

describe('The sweep', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await createTestApp({
      HEARTBEAT_TIMEOUT_SECONDS: TIMEOUT,
      HEARTBEAT_INACTIVE_AFTER_SECONDS: 1_000_000,
      HEARTBEAT_SWEEP_INTERVAL_SECONDS: SWEEP_INTERVAL,
    });
    app.clock.ignoreStalls(); // after one, the sweep would count all silence anew
    await stopSweeps(app);
  });
  afterEach(() => app.close());

  /** Of another replica, renewed and written through so many seconds ago. */
  const anotherLease = (renewed: number, written = renewed): Promise<unknown> =>
    app.database.query(
      `INSERT INTO replicas (id, renewed_at, written_through)
       VALUES ($1, now() - make_interval(secs => $2), now() - make_interval(secs => $3))`,
      [OTHER, renewed, written],
    );
  /** Which of agents that have been silent for so many seconds a sweep finds. */
  const found = async (...silences: number[]): Promise<number[]> => {
    for (const silence of silences) {
      await app.request('POST', '/agents/register', registration({ id: `silent-${silence}` }));
      await app.database.query(`UPDATE agents SET last_seen = now() - make_interval(secs => $2) WHERE id = $1`, [
        `silent-${silence}`,
        silence,
      ]);
    }
    await app.database.query(
      `UPDATE heartbeat_sweep SET last_sweep_at = now() - make_interval(secs => ${SWEEP_INTERVAL}), listening_since = now() - interval '1 day'`,
    );
    await app.app.get(HeartbeatSweeper).sweep();
    const rows = await app.database.query<{ id: string }>(
      `SELECT id FROM agents WHERE status = 'unhealthy' ORDER BY last_seen DESC`,
    );
    return rows.map(({ id }) => Number(id.slice('silent-'.length)));
  };

  it('finds who has been silent for longer than its timeout', async () => {
    expect(await found(900, 1100)).toEqual([1100]);
  });

  it('judges silence as of when all other replicas had written what they acknowledged', async () => {
    await anotherLease(0, 300);
    expect(await found(900, 1200, 1400)).toEqual([1400]);
  });

  it('takes nobody for dead who may have been acknowledged by a replica that has vanished', async () => {
    await anotherLease(700); // so acknowledgements until 200 seconds ago
    expect(await found(900, 1100, 100_000)).toEqual([]);
  });

  it('finds the silent once their timeout has passed since a replica that has vanished must have stopped to acknowledge', async () => {
    await anotherLease(1700);
    expect(await found(900, 1100, 1800)).toEqual([1100, 1800]);
  });

  it('allows for a long timeout of an agent’s own', async () => {
    const heartbeat = { interval_seconds: TIMEOUT };
    await app.request('POST', '/agents/register', registration({ id: 'silent-10000', heartbeat }));
    await anotherLease(4000);
    expect(await found(1100)).toEqual([1100]);
    await app.database.query(`UPDATE agents SET last_seen = now() - interval '10000 s' WHERE id = 'silent-10000'`);
    expect(await found()).toEqual([1100]); // 3,000 and half of it is more than 4,000
    await app.database.query(`UPDATE replicas SET renewed_at = now() - interval '4600 s' WHERE id = $1`, [OTHER]);
    expect(await found()).toEqual([1100, 10000]);
  });

  it('does not wait for a replica that was stopped', async () => {
    const leases = async (): Promise<number> => (await app.database.query('SELECT id FROM replicas')).length;
    const other = await createTestApp({}, app.database);
    expect(await leases()).toBe(2);
    await other.close();
    expect(await leases()).toBe(1);
  });

  it('forgets leases that can no longer count', async () => {
    await anotherLease(8 * 86_400);
    expect(await found(1100)).toEqual([1100]);
    expect(await app.database.query('SELECT id FROM replicas WHERE id = $1', [OTHER])).toEqual([]);
  });
});
