import { countMass, pageWhileAgentsComeAndGo, registerMass } from '../support/mass-registration';
import { createTestApp, type TestApp } from '../support/test-app';

const AGENTS = 10_000;

describe('Many clients at once, at length', () => {
  let app: TestApp;
  let replica: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
    replica = await createTestApp({}, app.database);
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  it('registers 10,000 agents, 32 at a time: all arrive, each with its event', async () => {
    expect(await registerMass(app, AGENTS)).toEqual([]);
    expect(await countMass(app)).toEqual({ agents: AGENTS, ids: AGENTS, events: AGENTS, agentsWithEvents: AGENTS });
  }, 1_800_000);

  it('pages through standing agents exactly once each while others come and go', async () => {
    const seen = await pageWhileAgentsComeAndGo(replica, app);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => !id.includes('visitor')).length).toBe(AGENTS);
  }, 1_800_000);
});
