import { registration } from '../support/builders';
import { countMass, pageWhileAgentsComeAndGo, registerMass } from '../support/mass-registration';
import { createTestApp, type TestApp } from '../support/test-app';
import { mapWithConcurrency } from '../../src/platform/common/map-with-concurrency';

/** A nightly test registers more. */
const AGENTS = 2_000;

describe('Many clients at once', () => {
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

  it('registers 2,000 agents, 32 at a time: all arrive, each with its event', async () => {
    expect(await registerMass(app, AGENTS)).toEqual([]);
    expect(await countMass(app)).toEqual({ agents: AGENTS, ids: AGENTS, events: AGENTS, agentsWithEvents: AGENTS });
  });

  it('pages through standing agents exactly once each while others come and go', async () => {
    const seen = await pageWhileAgentsComeAndGo(replica, app);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => !id.includes('visitor')).length).toBe(AGENTS);
  });

  it('ends concurrent registrations of one id through two replicas in one row and one chain of events', async () => {
    const bodies = Array.from({ length: 64 }, (_, index) => registration({ id: 'one', version: `v${index}` }));
    const statuses = await mapWithConcurrency(32, bodies, async (body, index) => {
      const through = index % 2 ? app : replica;
      return (await through.request('POST', '/agents/register', body)).status;
    });
    expect(statuses.sort()).toEqual([...Array<number>(63).fill(200), 201]);
    expect(await app.database.query(`SELECT generation, status FROM agents WHERE id = 'one'`)).toEqual([
      { generation: 64, status: 'active' },
    ]);
    const events = await app.database.query(
      `SELECT (data->>'generation')::int AS generation, from_status FROM agent_events WHERE agent_id = 'one' ORDER BY revision`,
    );
    expect(events).toEqual(
      Array.from({ length: 64 }, (_, index) => ({ generation: index + 1, from_status: index === 0 ? null : 'active' })),
    );
  });

  it('keeps one consistent history when registrations, changes and deregistrations of one id race', async () => {
    const turns = Array.from({ length: 200 }, (_, index) => index);
    const statuses = await mapWithConcurrency(16, turns, async (turn) => {
      const through = turn % 2 ? app : replica;
      const path = '/agents/raced';
      if (turn % 4 === 0) return (await through.request('DELETE', path)).status;
      if (turn % 4 === 1) return (await through.request('PATCH', path, { version: `v${turn}` })).status;
      if (turn % 4 === 2) return (await through.request('PUT', `${path}/status`, { status: 'maintenance' })).status;
      return (await through.request('POST', '/agents/register', registration({ id: 'raced' }))).status;
    });
    // 503: on a busy machine a request waits too long for a connection to the database. It has changed nothing, or all of it.
    expect(statuses.filter((status) => status >= 500 && status !== 503)).toEqual([]);
    expect(statuses).toContain(201);
    const events = await app.database.query<{
      from_status: string | null;
      to_status: string | null;
      generation: number;
    }>(
      `SELECT from_status, to_status, (data->>'generation')::int AS generation
         FROM agent_events WHERE agent_id = 'raced' ORDER BY revision`,
    );
    expect(events.map(({ generation }) => generation)).toEqual(events.map((_, index) => index + 1));
    const transitions = events.filter(({ to_status }) => to_status !== null);
    transitions.slice(1).forEach(({ from_status }, index) => expect(from_status).toBe(transitions[index]!.to_status));
  });
});
