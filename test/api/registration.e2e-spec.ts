import { randomUUID } from 'node:crypto';
import { registration } from '../support/builders';
import { createPatientApp } from '../support/patient-app';
import type { Answer, TestApp } from '../support/test-app';
import { until } from '../support/until';

describe('POST /agents/register', () => {
  let app: TestApp;
  beforeAll(async () => (app = await createPatientApp()));
  afterAll(() => app.close());

  const register = (body: unknown, headers?: Record<string, string>): Promise<Answer> =>
    app.request('POST', '/agents/register', body, headers);
  const eventsOf = (id: string): Promise<Record<string, unknown>[]> =>
    app.database.query('SELECT * FROM agent_events WHERE agent_id = $1 ORDER BY revision', [id]);

  it('makes up an id, says where the agent is and how often to beat', async () => {
    const { status, headers, body } = await register(registration({ name: 'DataProcessor' }));
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^agent-[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      name: 'DataProcessor',
      status: 'active',
      registered_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      heartbeat: { interval_seconds: 10, timeout_seconds: 30 },
      incarnation: null,
    });
    expect(headers.get('location')).toBe(`/agents/${String(body.id)}`);
    expect(await eventsOf(String(body.id))).toHaveLength(1);
  });

  it('looks for known agents by the index, also in a database that is so new that there is hardly anything to look through', async () => {
    const scans = async (): Promise<{ index: number; whole: number }> => {
      const [row] = await app.database.query<{ index: number; whole: number }>(
        `SELECT idx_scan::int AS index, seq_scan::int AS whole FROM pg_stat_user_tables WHERE relname = 'agents'`,
      );
      return row!;
    };
    const before = await scans();
    for (let n = 0; n < 50; n++) expect((await register(registration())).status).toBe(201);
    await until('PostgreSQL has counted', 120, async () => (await scans()).index - before.index >= 100);
    expect((await scans()).whole - before.whole).toBeLessThan(25); // those of the first plans
  });

  it('keeps every field', async () => {
    const sent = registration({
      id: 'full-1',
      metadata: { nested: { list: [1, 'two', null] }, constructor: 'kept', '': 'odd' },
      heartbeat: { interval_seconds: 60, enabled: false },
    });
    expect((await register(sent)).body).toMatchObject({ heartbeat: { interval_seconds: 60, timeout_seconds: 180 } });
    const { body } = await app.request('GET', '/agents/full-1');
    expect(body).toMatchObject(sent);
    expect(Object.hasOwn(body.metadata as object, 'constructor')).toBe(true);
  });

  it('fills in what the body leaves out, and takes null for absent', async () => {
    await register({ id: 'bare-1', name: 'n', type: 't', category: null, capabilities: null, heartbeat: null });
    expect((await app.request('GET', '/agents/bare-1')).body).toMatchObject({
      category: null,
      version: null,
      capabilities: [],
      endpoints: {},
      metadata: {},
      health: { status: 'unknown', cpu_percent: null, last_check: null },
      heartbeat: { interval_seconds: 10, enabled: true, missed_beats: 0, timeout_seconds: 30 },
    });
  });

  it('replaces a known agent, which keeps its first registration time and an operator’s maintenance', async () => {
    const first = await register(registration({ id: 'again-1', version: '1' }));
    await app.request('PUT', '/agents/again-1/status', { status: 'maintenance' });
    const second = await register({ id: 'again-1', name: 'other', type: 'worker' });
    expect(second.status).toBe(200);
    expect(second.headers.get('location')).toBe('/agents/again-1');
    expect(second.body).toMatchObject({ status: 'maintenance', registered_at: first.body.registered_at });
    expect((await app.request('GET', '/agents/again-1')).body).toMatchObject({
      name: 'other',
      version: null,
      metadata: {},
    });
    expect(
      (await eventsOf('again-1')).map(({ type, from_status, to_status }) => [type, from_status, to_status]),
    ).toEqual([
      ['registered', null, 'active'],
      ['status_changed', 'active', 'maintenance'],
      ['registered', 'maintenance', 'maintenance'],
    ]);
  });

  it('takes a deregistered id as a new agent', async () => {
    await register(registration({ id: 'back-1' }));
    await app.request('DELETE', '/agents/back-1');
    const again = await register(registration({ id: 'back-1' }));
    expect(again.status).toBe(201);
    expect((await eventsOf('back-1')).map(({ from_status, to_status }) => [from_status, to_status])).toEqual([
      [null, 'active'],
      ['active', 'deregistered'],
      ['deregistered', 'active'],
    ]);
  });

  it('forgets the health of the life before', async () => {
    await register(registration({ id: 'healed-1' }));
    const report = JSON.stringify({ status: 'unhealthy', last_check: new Date().toISOString() });
    await app.database.query(`UPDATE agents SET health = $2 WHERE id = $1`, ['healed-1', report]);
    expect((await app.request('GET', '/agents/healed-1/health')).body).toMatchObject({
      health: { status: 'unhealthy' },
    });
    await register(registration({ id: 'healed-1' }));
    expect((await app.request('GET', '/agents/healed-1/health')).body).toMatchObject({ health: { status: 'unknown' } });
  });

  describe('refuses, and writes nothing', () => {
    const cases: [string, unknown, string[]][] = [
      ['no body', undefined, ['body']],
      ['an array', [], ['body']],
      ['missing fields', {}, ['name', 'type']],
      ['wrong types', { name: 1, type: [], capabilities: 'x' }, ['name', 'type', 'capabilities']],
      ['unknown properties', { name: 'n', type: 't', status: 'active', constructor: 1 }, ['status', 'constructor']],
      ['an illegal id', { id: 'a b', name: 'n', type: 't' }, ['id']],
      ['an id that is a route', { id: 'register', name: 'n', type: 't' }, ['id']],
      ['NUL', { name: 'n\0', type: 't' }, ['name']],
      ['an unpaired surrogate', { name: 'n', type: 't', metadata: { a: ['\ud800'] } }, ['metadata.a[0]']],
      ['capabilities that repeat', { name: 'n', type: 't', capabilities: ['a', 'b', 'a'] }, ['capabilities[2]']],
      ['endpoints that are no URI', { name: 'n', type: 't', endpoints: { api: '/relative' } }, ['endpoints.api']],
      [
        'an interval of 0',
        { name: 'n', type: 't', heartbeat: { interval_seconds: 0 } },
        ['heartbeat.interval_seconds'],
      ],
      ['unknown settings', { name: 'n', type: 't', heartbeat: { every: 1 } }, ['heartbeat.every']],
      ['metadata of 65 KiB', { name: 'n', type: 't', metadata: { a: 'x'.repeat(65 * 1024) } }, ['metadata']],
    ];
    it.each(cases)('%s', async (_, body, fields) => {
      const before = await app.database.query('SELECT count(*) FROM agent_events');
      const answer = await register(body);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ code: 'validation_failed', status: 400, title: 'Bad Request' });
      expect((answer.body.errors as { field: string }[]).map(({ field }) => field).sort()).toEqual([...fields].sort());
      expect(await app.database.query('SELECT count(*) FROM agent_events')).toEqual(before);
    });
  });

  describe('with an Idempotency-Key', () => {
    it('gives a repeat the first answer, letter for letter, and writes once', async () => {
      const key = randomUUID();
      const body = registration({ id: 'once-1' });
      const first = await register(body, { 'idempotency-key': key });
      const { name, ...rest } = body;
      const repeat = await register({ ...rest, name }, { 'idempotency-key': key });
      expect([first.status, repeat.status]).toEqual([201, 201]);
      expect(JSON.stringify(repeat.body)).toBe(JSON.stringify(first.body));
      expect(repeat.headers.get('location')).toBe('/agents/once-1');
      expect(await eventsOf('once-1')).toHaveLength(1);
    });

    it('makes one agent of concurrent repeats', async () => {
      const key = randomUUID();
      const body = registration();
      const answers = await Promise.all(Array.from({ length: 16 }, () => register(body, { 'idempotency-key': key })));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
      expect(await app.database.query('SELECT id FROM agents WHERE name = $1', [body.name])).toHaveLength(1);
    });

    it('refuses another body', async () => {
      const key = randomUUID();
      await register(registration({ id: 'reuse-1' }), { 'idempotency-key': key });
      const other = await register(registration({ id: 'reuse-2' }), { 'idempotency-key': key });
      expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
      expect((await app.request('GET', '/agents/reuse-2')).status).toBe(404);
    });

    it('forgets it after 24 hours', async () => {
      const key = randomUUID();
      await register(registration({ id: 'day-1' }), { 'idempotency-key': key });
      await app.database.query(`UPDATE idempotency_keys SET created_at = created_at - interval '24 hours 1 second'`);
      expect((await register(registration({ id: 'day-2' }), { 'idempotency-key': key })).status).toBe(201);
    });

    it('is not used up by a body that was refused', async () => {
      const key = randomUUID();
      expect((await register({ name: 'n' }, { 'idempotency-key': key })).status).toBe(400);
      expect((await register(registration(), { 'idempotency-key': key })).status).toBe(201);
    });

    it('must have 1 to 255 characters', async () => {
      const answers = [await register(registration(), { 'idempotency-key': 'k'.repeat(256) })];
      answers.push(await register(registration(), { 'idempotency-key': '' }));
      expect(answers.map(({ status }) => status)).toEqual([400, 400]);
      expect((await register(registration(), { 'idempotency-key': 'k'.repeat(255) })).status).toBe(201);
    });
  });
});
