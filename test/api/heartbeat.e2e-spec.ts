import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { registration } from '../support/builders';
import { elapse } from '../support/elapse';
import { createPatientApp } from '../support/patient-app';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

/** A flush is due after half the interval, and before that when a test says so. */
const FLUSHED_BY_HAND = { HEARTBEAT_FLUSH_INTERVAL_MS: 3_600_000 };

describe('Heartbeats', () => {
  let app: TestApp;
  let flusher: BeatFlusher;
  beforeAll(async () => {
    app = await createPatientApp(FLUSHED_BY_HAND);
    flusher = app.app.get(BeatFlusher);
  });
  afterAll(() => app.close());
  beforeEach(() => flusher.flush()); // half a timeout later no beat would be taken

  let count = 0;
  const anAgent = async (overrides = {}): Promise<string> => {
    const id = `beating-${++count}`;
    await app.request('POST', '/agents/register', registration({ id, ...overrides }));
    return id;
  };
  const beat = (id: string, body?: unknown) => app.request('POST', `/agents/${id}/heartbeat`, body);
  const statusIn = async (id: string, status: string, secondsAgo = 100): Promise<void> => {
    await app.database.query(
      `UPDATE agents SET status = $2, last_seen = now() - make_interval(secs => $3), generation = generation + 1 WHERE id = $1`,
      [id, status, secondsAgo],
    );
  };
  const rowOf = async (id: string): Promise<Record<string, unknown>> =>
    (await app.database.query('SELECT * FROM agents WHERE id = $1', [id]))[0]!;

  it('is answered with the cadence', async () => {
    const id = await anAgent({ heartbeat: { interval_seconds: 20 } });
    const { status, body } = await beat(id, { health: { cpu_percent: 15.5 } });
    expect(status).toBe(200);
    expect(body).toEqual({
      id,
      last_beat: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      status: 'active',
      next_heartbeat_seconds: 20,
      timeout_seconds: 60,
    });
  });

  it('is seen by a read on this replica at once, and in the table after the flush', async () => {
    const id = await anAgent({ heartbeat: { interval_seconds: 3600 } });
    await statusIn(id, 'active', 5.5 * 3600);
    expect((await app.request('GET', `/agents/${id}`)).body.heartbeat).toMatchObject({ missed_beats: 5 });
    const sentAt = Date.now();
    await beat(id, { cpu_percent: 95, metrics: { queue: 7 } });
    const before = (await rowOf(id)).last_seen as Date;
    const check = async (): Promise<void> => {
      const { body } = await app.request('GET', `/agents/${id}`);
      expect(body.heartbeat).toMatchObject({ missed_beats: 0 });
      // 10 ms: it is an age by one clock, taken from the time of another, and both are cut off to milliseconds.
      expect(Date.parse(String(body.last_seen))).toBeGreaterThanOrEqual(sentAt - 10);
      expect(body.health).toMatchObject({
        status: 'degraded',
        cpu_percent: 95,
        memory_percent: null,
        metrics: { queue: 7 },
      });
    };
    await check();
    expect((await rowOf(id)).last_seen).toEqual(before);
    expect(await flusher.flush()).toBe(true);
    expect(((await rowOf(id)).last_seen as Date).getTime()).toBeGreaterThan(before.getTime());
    await check();
  });

  it('counts as missed, and its report as stale, when no other one has come in time', async () => {
    const id = await anAgent({ heartbeat: { interval_seconds: 20 } });
    await beat(id, { cpu_percent: 5 });
    await elapse(app, 70);
    const { body } = await app.request<{ heartbeat: { missed_beats: number }; health: object }>('GET', `/agents/${id}`);
    expect(body.heartbeat.missed_beats).toBeGreaterThanOrEqual(3);
    expect(body.health).toMatchObject({ status: 'stale', cpu_percent: 5 });
    await flusher.flush();
    await beat(id);
    expect((await app.request('GET', `/agents/${id}`)).body.heartbeat).toMatchObject({ missed_beats: 0 });
  });

  it('leaves the ETag and the events alone', async () => {
    const id = await anAgent();
    const tag = (await app.request('GET', `/agents/${id}`)).headers.get('etag');
    await beat(id, { status: 'unhealthy' });
    await flusher.flush();
    expect((await app.request('GET', `/agents/${id}`)).headers.get('etag')).toBe(tag);
    expect((await app.request('GET', `/agents/${id}/events`)).body.events).toHaveLength(1);
  });

  it.each(['unhealthy', 'inactive'])('revives an agent that is %s, with one event', async (status) => {
    const id = await anAgent();
    await statusIn(id, status);
    expect((await beat(id)).body.status).toBe('active');
    await beat(id);
    await flusher.flush();
    await beat(id);
    await flusher.flush();
    expect((await app.request('GET', `/agents/${id}`)).body.status).toBe('active');
    const { body } = await app.request<{ events: object[] }>('GET', `/agents/${id}/events`);
    expect(body.events).toEqual([
      expect.objectContaining({ type: 'status_changed', from: status, to: 'active', cause: 'heartbeat' }),
      expect.objectContaining({ type: 'registered' }),
    ]);
  });

  it('is recorded in maintenance, and does not end it', async () => {
    const id = await anAgent();
    await app.request('PUT', `/agents/${id}/status`, { status: 'maintenance' });
    expect((await beat(id, { cpu_percent: 1 })).body.status).toBe('maintenance');
    await flusher.flush();
    expect((await app.request('GET', `/agents/${id}`)).body).toMatchObject({
      status: 'maintenance',
      health: { cpu_percent: 1 },
    });
  });

  it('never takes last_seen back, nor an older report over a newer one', async () => {
    const id = await anAgent();
    await beat(id, { cpu_percent: 10 });
    const newer = JSON.stringify({
      status: 'healthy',
      cpu_percent: 20,
      last_check: new Date(Date.now() + 5000).toISOString(),
    });
    await app.database.query(`UPDATE agents SET last_seen = now() + interval '5 seconds', health = $2 WHERE id = $1`, [
      id,
      newer,
    ]);
    const before = await rowOf(id);
    await flusher.flush();
    const after = await rowOf(id);
    expect([after.last_seen, after.health]).toEqual([before.last_seen, before.health]);
  });

  it('without a report keeps the last one', async () => {
    const id = await anAgent();
    await beat(id, { cpu_percent: 33 });
    await beat(id);
    expect((await app.request('GET', `/agents/${id}/health`)).body.health).toMatchObject({ cpu_percent: 33 });
    await flusher.flush();
    await beat(id);
    await flusher.flush();
    expect((await app.request('GET', `/agents/${id}/health`)).body.health).toMatchObject({ cpu_percent: 33 });
  });

  it.each([
    ['no body', undefined, 'unknown'],
    ['an empty object', {}, 'unknown'],
    ['an empty report', { health: {} }, 'unknown'],
    ['no report', { health: null }, 'unknown'],
    ['a wrapped report', { health: { cpu_percent: 89.9 } }, 'healthy'],
    ['a flat report', { memory_percent: 90 }, 'degraded'],
    ['figures that are too high', { cpu_percent: 98, memory_percent: 1 }, 'unhealthy'],
    ['a word of its own', { health: { status: 'degraded', cpu_percent: 1 } }, 'degraded'],
    ['counts', { uptime_seconds: 3.5, active_connections: 0, error_count: 12 }, 'healthy'],
  ])('takes %s', async (_, body, status) => {
    const id = await anAgent();
    expect((await beat(id, body)).status).toBe(200);
    expect((await app.request('GET', `/agents/${id}/health`)).body.health).toMatchObject({ status });
  });

  it('keeps why an agent is as it is, until it reports without', async () => {
    const id = await anAgent();
    const health = async (): Promise<unknown> => (await app.request('GET', `/agents/${id}`)).body.health;
    expect(await health()).toMatchObject({ message: null });
    await beat(id, { health: { status: 'degraded', message: 'queue is full' } });
    expect(await health()).toMatchObject({ status: 'degraded', message: 'queue is full' });
    await beat(id);
    expect(await health()).toMatchObject({ message: 'queue is full' });
    await beat(id, { status: 'healthy' });
    expect(await health()).toMatchObject({ status: 'healthy', message: null });
  });

  it.each([
    ['text', 'alive', ['body']],
    ['a message of 501 characters', { health: { message: 'x'.repeat(501) } }, ['health.message']],
    ['a message that cannot be stored', { message: 'a\u0000b' }, ['message']],
    ['an array', [], ['body']],
    ['a percentage beyond 100', { health: { cpu_percent: 100.1 } }, ['health.cpu_percent']],
    ['negative figures', { memory_percent: -1, error_count: -1 }, ['error_count', 'memory_percent']],
    ['half a connection', { active_connections: 1.5 }, ['active_connections']],
    ['an unknown status', { status: 'stale' }, ['status']],
    ['an unknown field', { health: { cpu: 1 } }, ['health.cpu']],
    ['a field beside the report', { health: {}, cpu_percent: 1 }, ['cpu_percent']],
    ['a report that is no object', { health: 'fine' }, ['health']],
    ['metrics that are no object', { metrics: [] }, ['metrics']],
    ['NUL', { metrics: { a: '\0' } }, ['metrics.a']],
  ])('refuses %s', async (_, body, fields) => {
    const id = await anAgent();
    const answer = await beat(id, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    expect((answer.body.errors as { field: string }[]).map(({ field }) => field).sort()).toEqual(fields);
  });

  it('of an agent that is not registered is 404, and says if it was', async () => {
    expect((await beat('nobody')).body).toMatchObject({ status: 404, code: 'agent_not_found' });
    const id = await anAgent();
    await beat(id);
    await app.request('DELETE', `/agents/${id}`);
    expect((await beat(id)).body).toMatchObject({ status: 404, code: 'agent_deregistered' });
    await app.request('POST', '/agents/register', registration({ id }));
    expect((await beat(id)).status).toBe(200);
  });

  it('of an agent that another replica deregistered is refused once the flush has not met it', async () => {
    const replica = await createPatientApp({}, app.database);
    const id = await anAgent();
    await beat(id);
    await replica.request('DELETE', `/agents/${id}`);
    await flusher.flush();
    expect((await beat(id)).body).toMatchObject({ code: 'agent_deregistered' });
    await replica.close();
  });

  it('looks all agents up at once that it does not know', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => anAgent()));
    const answers = await Promise.all([...ids, 'no-1', 'no-2'].map((id) => beat(id)));
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(20).fill(200), 404, 404]);
  });

  describe('POST /agents/heartbeats', () => {
    const times = (length: number, id: string): object[] => Array.from({ length }, () => ({ id }));
    const beatAll = (beats: unknown) =>
      app.request<{ accepted: number; rejected: object[]; next_heartbeat_seconds: number }>(
        'POST',
        '/agents/heartbeats',
        { beats },
      );

    it('takes the good ones and rejects the others, each by itself', async () => {
      const [a, b, gone] = [await anAgent({ heartbeat: { interval_seconds: 5 } }), await anAgent(), await anAgent()];
      await app.request('DELETE', `/agents/${gone}`);
      const { status, body } = await beatAll([
        { id: a, health: { cpu_percent: 42 } },
        { id: 'nobody' },
        { id: b, health: { cpu_percent: 1000 } },
        { id: gone },
        'no object',
        { id: 1 },
        { id: a, metrics: 'not here' },
        { id: b },
        { id: b, health: { metrics: { text: '\0' } } },
      ]);
      expect(status).toBe(200);
      expect(body).toMatchObject({ accepted: 2, next_heartbeat_seconds: 5 });
      expect(body.rejected).toEqual([
        { index: 1, id: 'nobody', code: 'agent_not_found', detail: expect.any(String) },
        { index: 2, id: b, code: 'validation_failed', detail: expect.stringContaining('health.cpu_percent') },
        { index: 3, id: gone, code: 'agent_deregistered', detail: expect.any(String) },
        { index: 4, id: '', code: 'validation_failed', detail: expect.any(String) },
        { index: 5, id: '', code: 'validation_failed', detail: expect.stringContaining('id') },
        { index: 6, id: a, code: 'validation_failed', detail: expect.stringContaining('metrics') },
        { index: 8, id: b, code: 'validation_failed', detail: expect.stringContaining('NUL') },
      ]);
      expect((await app.request('GET', `/agents/${a}/health`)).body.health).toMatchObject({ cpu_percent: 42 });
    });

    it('takes 5,000 and not one more, nor none', async () => {
      const id = await anAgent();
      expect((await beatAll(times(5000, id))).body).toMatchObject({ accepted: 5000, rejected: [] });
      expect((await beatAll(times(5001, id))).status).toBe(400);
      expect((await beatAll([])).status).toBe(400);
      expect((await app.request('GET', '/agents/heartbeats')).headers.get('allow')).toBe('POST');
    });
  });

  it('is written by a flush that comes due within the interval', async () => {
    const id = await anAgent(); // the last one here: it moves the time of day away from the database's
    await beat(id, { metrics: { queue: 7 } });
    expect((await rowOf(id)).health).toBeNull();
    await app.clock.holdUp(FLUSHED_BY_HAND.HEARTBEAT_FLUSH_INTERVAL_MS / 2000);
    expect((await rowOf(id)).health).toMatchObject({ metrics: { queue: 7 } });
    expect(flusher.lagMs()).toBe(0);
  });

  it('is shown by the database’s clock, whatever the time is on this replica', async () => {
    const ahead = await createTestApp();
    await ahead.request('POST', '/agents/register', registration({ id: 'shown' }));
    ahead.clock.stopAt(new Date(Date.now() + 3_600_000));
    await until('the replica has asked the database for its time', 150, async () => {
      const { body } = await ahead.request('POST', '/agents/shown/heartbeat', { cpu_percent: 5 });
      return Date.parse(String(body.last_beat)) < Date.now() + 1_800_000;
    });
    await until('the beat is written', 150, () => ahead.app.get(BeatFlusher).flush());
    const { body } = await ahead.request<{ heartbeat: { last_beat: string } }>('GET', '/agents/shown');
    expect(body).toMatchObject({ health: { status: 'healthy' }, heartbeat: { missed_beats: 0 } });
    expect(Date.parse(body.heartbeat.last_beat)).toBeLessThan(Date.now() + 1_800_000);
    await ahead.close();
  });

  it('waits for a database that is away: known agents are answered, unknown ones are told to wait', async () => {
    const away = await createPatientApp(FLUSHED_BY_HAND);
    await away.request('POST', '/agents/register', registration({ id: 'known' }));
    await away.request('POST', '/agents/known/heartbeat');
    await away.database.drop();
    expect((await away.request('POST', '/agents/known/heartbeat')).status).toBe(200);
    const unknown = await away.request('POST', '/agents/unknown/heartbeat');
    expect([unknown.status, unknown.body.code]).toEqual([503, 'store_unavailable']);
    expect(unknown.headers.get('retry-after')).not.toBeNull();
    const batch = await away.request('POST', '/agents/heartbeats', { beats: [{ id: 'known' }, { id: 'unknown' }] });
    expect(batch.body).toMatchObject({
      accepted: 1,
      rejected: [{ index: 1, id: 'unknown', code: 'store_unavailable' }],
    });
    expect((await away.request('POST', '/agents/heartbeats', { beats: [{ id: 'unknown' }] })).status).toBe(503);
    expect(await away.app.get(BeatFlusher).flush()).toBe(false);
    expect(away.app.get(BeatFlusher).lagMs()).toBeGreaterThan(0);
    away.app.getHttpServer().closeAllConnections();
    await away.app.close();
  });
});
