import { MovedFleet, seedCrowd, STEPPED } from '../support/moved-fleet';
import { createTestApp, type TestApp } from '../support/test-app';

describe('Failure detection of a large fleet', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp(STEPPED);
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
  });
});
