import { Client } from 'pg';
import { HeartbeatSweeper } from '../../src/heartbeat/sweep/heartbeat.sweeper';
import { Configuration } from '../../src/platform/config/configuration';
import { SWEEP_LOCK } from '../../src/heartbeat/sweep/sweep.repository';
import { defineFleet } from '../support/beating-fleet';
import { registration } from '../support/builders';
import { MovedFleet, seedCrowd, STEPPED, STEP_SECONDS } from '../support/moved-fleet';
import { createTestApp, type TestApp } from '../support/test-app';

const REGISTERED = 'registered: active';
/** How the agents of a {@link defineFleet} begin. */
const BORN = ['imported: inactive', 'status_changed: inactive → active, heartbeat'];
const DIED = 'status_changed: active → unhealthy, silence';
const REVIVED = 'status_changed: unhealthy → active, heartbeat';
const GAVE_UP = 'status_changed: unhealthy → inactive, silence';

describe('Failure detection', () => {
  let app: TestApp;

  const start = async (settings = {}): Promise<void> => {
    app = await createTestApp({ ...STEPPED, ...settings });
  };
  afterEach(() => app.close());

  it('finds exactly the 100 of 1,000 agents that fall silent, and has them back with their next beat', async () => {
    await start();
    const ids = await defineFleet(app.url, 1000);
    const [silent, alive] = [ids.slice(-100), ids.slice(0, -100)];
    const fleet = await MovedFleet.start(app, ids);
    await fleet.step();
    expect(await historiesOf(ids)).toEqual([BORN]);

    fleet.silence(silent);
    await fleet.stepUntil('some are unhealthy', async () => (await withStatus('unhealthy')).length > 0);
    expect(await withStatus('unhealthy')).toEqual(silent);
    await fleet.step(); // whoever else would be dead, would be so now
    expect(await withStatus('unhealthy')).toEqual(silent);
    expect(await withStatus('active')).toEqual(alive);
    const [{ shortest }] = (await app.database.query<{ shortest: number }>(
      `SELECT min((data->>'silent_seconds')::float8) AS shortest FROM agent_events WHERE cause = 'silence'`,
    )) as [{ shortest: number }];
    expect(shortest).toBeGreaterThan(STEPPED.HEARTBEAT_TIMEOUT_SECONDS);

    fleet.wake(silent);
    await fleet.step();
    expect(await withStatus('active')).toEqual(ids);
    await fleet.step();
    expect(await historiesOf(silent)).toEqual([[...BORN, DIED, REVIVED]]);
    expect(await historiesOf(alive)).toEqual([BORN]);
    expect(fleet.refused).toEqual([]);
  });

  it('gives the silent up in the end, and waits for nobody who is in maintenance or asked not to be waited for', async () => {
    await start({ HEARTBEAT_INACTIVE_AFTER_SECONDS: 2.5 * STEP_SECONDS });
    for (const id of ['silent', 'unwatched', 'maintained']) {
      const heartbeat = { interval_seconds: 1, enabled: id !== 'unwatched' };
      await app.request('POST', '/agents/register', registration({ id, heartbeat }));
    }
    await app.request('PUT', '/agents/maintained/status', { status: 'maintenance' });
    const fleet = await MovedFleet.start(app);

    await fleet.stepUntil('unhealthy', async () => (await withStatus('unhealthy')).length > 0);
    expect(await withStatus('unhealthy')).toEqual(['silent']);
    await fleet.stepUntil('inactive', async () => (await withStatus('inactive')).length > 0);
    expect(await historiesOf(['silent'])).toEqual([[REGISTERED, DIED, GAVE_UP]]);
    expect(await historiesOf(['unwatched'])).toEqual([[REGISTERED]]);
    expect(await historiesOf(['maintained'])).toEqual([[REGISTERED, 'status_changed: active → maintenance']]);
  });

  it('sweeps not at all while another replica does, whatever there is to find', async () => {
    await start();
    const fleet = await MovedFleet.start(app);
    await fleet.step();
    await app.request('POST', '/agents/register', registration({ id: 'silent' }));
    const another = new Client({ connectionString: app.database.url });
    await another.connect();
    try {
      await another.query('BEGIN');
      await another.query('SELECT pg_advisory_xact_lock($1)', [SWEEP_LOCK]);
      await app.database.query(`UPDATE agents SET last_seen = now() - interval '1 hour'`);
      await app.database.query('UPDATE heartbeat_sweep SET last_sweep_at = last_sweep_at - make_interval(secs => $1)', [
        app.app.get(Configuration).HEARTBEAT_SWEEP_INTERVAL_SECONDS,
      ]);
      const before = await app.database.query('SELECT * FROM heartbeat_sweep');
      expect(await app.app.get(HeartbeatSweeper).sweep()).toBe(true);
      expect(await app.database.query('SELECT * FROM heartbeat_sweep')).toEqual(before);
      expect(await withStatus('active')).toEqual(['silent']);
    } finally {
      await another.end(); // and with the connection goes the lock
    }
    await fleet.stepUntil('it is found', async () => (await withStatus('active')).length === 0);
  });

  describe('when a fleet of 200', () => {
    let ids: string[];
    let fleet: MovedFleet;
    beforeEach(async () => {
      await start();
      ids = await defineFleet(app.url, 200);
      fleet = await MovedFleet.start(app, ids);
    });

    it('falls silent as a whole, holds it, says so, and records it by itself when it stays so', async () => {
      fleet.silence(ids);
      await fleet.stepUntil('it is held', isHolding);
      expect(await historiesOf(ids)).toEqual([BORN]);
      expect(app.app.get(HeartbeatSweeper).report().isProtecting).toBe(true);
      expect((await app.request('GET', '/health')).body.status).toBe('degraded');

      let heldFor = await secondsHeld();
      await fleet.stepUntil(
        'it is recorded',
        async () => (await withStatus('unhealthy')).length > 0,
        async () => void (heldFor = await secondsHeld()),
      );
      expect(heldFor + STEP_SECONDS + 1).toBeGreaterThanOrEqual(5 * STEPPED.HEARTBEAT_TIMEOUT_SECONDS);
      expect(await historiesOf(ids)).toEqual([[...BORN, DIED]]);
      await fleet.stepUntil('the hold is over', async () => !(await isHolding()));
      expect(app.app.get(HeartbeatSweeper).report().isProtecting).toBe(false);
    });

    it('falls silent as a whole and comes back, nothing has happened', async () => {
      fleet.silence(ids);
      await fleet.stepUntil('it is held', isHolding);
      fleet.wake(ids);
      await fleet.step();
      expect(await isHolding()).toBe(false);
      await fleet.step();
      expect(await historiesOf(ids)).toEqual([BORN]);
    });

    it('loses ten, records them at once', async () => {
      fleet.silence(ids.slice(-10));
      await fleet.stepUntil('some are unhealthy', async () => (await withStatus('unhealthy')).length > 0);
      expect(await isHolding()).toBe(false);
      expect(await historiesOf(ids.slice(-10))).toEqual([[...BORN, DIED]]);
      expect(await historiesOf(ids.slice(0, -10))).toEqual([BORN]);
    });
  });

  it('holds a fleet that is larger than one statement takes, and then records all of it in one sweep', async () => {
    await start();
    const fleet = await MovedFleet.start(app);
    await seedCrowd(app, 4_500);
    await fleet.stepUntil('it is held', isHolding);
    expect(await withStatus('unhealthy')).toEqual([]);
    await fleet.stepUntil('it is recorded', async () => (await withStatus('unhealthy')).length > 0);
    expect(await withStatus('unhealthy')).toHaveLength(4_500);
  });

  async function isHolding(): Promise<boolean> {
    return (await secondsHeld()) > 0;
  }

  /** For how long self-preservation has held; 0 when it does not. */
  async function secondsHeld(): Promise<number> {
    const [row] = await app.database.query<{ held: number }>(
      'SELECT coalesce(extract(epoch FROM now() - min(since)), 0)::float8 AS held FROM preserved_groups',
    );
    return row!.held;
  }

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
         SELECT array_agg(type || ': ' || concat_ws(' → ', from_status, to_status) || CASE WHEN type = 'status_changed' AND cause <> 'operator' THEN ', ' || cause ELSE '' END ORDER BY revision) AS history
           FROM agent_events WHERE agent_id = ANY ($1) GROUP BY agent_id) AS each_agent`,
      [ids],
    );
    return rows.map(({ history }) => history);
  }
});
