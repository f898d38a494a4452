import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { BeatsRepository } from '../../src/heartbeat/beats.repository';
import { registration } from '../support/builders';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

const twice = (health: object): object[] => [health, health];

interface Health {
  status: string;
  ready: boolean;
  load: number | null;
  cpu_percent: number | null;
}

describe('Readiness and load', () => {
  let app: TestApp;
  let flusher: BeatFlusher;
  beforeAll(async () => {
    app = await createPatientApp({ HEARTBEAT_FLUSH_INTERVAL_MS: 3_600_000 });
    flusher = app.app.get(BeatFlusher);
  });
  afterAll(() => app.close());
  beforeEach(() => flusher.flush()); // half a timeout later no beat would be taken

  let count = 0;
  const anAgent = async (): Promise<string> => {
    const id = `ready-${++count}`;
    await app.request('POST', '/agents/register', registration({ id, type: `ready-type-${count}` }));
    return id;
  };
  const beat = (id: string, body?: unknown) => app.request('POST', `/agents/${id}/heartbeat`, body);
  const healthOf = async (id: string): Promise<Health> =>
    (await app.request<{ health: Health }>('GET', `/agents/${id}`)).body.health;
  /** At once, and when it is in the table. */
  const seen = async (id: string): Promise<[Health, Health]> => {
    const before = await healthOf(id);
    expect(await flusher.flush()).toBe(true);
    return [before, await healthOf(id)];
  };

  it('are those of the last heartbeat, and absent they are none', async () => {
    const id = await anAgent();
    expect(await healthOf(id)).toMatchObject({ status: 'unknown', ready: true, load: null });
    const steps: [unknown, object][] = [
      [
        { ready: false, load: 0.25 },
        { status: 'unknown', ready: false, load: 0.25 },
      ],
      [
        { load: 1, health: { cpu_percent: 7 } },
        { status: 'healthy', ready: true, load: 1, cpu_percent: 7 },
      ],
      [
        { ready: false, cpu_percent: 8 },
        { ready: false, load: null, cpu_percent: 8 },
      ],
      [undefined, { ready: true, load: null, cpu_percent: 8 }],
      [
        { ready: true, load: 0.12345678, health: null },
        { ready: true, load: 0.123457, cpu_percent: 8 },
      ],
      [
        { ready: null, load: null },
        { ready: true, load: null },
      ],
    ];
    for (const [body, expected] of steps) {
      expect((await beat(id, body)).status).toBe(200);
      expect(await seen(id)).toMatchObject([expected, expected]);
    }
  });

  it('are taken from each heartbeat of a batch', async () => {
    const ids = [await anAgent(), await anAgent(), await anAgent()];
    const [busy, idle, wrong] = ids;
    const { body } = await app.request('POST', '/agents/heartbeats', {
      beats: [
        { id: busy, ready: false, load: 0.9, health: { cpu_percent: 90 } },
        { id: idle, load: 0 },
        { id: wrong, ready: 'yes', load: 2, cpu_percent: 5 },
      ],
    });
    expect(body).toMatchObject({ accepted: 2, rejected: [{ index: 2, id: wrong, code: 'validation_failed' }] });
    const { detail } = (body.rejected as { detail: string }[])[0]!;
    expect(detail).toBe(
      'ready must be true or false; load must be a number from 0 to 1; cpu_percent is not a known property',
    );
    expect(await seen(busy!)).toMatchObject(twice({ ready: false, load: 0.9, cpu_percent: 90 }));
    expect(await seen(idle!)).toMatchObject(twice({ ready: true, load: 0, cpu_percent: null }));
  });

  it.each([
    [{ ready: 'yes' }, ['ready']],
    [{ ready: 1, load: '0.5', health: { cpu_percent: 101 } }, ['ready', 'load', 'health.cpu_percent']],
    [{ load: -0.1 }, ['load']],
    [{ load: 1.1 }, ['load']],
    [{ health: { ready: true, load: 0.5 } }, ['health.ready', 'health.load']],
    [{ health: 7, readiness: true }, ['readiness', 'health']],
  ])('of %j are refused', async (body, fields) => {
    const answer = await beat(await anAgent(), body);
    expect([answer.status, (answer.body.errors as { field: string }[]).map(({ field }) => field)]).toEqual([
      400,
      fields,
    ]);
  });

  it('of an older heartbeat do not hide those of a newer one', async () => {
    const id = await anAgent();
    const beats = app.app.get(BeatsRepository);
    await beats.write([{ id, age: 0, ready: false, load: 0.5 }]);
    await beats.write([{ id, age: 60_000, ready: true, load: 0.1 }]);
    await beats.write([{ id, age: 60_000 }]);
    const [row] = await app.database.query('SELECT ready, load FROM agents WHERE id = $1', [id]);
    expect(row).toEqual({ ready: false, load: 0.5 });
  });

  it('end with the agent’s life, and begin anew with its registration', async () => {
    const id = await anAgent();
    await beat(id, { ready: false, load: 0.5 });
    await flusher.flush();
    await app.request('POST', '/agents/register', registration({ id }));
    expect(await healthOf(id)).toMatchObject({ ready: true, load: null });
    await beat(id, { ready: true });
    await app.request('PUT', `/agents/${id}/status`, { status: 'maintenance' });
    expect(await healthOf(id)).toMatchObject({ ready: false });
    const health = await app.request<{ health: Health }>('GET', `/agents/${id}/health`);
    expect(health.body.health).toMatchObject({ ready: false, load: null });
  });

  it('do not change the ETag, and are in expressions, where nothing that lasts may use them', async () => {
    const id = await anAgent();
    const tag = (await app.request('GET', `/agents/${id}`)).headers.get('etag');
    await beat(id, { ready: false, load: 0.75 });
    await flusher.flush();
    expect((await app.request('GET', `/agents/${id}`)).headers.get('etag')).toBe(tag);
    const found = async (filter: string): Promise<unknown> => {
      const query = new URLSearchParams({ filter: `agent.id == "${id}" && ${filter}` });
      return (await app.request('GET', `/agents/count?${query.toString()}`)).body.total;
    };
    expect(await found('!agent.health.ready && agent.health.load > 0.5')).toBe(1);
    expect(await found('agent.health.load == 0.75')).toBe(1);
    expect(await found('agent.health.ready')).toBe(0);
    await beat(id);
    await flusher.flush();
    expect(await found('agent.health.ready && !has(agent.health.load)')).toBe(1);
  });

  it('sort lists by load, those last that have not said it', async () => {
    const ids: string[] = [];
    for (const load of [0.5, undefined, 0.1]) {
      const id = await anAgent();
      await app.request('PATCH', `/agents/${id}`, { category: 'by-load' });
      await beat(id, load === undefined ? undefined : { load });
      ids.push(id);
    }
    await flusher.flush();
    const listed = async (order: string): Promise<unknown> => {
      const { body } = await app.request<{ agents: { id: string }[]; next_cursor: null }>(
        'GET',
        `/agents?category=by-load&limit=2&order_by=${order}`,
      );
      expect(body.next_cursor).toBeNull();
      return body.agents.map(({ id }) => id);
    };
    expect(await listed('load')).toEqual([ids[2], ids[0]]);
    expect(await listed('load%20desc')).toEqual([ids[0], ids[2]]);
  });
});
