import { registration, type Registration } from '../support/builders';
import { readStream } from '../support/event-stream';
import { createPatientApp, fallSilent } from '../support/patient-app';
import type { TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';
import { FleetGraph } from '../../src/graph/fleet-graph';

interface Event {
  agent_id: string;
  type: string;
  cause: string;
  actor: { kind: string; name: string };
  from: string;
  to: string;
  data: { dependency?: string; generation: number };
}

describe('the availability of agents, on two replicas', () => {
  let database: TestDatabase;
  let apps: TestApp[];
  const register = async (id: string, fields: Partial<Registration> = {}): Promise<void> => {
    const body = registration({ id, capabilities: [], metadata: {}, ...fields });
    expect((await apps[0]!.request('POST', '/agents/register', body)).status).toBe(201);
  };
  const setStatus = async (id: string, status: string): Promise<void> => {
    expect((await apps[0]!.request('PUT', `/agents/${id}/status`, { status })).status).toBe(200);
  };
  const eventsOf = async (...ids: string[]): Promise<string[]> => {
    const found = await database.query<{ agent_id: string; to_status: string }>(
      `SELECT agent_id, to_status FROM agent_events WHERE type = 'availability' AND agent_id = ANY ($1) ORDER BY revision`,
      [ids],
    );
    return found.map(({ agent_id, to_status }) => `${agent_id} ${to_status}`);
  };
  const isAvailable = async (app: TestApp, id: string): Promise<unknown> =>
    (await app.request('GET', `/agents/${id}`)).body.available;
  const untilAvailable = (id: string, available: boolean): Promise<void> =>
    until(`${id} is ${available ? '' : 'not '}available on both`, 150, async () =>
      (await Promise.all(apps.map((app) => isAvailable(app, id)))).every((is) => is === available),
    );
  const untilEvents = (count: number, ...ids: string[]): Promise<void> =>
    until(`${count} events have come`, 150, async () => (await eventsOf(...ids)).length >= count);

  beforeAll(async () => {
    database = await createTestDatabase();
    apps = [await createPatientApp({}, database), await createPatientApp({}, database)];
    await until('both follow', 150, () => apps.every(({ app }) => app.get(FleetGraph).isFollowing));
  });

  afterAll(async () => {
    for (const app of apps) await app.close();
    await database.drop();
  });

  it('ends with what an agent needs and comes back with it, each time with one event for each agent', async () => {
    await register('e-store', { capabilities: ['e-store'] });
    await register('e-ocr', { capabilities: ['e-ocr'], depends_on: [{ name: 'rows', capability: 'e-store' }] });
    await register('e-front', { depends_on: [{ capability: 'e-ocr' }] });
    await register('e-other', { depends_on: [{ capability: 'e-ocr', required: false }] });
    await untilAvailable('e-front', true);
    expect(await eventsOf('e-ocr', 'e-front', 'e-other', 'e-store')).toEqual([]);

    await setStatus('e-store', 'maintenance');
    await untilAvailable('e-front', false);
    await untilEvents(2, 'e-ocr', 'e-front');
    expect((await eventsOf('e-ocr', 'e-front')).sort()).toEqual(['e-front unavailable', 'e-ocr unavailable']);
    // Those that go on without, and the one whose own status has changed, have none.
    expect(await isAvailable(apps[1]!, 'e-other')).toBe(true);
    const { body } = await apps[1]!.request<{ events: Event[] }>('GET', '/agents/e-ocr/events');
    expect(body.events[0]).toMatchObject({
      type: 'availability',
      cause: 'dependency',
      actor: { kind: 'system', name: 'graph' },
      from: 'available',
      to: 'unavailable',
      data: { dependency: 'rows', name: expect.any(String) as string, generation: 1 },
    });

    await register('e-store-2', { capabilities: ['e-store'] });
    await untilAvailable('e-front', true);
    await untilEvents(4, 'e-ocr', 'e-front');
    const all = await eventsOf('e-ocr', 'e-front', 'e-other', 'e-store', 'e-store-2');
    expect(all.slice(0, 2).sort()).toEqual(['e-front unavailable', 'e-ocr unavailable']);
    expect(all.slice(2).sort()).toEqual(['e-front available', 'e-ocr available']);
  });

  it('is said once of agents that are registered without what they need', async () => {
    await register('n-1', { depends_on: [{ agent: 'n-store' }] });
    await untilEvents(1, 'n-1');
    await register('n-store');
    await untilEvents(2, 'n-1');
    expect(await eventsOf('n-1', 'n-store')).toEqual(['n-1 unavailable', 'n-1 available']);
  });

  it('is not said of agents that have stopped themselves', async () => {
    await register('s-store');
    await register('s-1', { depends_on: [{ agent: 's-store' }] });
    await register('s-2', { depends_on: [{ agent: 's-store' }] });
    await setStatus('s-1', 'maintenance');
    await setStatus('s-store', 'maintenance');
    await untilEvents(1, 's-1', 's-2');
    await apps[0]!.request('DELETE', '/agents/s-1');
    await setStatus('s-store', 'active');
    await untilEvents(2, 's-1', 's-2');
    expect(await eventsOf('s-1', 's-2')).toEqual(['s-2 unavailable', 's-2 available']);
  });

  it('can be asked for in expressions, and is what its events say in a watch', async () => {
    await register('x-1', { type: 'x', depends_on: [{ agent: 'x-store' }] });
    await register('x-2', { type: 'x' });
    await untilAvailable('x-1', false);
    const listed = async (filter: string): Promise<string[]> => {
      const query = `type=x&filter=${encodeURIComponent(filter)}`;
      const { body } = await apps[1]!.request<{ agents: { id: string }[] }>('GET', `/agents?${query}`);
      return body.agents.map(({ id }) => id);
    };
    expect(await listed('agent.available')).toEqual(['x-2']);
    expect(await listed('!agent.available')).toEqual(['x-1']);
    const fields = await apps[1]!.request<{ agents: object[] }>('GET', '/agents?type=x&fields=available');
    expect(fields.body.agents).toEqual([
      { id: 'x-1', available: false },
      { id: 'x-2', available: true },
    ]);

    await untilEvents(1, 'x-1');
    const source = await readStream(`${apps[1]!.url}/agents/watch?type=x`, { accept: 'text/event-stream' });
    await source.untilMessage('synced');
    await register('x-store', { type: 'other' });
    await until('the watch has it', 150, () =>
      source.messages.some(({ data }) => data.id === 'x-1' && data.available === true),
    );
    await source.close();
    const answer = await apps[1]!.request<{ events: object[] }>('GET', '/events?type=availability&agent_id=x-1');
    expect(answer.body.events).toHaveLength(2);
  });

  it('cannot depend on what changes without an event', async () => {
    for (const filter of ['agent.available', 'agent.health.status == "healthy"']) {
      const body = registration({ depends_on: [{ filter }] });
      const answer = await apps[0]!.request<{ errors: object[] }>('POST', '/agents/register', body);
      expect([answer.status, answer.body.errors]).toMatchObject([400, [{ field: 'depends_on[0].filter' }]]);
    }
  });

  it('keeps agents that others need from being stopped, if that is asked for', async () => {
    await register('i-store');
    await register('i-1', { depends_on: [{ agent: 'i-store' }] });
    await untilAvailable('i-1', true);
    const refused = { status: 409, body: { code: 'would_break', breaks: [{ id: 'i-1', path: ['i-1', 'i-store'] }] } };
    const maintenance = { status: 'maintenance' };
    expect(await apps[0]!.request('DELETE', '/agents/i-store?if_safe=true')).toMatchObject(refused);
    expect(await apps[0]!.request('PUT', '/agents/i-store/status?if_safe=true', maintenance)).toMatchObject(refused);
    expect(await apps[0]!.request('PUT', '/agents/i-store/status?if_safe=maybe', maintenance)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'if_safe' }] },
    });
    expect(await isAvailable(apps[0]!, 'i-store')).toBe(true);
    expect((await apps[0]!.request('DELETE', '/agents/i-1?if_safe=true')).status).toBe(200);
    await until(
      'no agent needs the store',
      150,
      async () => (await apps[0]!.request('DELETE', '/agents/i-store?if_safe=true')).status === 200,
    );
  });

  it('ends with a provider that dies, and comes back with another one that registers', async () => {
    const silent = { enabled: false }; // no heartbeats are expected of those that stay
    await register('d-store', { capabilities: ['d-store'] });
    await register('d-ocr', { heartbeat: silent, capabilities: ['d-ocr'], depends_on: [{ capability: 'd-store' }] });
    await register('d-front', { heartbeat: silent, depends_on: [{ capability: 'd-ocr' }] });
    await untilAvailable('d-front', true);
    await fallSilent(apps[0]!);
    expect((await apps[0]!.request('GET', '/agents/d-store')).body.status).not.toBe('active');
    await untilEvents(2, 'd-ocr', 'd-front');
    await untilAvailable('d-front', false);
    await register('d-store-2', { heartbeat: silent, capabilities: ['d-store'] });
    await untilEvents(4, 'd-ocr', 'd-front');
    await untilAvailable('d-front', true);
    const all = await eventsOf('d-store', 'd-store-2', 'd-ocr', 'd-front');
    expect(all.slice(0, 2).sort()).toEqual(['d-front unavailable', 'd-ocr unavailable']);
    expect(all.slice(2).sort()).toEqual(['d-front available', 'd-ocr available']);
  });

  it('is known to a replica that starts', async () => {
    await register('l-1', { depends_on: [{ agent: 'l-store' }] });
    await untilAvailable('l-1', false);
    const late = await createPatientApp({}, database);
    try {
      await until('a replica that starts knows it', 150, async () => (await isAvailable(late, 'l-1')) === false);
      await register('l-store');
      await until('it is available there', 150, async () => (await isAvailable(late, 'l-1')) === true);
    } finally {
      await late.close();
    }
  });
});
