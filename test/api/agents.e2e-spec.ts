import { registration, type Registration } from '../support/builders';
import { createPatientApp } from '../support/patient-app';
import type { Answer, TestApp } from '../support/test-app';

describe('One agent', () => {
  let app: TestApp;
  beforeAll(async () => (app = await createPatientApp()));
  afterAll(() => app.close());

  let count = 0;
  /** A fresh agent; gives its path. */
  const anAgent = async (overrides: Partial<Registration> = {}): Promise<string> => {
    const id = `one-${++count}`;
    expect((await app.request('POST', '/agents/register', registration({ id, ...overrides }))).status).toBe(201);
    return `/agents/${id}`;
  };
  const codeOf = ({ status, body }: Answer): [number, unknown] => [status, body?.code];

  describe('GET', () => {
    it('answers 304 to who has this state already, whatever the other tags', async () => {
      const path = await anAgent();
      const tag = (await app.request('GET', path)).headers.get('etag')!;
      expect(tag).toMatch(/^"[^"]+"$/);
      for (const header of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const answer = await app.request('GET', path, undefined, { 'if-none-match': header });
        expect([answer.status, answer.headers.get('etag'), answer.body]).toEqual([304, tag, null]);
      }
      expect((await app.request('GET', path, undefined, { 'if-none-match': '"other"' })).status).toBe(200);
    });

    it('changes the ETag with the fields and the status, not with a heartbeat', async () => {
      const path = await anAgent();
      const tagNow = async (): Promise<string | null> => (await app.request('GET', path)).headers.get('etag');
      const tags = [await tagNow()];
      await app.database.query('UPDATE agents SET last_seen = now(), health = $1', [
        JSON.stringify({ status: 'healthy', last_check: new Date().toISOString() }),
      ]);
      expect(await tagNow()).toBe(tags[0]);
      await app.request('PATCH', path, { version: '2' });
      tags.push(await tagNow());
      await app.request('PUT', `${path}/status`, { status: 'maintenance' });
      tags.push(await tagNow());
      expect(new Set(tags).size).toBe(3);
    });

    it('counts the intervals missed so far', async () => {
      const missed = async (interval_seconds: number, secondsAgo: number): Promise<unknown> => {
        const path = await anAgent({ heartbeat: { interval_seconds } });
        await app.database.query(`UPDATE agents SET last_seen = now() - make_interval(secs => $2) WHERE id = $1`, [
          path.slice(8),
          secondsAgo,
        ]);
        return (await app.request('GET', path)).body.heartbeat;
      };
      expect(await missed(1000, 3500)).toMatchObject({ missed_beats: 3, timeout_seconds: 3000 });
      expect(await missed(7, 0)).toMatchObject({ timeout_seconds: 30 });
    });

    it('calls a report stale once it is older than the timeout', async () => {
      const path = await anAgent();
      const last_check = new Date(Date.now() - 31_000).toISOString();
      await app.database.query('UPDATE agents SET health = $2 WHERE id = $1', [
        path.slice(8),
        JSON.stringify({ status: 'healthy', cpu_percent: 15.5, last_check }),
      ]);
      const { body } = await app.request('GET', `${path}/health`);
      expect(body).toMatchObject({ agent_id: path.slice(8), status: 'active' });
      expect(body.health).toMatchObject({ status: 'stale', cpu_percent: 15.5, metrics: {}, last_check });
    });

    it.each(['', '/health', '/events'])('of an id that was never registered is 404 (%s)', async (suffix) => {
      expect(codeOf(await app.request('GET', `/agents/nobody${suffix}`))).toEqual([404, 'agent_not_found']);
    });
  });

  describe('PUT', () => {
    it('replaces all fields', async () => {
      const path = await anAgent();
      const answer = await app.request('PUT', path, { name: 'new', type: 'other', capabilities: ['x'] });
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        name: 'new',
        type: 'other',
        capabilities: ['x'],
        category: null,
        metadata: {},
      });
      expect(answer.headers.get('etag')).toBe((await app.request('GET', path)).headers.get('etag'));
    });

    it('changes nothing, not even the ETag, when all is so already', async () => {
      const path = await anAgent({ metadata: { b: 1, a: { d: 1, c: 2 } } });
      const before = await app.request('GET', path);
      const { name, type, category, version, capabilities, endpoints } = before.body;
      const same = { name, type, category, version, capabilities, endpoints, metadata: { a: { c: 2, d: 1 }, b: 1 } };
      const answer = await app.request('PUT', path, same);
      expect([answer.status, answer.headers.get('etag')]).toEqual([200, before.headers.get('etag')]);
      expect((await app.request('GET', `${path}/events`)).body.events).toHaveLength(1);
    });

    it.each(['id', 'status', 'registered_at', 'last_seen', 'health'])('cannot set %s', async (field) => {
      const path = await anAgent();
      for (const method of ['PUT', 'PATCH']) {
        const answer = await app.request(method, path, { name: 'n', type: 't', [field]: 'x' });
        expect(codeOf(answer)).toEqual([400, 'validation_failed']);
        expect(answer.body.errors).toEqual([{ field, message: 'is not a known property' }]);
      }
      expect((await app.request('GET', `${path}/events`)).body.events).toHaveLength(1);
    });
  });

  describe('PATCH', () => {
    it('merges: sets, clears, keeps', async () => {
      const path = await anAgent({
        metadata: { team: 'a', deep: { x: 1, y: 2 } },
        endpoints: { api: 'http://a', old: 'http://b' },
      });
      const patch = {
        version: '2.0.0',
        category: null,
        endpoints: { old: null, new: 'http://c' },
        metadata: { deep: { x: null, z: 3 } },
        heartbeat: { interval_seconds: 20 },
      };
      const answer = await app.request('PATCH', path, patch, { 'content-type': 'application/merge-patch+json' });
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        version: '2.0.0',
        category: null,
        type: 'worker',
        endpoints: { api: 'http://a', new: 'http://c' },
        metadata: { team: 'a', deep: { y: 2, z: 3 } },
        heartbeat: { interval_seconds: 20, enabled: true, timeout_seconds: 60 },
      });
      expect(Object.keys(answer.body.endpoints as object)).toEqual(['api', 'new']);
    });

    it('refuses a patch that leaves the agent without what it must have, or names what none has', async () => {
      const path = await anAgent();
      const answer = await app.request('PATCH', path, { name: null, colour: null, heartbeat: { every: null } });
      expect(codeOf(answer)).toEqual([400, 'validation_failed']);
      const fields = (answer.body.errors as { field: string }[]).map(({ field }) => field);
      expect(fields.sort()).toEqual(['colour', 'heartbeat.every', 'name']);
    });

    it.each([[[]], ['text'], [null], [1]])('refuses %j', async (patch) => {
      expect(codeOf(await app.request('PATCH', await anAgent(), patch))).toEqual([400, 'validation_failed']);
    });

    it('loses none of many concurrent changes', async () => {
      const path = await anAgent({ metadata: {} });
      const keys = Array.from({ length: 12 }, (_, index) => `key${index}`);
      const answers = await Promise.all(keys.map((key) => app.request('PATCH', path, { metadata: { [key]: true } })));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const { body } = await app.request('GET', path);
      expect(Object.keys(body.metadata as object).sort()).toEqual([...keys].sort());
      expect((await app.request('GET', `${path}/events`)).body.events).toHaveLength(13);
    });
  });

  describe('If-Match', () => {
    it.each(['PUT', 'PATCH'])('lets %s through in the state that it names, once', async (method) => {
      const path = await anAgent();
      const tag = (await app.request('GET', path)).headers.get('etag')!;
      const change = { name: `renamed by ${method}`, type: 't' };
      expect((await app.request(method, path, change, { 'if-match': tag })).status).toBe(200);
      expect(codeOf(await app.request(method, path, { ...change, name: 'late' }, { 'if-match': tag }))).toEqual([
        412,
        'precondition_failed',
      ]);
      expect((await app.request('GET', path)).body.name).toBe(change.name);
    });

    it('matches any state with *, and none with a weak tag', async () => {
      const path = await anAgent();
      const tag = (await app.request('GET', path)).headers.get('etag')!;
      expect((await app.request('PATCH', path, { version: '2' }, { 'if-match': '*' })).status).toBe(200);
      expect((await app.request('PATCH', path, { version: '3' }, { 'if-match': `W/${tag}` })).status).toBe(412);
    });

    it('lets exactly one of many writers win', async () => {
      const path = await anAgent();
      const tag = (await app.request('GET', path)).headers.get('etag')!;
      const writers = Array.from({ length: 16 }, (_, index) => ({ version: `w${index}` }));
      const answers = await Promise.all(writers.map((patch) => app.request('PATCH', path, patch, { 'if-match': tag })));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(15).fill(412)]);
    });
  });

  describe('status', () => {
    it.each(['PUT', 'POST'])('goes to maintenance and back by %s, with the reason in the log', async (method) => {
      const path = await anAgent();
      await app.database.query(`UPDATE agents SET last_seen = now() - interval '1 hour' WHERE id = $1`, [
        path.slice(8),
      ]);
      const away = await app.request(method, `${path}/status`, { status: 'maintenance', reason: 'new disk' });
      expect([away.status, away.body.status]).toEqual([200, 'maintenance']);
      const back = await app.request(method, `${path}/status`, { status: 'active' });
      expect([back.status, back.body.status]).toEqual([200, 'active']);
      expect(back.body.heartbeat).toMatchObject({ missed_beats: 0 }); // its silence is counted from now
      const { body } = await app.request<{ events: Record<string, unknown>[] }>('GET', `${path}/events`);
      expect(body.events.map(({ type, from, to, reason }) => ({ type, from, to, reason }))).toEqual([
        { type: 'status_changed', from: 'maintenance', to: 'active' },
        { type: 'status_changed', from: 'active', to: 'maintenance', reason: 'new disk' },
        { type: 'registered', to: 'active' },
      ]);
    });

    it('knows no other way', async () => {
      const path = `${await anAgent()}/status`;
      expect(codeOf(await app.request('PUT', path, { status: 'active' }))).toEqual([409, 'illegal_transition']);
      expect((await app.request('PUT', path, { status: 'maintenance' })).status).toBe(200);
      expect(codeOf(await app.request('PUT', path, { status: 'maintenance' }))).toEqual([409, 'illegal_transition']);
    });

    it.each(['unhealthy', 'inactive', 'deregistered', '', null, 1])('cannot be set to %j', async (status) => {
      const answer = await app.request('PUT', `${await anAgent()}/status`, { status });
      expect(codeOf(answer)).toEqual([400, 'validation_failed']);
    });
  });

  describe('DELETE', () => {
    it.each(['', '/deregister'])('at the path%s leaves a tombstone', async (suffix) => {
      const path = await anAgent();
      const answer = await app.request('DELETE', path + suffix);
      expect([answer.status, answer.body]).toEqual([200, { id: path.slice(8), status: 'deregistered' }]);
      const after = await Promise.all([
        app.request('GET', path),
        app.request('GET', `${path}/health`),
        app.request('PUT', path, registration()),
        app.request('PATCH', path, {}),
        app.request('PUT', `${path}/status`, { status: 'maintenance' }),
        app.request('DELETE', path),
        app.request('DELETE', `${path}/deregister`),
      ]);
      expect(after.map(codeOf)).toEqual(after.map(() => [404, 'agent_deregistered']));
      const { body } = await app.request<{ total: number }>('GET', `/agents?name=${path.slice(8)}`);
      expect(body.total).toBe(0);
    });

    it('happens once, however many ask', async () => {
      const path = await anAgent();
      const answers = await Promise.all(Array.from({ length: 8 }, () => app.request('DELETE', path)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(7).fill(404)]);
    });
  });

  describe('events', () => {
    const eventsOf = async (path: string): Promise<Record<string, unknown>[]> =>
      (await app.request<{ events: Record<string, unknown>[] }>('GET', `${path}/events`)).body.events;
    const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

    it('tell what made the change, who, and for which request, also of an agent that is gone', async () => {
      const path = await anAgent();
      const [registered] = await eventsOf(path);
      expect(registered).toMatchObject({ cause: 'registration', actor: { kind: 'anonymous', name: null } });
      expect(registered!.request_id).toMatch(UUID);
      expect(registered).not.toHaveProperty('client_request_id');
      await app.request('DELETE', path, undefined, { 'x-request-id': 'the-last-one' });
      await app.request('DELETE', path, undefined, { 'x-request-id': 'one-too-many' });
      const [gone, ...before] = await eventsOf(path);
      expect(gone).toMatchObject({ type: 'deregistered', cause: 'operator', client_request_id: 'the-last-one' });
      expect(gone!.request_id).toMatch(UUID);
      expect(before).toEqual([registered]);
      expect((await app.request('GET', '/agents/never-seen/events')).status).toBe(404);
    });

    it('carry the registration as it was written, and what has changed, without secrets', async () => {
      const metadata = { team: 'core', password: 'hush' };
      const body = registration({ version: 'v1', metadata });
      const { body: answer } = await app.request<{ id: string }>('POST', '/agents/register', body);
      const path = `/agents/${answer.id}`;
      const again = { ...body, id: answer.id };
      await app.request('POST', '/agents/register', again);
      await app.request('PATCH', path, { version: 'v2', metadata: { api_key: 'hush' } });
      await app.request('POST', '/agents/register', again);
      await app.request('DELETE', path);
      await app.request('POST', '/agents/register', again);
      const events = await eventsOf(path);
      const registrationAs = (version: string): unknown =>
        expect.objectContaining({ name: body.name, version, metadata: { team: 'core' }, heartbeat: expect.anything() });
      const bare = { name: body.name, type: body.type, generation: expect.any(Number) };
      expect(events.map(({ type, data }) => [type, data]).reverse()).toEqual([
        ['registered', { ...bare, registration: registrationAs('v1') }],
        ['registered', bare],
        [
          'updated',
          {
            ...bare,
            changed: ['version', 'metadata'],
            changes: {
              version: { from: 'v1', to: 'v2' },
              metadata: { from: { team: 'core' }, to: { team: 'core' } },
            },
            registration: registrationAs('v2'),
          },
        ],
        ['registered', { ...bare, changed: ['metadata', 'version'], registration: registrationAs('v1') }],
        ['deregistered', bare],
        ['registered', { ...bare, registration: registrationAs('v1') }],
      ]);
      expect(JSON.stringify(events)).not.toContain('hush');
    });

    it('are paged newest first', async () => {
      const path = await anAgent();
      for (let version = 1; version <= 5; version++) await app.request('PATCH', path, { version: `v${version}` });
      const revisions: number[] = [];
      let cursor = '';
      do {
        const query = cursor ? `&cursor=${cursor}` : '';
        const { body } = await app.request<{ events: { revision: number }[]; next_cursor: string | null }>(
          'GET',
          `${path}/events?limit=4${query}`,
        );
        revisions.push(...body.events.map(({ revision }) => revision));
        cursor = body.next_cursor ?? '';
      } while (cursor);
      expect(revisions).toHaveLength(6);
      expect(revisions).toEqual([...revisions].sort((a, b) => b - a));
    });

    it('are cut into smaller pages when they are large, however well they compress', async () => {
      const path = await anAgent();
      for (let change = 0; change < 50; change++)
        await app.request('PATCH', path, { metadata: { text: `${change} ${'x'.repeat(60_000)}` } });
      const revisions: number[] = [];
      let pages = 0;
      let cursor = '';
      do {
        const { body } = await app.request<{ events: { revision: number }[]; next_cursor: string | null }>(
          'GET',
          `${path}/events?limit=1000${cursor && `&cursor=${cursor}`}`,
        );
        const largest = Math.max(...body.events.map((event) => JSON.stringify(event).length));
        expect(JSON.stringify(body).length).toBeLessThan(4 * 2 ** 20 + 2 * largest);
        revisions.push(...body.events.map(({ revision }) => revision));
        cursor = body.next_cursor ?? '';
        pages++;
      } while (cursor);
      expect(revisions).toHaveLength(51);
      expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => b - a));
      expect(pages).toBeGreaterThan(1);
    });

    it('take no cursor of another agent', async () => {
      const [mine, other] = [await anAgent(), await anAgent()];
      await app.request('PATCH', mine, { version: '2' });
      const { body } = await app.request<{ next_cursor: string }>('GET', `${mine}/events?limit=1`);
      expect((await app.request('GET', `${mine}/events?cursor=${body.next_cursor}`)).status).toBe(200);
      expect((await app.request('GET', `${other}/events?cursor=${body.next_cursor}`)).status).toBe(400);
    });
  });
});
