import { MovedFleet, seedCrowd } from '../support/moved-fleet';
import { createTestApp, type TestApp } from '../support/test-app';

/** Longer than all that is done to so many agents between two sweeps may take. */
const STEP_SECONDS = 300;

describe('Failure detection of a large fleet', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({
      HEARTBEAT_TIMEOUT_SECONDS: STEP_SECONDS,
      HEARTBEAT_SWEEP_INTERVAL_SECONDS: STEP_SECONDS,
      HEARTBEAT_INACTIVE_AFTER_SECONDS: 86_400, // none is given up on the way
    });
  });
  afterAll(() => app.close());

  it('holds 110,000 agents that fall silent, and then records them, 50,000 a sweep', async () => {
    const fleet = await MovedFleet.start(app);
    await seedCrowd(app, 110_000);
    const dead = async (): Promise<number> => {
      const [row] = await app.database.query<{ dead: number }>(
        `SELECT count(*)::int AS dead FROM agents WHERE status = 'unhealthy'`,
      );
      return row!.dead;
    };
    const counts: number[] = [];
    await fleet.stepUntil('all are recorded', async () => counts.push(await dead()) > 0 && counts.at(-1) === 110_000);
    expect([...new Set(counts)]).toEqual([0, 50_000, 100_000, 110_000]);
  }, 1_800_000);
});
