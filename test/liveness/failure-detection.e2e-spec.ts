import { Hearing } from '../../src/heartbeat/hearing';
import { HeartbeatSweeper } from '../../src/heartbeat/heartbeat.sweeper';
import { BeatingFleet, defineFleet } from '../support/beating-fleet';
import { registration } from '../support/builders';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

const TIMEOUT = 3;
/** What the documentation promises, in seconds, and as much again for a machine that is busy with other things. */
const DETECTED_WITHIN = 2 * (TIMEOUT + 1 + 1);

const SETTINGS = {
  HEARTBEAT_TIMEOUT_SECONDS: TIMEOUT,
  HEARTBEAT_SWEEP_INTERVAL_SECONDS: 1,
};

const REGISTERED = 'registered: active';
/** How the agents of a {@link defineFleet} begin. */
const BORN = ['imported: inactive', 'status_changed: inactive → active, heartbeat'];
const DIED = 'status_changed: active → unhealthy, silent';
const REVIVED = 'status_changed: unhealthy → active, heartbeat';
const GAVE_UP = 'status_changed: unhealthy → inactive, silent';

/** Is never held up, however busy the machine is with other tests: else a sweep counts all silence anew, as it should. */
class UndisturbedHearing extends Hearing {
  override get hasMissed(): boolean {
    return false;
  }
}

describe('Failure detection', () => {
  let app: TestApp;
  let fleet: BeatingFleet | undefined;

  const start = async (settings = {}): Promise<void> => {
    app = await createTestApp({ ...SETTINGS, ...settings });
  };
  afterEach(async () => {
    await fleet?.stop();
    fleet = undefined;
    await app.close();
  });

  it('finds exactly the 100 of 1,000 agents that fall silent, and has them back with their next beat', async () => {
    await start();
    const ids = await defineFleet(app.url, 1000);
    const [silent, alive] = [ids.slice(-100), ids.slice(0, -100)];
    fleet = new BeatingFleet(app.url, ids);
    await fleet.gets(2, 10);

    fleet.silence(silent);
    await until('100 are unhealthy', DETECTED_WITHIN, async () => (await withStatus('unhealthy')).length >= 100);
    await fleet.gets(TIMEOUT, 20); // whoever else would be dead, would be so now
    expect(await withStatus('unhealthy')).toEqual([...silent].sort());
    expect(await withStatus('active')).toEqual([...alive].sort());

    fleet.wake(silent);
    await until('all are active', 10, async () => (await withStatus('active')).length === 1000);
    await fleet.gets(2, 10);
    expect(await historiesOf(silent)).toEqual([[...BORN, DIED, REVIVED]]);
    expect(await historiesOf(alive)).toEqual([BORN]);
    expect(fleet.refused).toEqual([]);
  }, 60_000);

  it('gives the silent up in the end, and waits for nobody who is in maintenance or asked not to be waited for', async () => {
    await start({ HEARTBEAT_INACTIVE_AFTER_SECONDS: TIMEOUT + 2 });
    for (const id of ['silent', 'unwatched', 'maintained']) {
      const heartbeat = { interval_seconds: 1, enabled: id !== 'unwatched' };
      await app.request('POST', '/agents/register', registration({ id, heartbeat }));
    }
    await app.request('PUT', '/agents/maintained/status', { status: 'maintenance' });

    await until('unhealthy', DETECTED_WITHIN, async () => (await withStatus('unhealthy')).length === 1);
    await until('inactive', DETECTED_WITHIN, async () => (await withStatus('inactive')).length === 1);
    expect(await historiesOf(['silent'])).toEqual([[REGISTERED, DIED, GAVE_UP]]);
    expect(await historiesOf(['unwatched'])).toEqual([[REGISTERED]]);
    expect(await historiesOf(['maintained'])).toEqual([[REGISTERED, 'status_changed: active → maintenance']]);
  }, 40_000);

  it('forgets tombstones after their retention, with their events, but no agent that has come back', async () => {
    await start({ AGENT_RETENTION_SECONDS: 2 });
    for (const id of ['gone', 'back']) {
      await app.request('POST', '/agents/register', registration({ id }));
      await app.request('DELETE', `/agents/${id}`);
    }
    await app.request('POST', '/agents/register', registration({ id: 'back' }));
    const gone = async (): Promise<unknown> => (await app.request('GET', '/agents/gone')).body.code;
    expect(await gone()).toBe('agent_deregistered');
    await until('the tombstone is gone', 15, async () => (await gone()) === 'agent_not_found');
    expect(await historiesOf(['gone'])).toEqual([]);
    expect(await historiesOf(['back'])).toEqual([
      [REGISTERED, 'deregistered: active → deregistered', 'registered: deregistered → active'],
    ]);
    expect((await app.request('GET', '/agents/back')).body.status).toBe('active');
    expect((await app.request('POST', '/agents/register', registration({ id: 'gone' }))).status).toBe(201);
  }, 30_000);

  describe('when a fleet of 200', () => {
    /** Agents of an interval of 1 s are waited for 3 s all the same; held they are 5 × this. */
    const SERVICE_TIMEOUT = 1;
    let ids: string[];
    beforeEach(async () => {
      await start({ HEARTBEAT_TIMEOUT_SECONDS: SERVICE_TIMEOUT });
      ids = await defineFleet(app.url, 200);
      fleet = new BeatingFleet(app.url, ids);
      await fleet.gets(2, 10);
    });

    const protectedSince = async (): Promise<Date | null> =>
      (await app.database.query<{ since: Date | null }>('SELECT protected_since AS since FROM heartbeat_sweep'))[0]!
        .since;
    const isHolding = async (): Promise<boolean> => (await protectedSince()) !== null;

    it('falls silent as a whole, holds it, says so, and records it by itself when it stays so', async () => {
      fleet!.silence(ids);
      await until('it is held', DETECTED_WITHIN, isHolding);
      const since = (await protectedSince())!;
      expect(await historiesOf(ids)).toEqual([BORN]);
      await until('it says so', 5, () => app.app.get(HeartbeatSweeper).report().isProtecting);
      expect((await app.request('GET', '/health')).body.status).toBe('degraded');

      await until(
        'it is recorded',
        5 * SERVICE_TIMEOUT + 10,
        async () => (await withStatus('unhealthy')).length === 200,
      );
      expect(await historiesOf(ids)).toEqual([[...BORN, DIED]]);
      const [{ first }] = (await app.database.query<{ first: Date }>(
        `SELECT min(occurred_at) AS first FROM agent_events WHERE to_status = 'unhealthy'`,
      )) as [{ first: Date }];
      expect(first.getTime() - since.getTime()).toBeGreaterThanOrEqual(5000 * SERVICE_TIMEOUT);
      await until('the hold is over', 5, async () => !(await isHolding()));
    }, 60_000);

    it('falls silent as a whole and comes back, nothing has happened', async () => {
      fleet!.silence(ids);
      await until('it is held', DETECTED_WITHIN, isHolding);
      fleet!.wake(ids);
      await until('the hold is over', 10, async () => !(await isHolding()));
      await fleet!.gets(2, 10);
      expect(await historiesOf(ids)).toEqual([BORN]);
    }, 60_000);

    it('loses ten, records them at once', async () => {
      fleet!.silence(ids.slice(-10));
      await until('ten are unhealthy', DETECTED_WITHIN, async () => (await withStatus('unhealthy')).length >= 10);
      expect(await isHolding()).toBe(false);
      expect(await historiesOf(ids.slice(-10))).toEqual([[...BORN, DIED]]);
      expect(await historiesOf(ids.slice(0, -10))).toEqual([BORN]);
    }, 60_000);
  });

  /** The ids of all agents with this status, in order. */
  async function withStatus(status: string): Promise<string[]> {
    const rows = await app.database.query<{ id: string }>('SELECT id FROM agents WHERE status = $1 ORDER BY id', [
      status,
    ]);
    return rows.map(({ id }) => id);
  }

  /** Every different history that one of these agents has had. */
  async function historiesOf(ids: string[]): Promise<string[][]> {
    const rows = await app.database.query<{ history: string[] }>(
      `SELECT DISTINCT history FROM (
         SELECT array_agg(type || ': ' || concat_ws(' → ', from_status, to_status) || coalesce(', ' || reason, '') ORDER BY revision) AS history
           FROM agent_events WHERE agent_id = ANY ($1) GROUP BY agent_id) AS each_agent`,
      [ids],
    );
    return rows.map(({ history }) => history);
  }

  it('holds a fleet that is larger than what one sweep takes, and then records all of it', async () => {
    // Swept when this test says so.
    app = await createTestApp({ ...SETTINGS, HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600 }, undefined, (builder) =>
      builder.overrideProvider(Hearing).useClass(UndisturbedHearing),
    );
    const sweep = async (): Promise<number> => {
      await app.database.query(
        `UPDATE heartbeat_sweep SET last_sweep_at = now() - interval '1 hour', listening_since = '2000-01-01'`,
      );
      await app.app.get(HeartbeatSweeper).sweep();
      const [row] = await app.database.query<{ dead: number }>(
        `SELECT count(*)::int AS dead FROM agents WHERE status = 'unhealthy'`,
      );
      return row!.dead;
    };
    await app.database.query(`
      INSERT INTO agents (id, name, type, last_seen)
      SELECT 'crowd-' || n, 'n', 't', now() - interval '40 seconds' FROM generate_series(1, 110000) AS n`);
    expect(await sweep()).toBe(0);
    await app.database.query(`UPDATE heartbeat_sweep SET protected_since = now() - interval '1 day'`);
    expect([await sweep(), await sweep(), await sweep()]).toEqual([50_000, 100_000, 110_000]);
  }, 60_000);
});
