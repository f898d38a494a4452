import type { Configuration } from '../../src/platform/config/configuration';
import { mapWithConcurrency } from '../../src/platform/common/map-with-concurrency';
import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { HeartbeatSweeper } from '../../src/heartbeat/sweep/heartbeat.sweeper';
import { bearer, withTokens, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { makeOlder } from '../support/elapse';
import { seedCrowd } from '../support/moved-fleet';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

/** Long, so that what the machine takes does not matter beside what is made to pass. */
const TIMEOUT = 60;
const SWEEP = 60;
const SMALL: TestToken = { name: 'small', token: 'token-of-small', scopes: ['agent', 'read'] };
const LARGE: TestToken = { name: 'large', token: 'token-of-large', scopes: ['agent', 'read'] };
/** They beat hourly, so none of them is overdue. Many enough to count as much as a large fleet does among all. */
const SMALL_FLEET = Array.from({ length: 60 }, (_, n) => `small-hourly-${n}`);
const LARGE_FLEET = Array.from({ length: 200 }, (_, n) => `large-${n}`);

interface Beaten {
  next_heartbeat_seconds: number;
  timeout_seconds: number;
}

describe('What one client does', () => {
  let app: TestApp;

  async function start(settings: Partial<Configuration> = {}): Promise<void> {
    app = await createPatientApp({
      ...withTokens(SMALL, LARGE),
      HEARTBEAT_TIMEOUT_SECONDS: TIMEOUT,
      HEARTBEAT_SWEEP_INTERVAL_SECONDS: SWEEP,
      HEARTBEAT_INACTIVE_AFTER_SECONDS: 86_400,
      ...settings,
    });
    app.clock.ignoreStalls(); // or after one the sweep would count all silence anew
    await sweep(); // silence is counted from the first sweep on
  }
  afterEach(() => app.close());

  const sweep = (): Promise<boolean> => app.app.get(HeartbeatSweeper).sweep();

  /** Lets so much time pass, with nothing but sweeps in it, each on time however long the machine has taken since the one before. */
  async function pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += SWEEP) {
      await app.app.get(BeatFlusher).flush(); // or what waits would not be made older
      await makeOlder(app, SWEEP);
      await sweepAnew();
    }
  }

  async function passBeating(client: TestToken, id: string, seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed += SWEEP) {
      await beat(client, id);
      await pass(SWEEP);
    }
  }

  /** A sweep that is due, with hardly any time since the one before. */
  async function sweepAnew(): Promise<void> {
    await app.database.query(`UPDATE heartbeat_sweep SET last_sweep_at = now() - make_interval(secs => $1)`, [SWEEP]);
    await sweep();
  }

  async function register(client: TestToken, ids: string[], interval_seconds: number): Promise<void> {
    const answers = await mapWithConcurrency(16, ids, (id) => {
      const body = registration({ id, type: `${client.name}-type`, heartbeat: { interval_seconds } });
      return app.request('POST', '/agents/register', body, bearer(client.token));
    });
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    // All at once, however long the registrations have taken.
    await app.database.query('UPDATE agents SET last_seen = now() WHERE id = ANY ($1)', [ids]);
  }

  async function deregister(client: TestToken, ids: string[]): Promise<void> {
    await mapWithConcurrency(16, ids, (id) => app.request('DELETE', `/agents/${id}`, undefined, bearer(client.token)));
  }

  async function beat(client: TestToken, id: string): Promise<Beaten> {
    const { body } = await app.request<Beaten>('POST', `/agents/${id}/heartbeat`, undefined, bearer(client.token));
    const { next_heartbeat_seconds, timeout_seconds } = body;
    const record = await app.request<{ heartbeat: Beaten }>('GET', `/agents/${id}`, undefined, bearer(client.token));
    expect(record.body.heartbeat.timeout_seconds).toBe(timeout_seconds);
    return { next_heartbeat_seconds, timeout_seconds };
  }

  /** How many agents of a client have this status. */
  async function count({ name }: TestToken, status: string): Promise<number> {
    const [row] = await app.database.query<{ count: number }>(
      'SELECT count(*)::int FROM agents WHERE type = $1 AND status = $2',
      [`${name}-type`, status],
    );
    return row!.count;
  }

  const heldGroups = async (): Promise<string[]> =>
    (await app.database.query<{ agents: string }>('SELECT agents FROM preserved_groups ORDER BY agents')).map(
      ({ agents }) => agents,
    );

  it('slows its own agents down, and no longer than it has to', async () => {
    await start({ HEARTBEAT_TARGET_PER_SECOND: 2 });
    await register(SMALL, ['small-1'], 60);
    await register(LARGE, LARGE_FLEET, 1);
    await register(LARGE, ['large-hourly'], 3600);
    await sweepAnew();
    const mine = { next_heartbeat_seconds: 60, timeout_seconds: 180 };
    expect(await beat(SMALL, 'small-1')).toEqual(mine);
    expect(await beat(LARGE, 'large-0')).toEqual({ next_heartbeat_seconds: 101, timeout_seconds: 303 });
    expect(await beat(LARGE, 'large-hourly')).toEqual({ next_heartbeat_seconds: 3600, timeout_seconds: 10_800 });

    // The small one falls silent, the large one is within what it was told, and then is gone but for one agent.
    await pass(240);
    expect([await count(SMALL, 'unhealthy'), await count(LARGE, 'unhealthy')]).toEqual([1, 0]);
    await deregister(LARGE, [...LARGE_FLEET.slice(1), 'large-hourly']);
    await beat(SMALL, 'small-1');
    await beat(LARGE, 'large-0');
    await pass(SWEEP);
    expect(await beat(SMALL, 'small-1')).toEqual(mine);
    expect(await beat(LARGE, 'large-0')).toEqual({ next_heartbeat_seconds: 1, timeout_seconds: 303 });
    await passBeating(LARGE, 'large-0', 303);
    expect(await beat(LARGE, 'large-0')).toEqual({ next_heartbeat_seconds: 1, timeout_seconds: TIMEOUT });
  });

  it('is tolerated for as long as its agents may keep to a pause, when they are fewer step by step', async () => {
    await start({ HEARTBEAT_TARGET_PER_SECOND: 2 });
    await register(LARGE, LARGE_FLEET, 1);
    await sweepAnew();
    expect(await beat(LARGE, 'large-0')).toEqual({ next_heartbeat_seconds: 100, timeout_seconds: 300 });
    await deregister(LARGE, LARGE_FLEET.slice(180));
    await pass(4 * SWEEP);
    expect(await beat(LARGE, 'large-0')).toEqual({ next_heartbeat_seconds: 90, timeout_seconds: 300 });

    // The first tolerance ends now, and what has just been told goes on.
    await deregister(LARGE, LARGE_FLEET.slice(1, 180));
    await pass(2 * SWEEP);
    expect(await beat(LARGE, 'large-0')).toEqual({ next_heartbeat_seconds: 1, timeout_seconds: 270 });
    await passBeating(LARGE, 'large-0', 270);
    expect(await beat(LARGE, 'large-0')).toEqual({ next_heartbeat_seconds: 1, timeout_seconds: TIMEOUT });
  });

  it('does not hold back the deaths of others', async () => {
    await start();
    await register(SMALL, ['small-1'], 1);
    await register(SMALL, SMALL_FLEET, 3600);
    await register(LARGE, LARGE_FLEET, 1);
    await pass(2 * SWEEP);
    expect([await count(SMALL, 'unhealthy'), await count(LARGE, 'unhealthy')]).toEqual([1, 0]);
    expect(await heldGroups()).toEqual(['["large","large-type"]', '["large"]']);

    await register(SMALL, ['small-2'], 1);
    await pass(2 * SWEEP);
    expect([await count(SMALL, 'unhealthy'), await count(LARGE, 'unhealthy')]).toEqual([2, 0]);
    await pass(4 * TIMEOUT);
    expect(await count(LARGE, 'unhealthy')).toBe(LARGE_FLEET.length);
    await pass(SWEEP);
    expect(await heldGroups()).toEqual([]);
  });

  it('does not hide the deaths of others behind more agents than one sweep judges', async () => {
    await start();
    await seedCrowd(app, 60_000);
    await app.database.query(
      `INSERT INTO agent_credentials (agent_id, owner, sha256) SELECT id, $1, sha256(convert_to(id, 'UTF8')) FROM agents`,
      [LARGE.name],
    );
    await register(SMALL, ['small-1'], 1);
    await pass(2 * SWEEP);
    expect(await heldGroups()).toEqual(['["large","t"]', '["large"]']);
    expect(await count(SMALL, 'unhealthy')).toBe(1);
  });

  it('is not what it is when many clients lose their agents together', async () => {
    await start();
    await register(LARGE, LARGE_FLEET.slice(0, 100), 1);
    await app.database.query(
      `UPDATE agent_credentials SET owner = 'owner-' || substr(agent_id, length('large-') + 1)::int % 20`,
    );
    await pass(2 * SWEEP);
    expect([await count(LARGE, 'unhealthy'), await heldGroups()]).toEqual([0, ['[]']]);
  });

  it('is tolerated when a replica of the release before has slowed all agents by a factor', async () => {
    await start();
    await register(SMALL, ['small-1'], 60);
    await register(LARGE, ['large-0'], 60);
    const told = `UPDATE heartbeat_sweep SET stretch = 3, tolerance = 3, tolerance_until = now() + interval '9 minutes'`;
    await app.database.query(told);
    await pass(6 * SWEEP); // more than three of their own intervals, less than three of the longer ones
    expect([await count(SMALL, 'active'), await count(LARGE, 'active')]).toEqual([1, 1]);
    await pass(5 * SWEEP);
    expect([await count(SMALL, 'unhealthy'), await count(LARGE, 'unhealthy')]).toEqual([1, 1]);
  });
});
