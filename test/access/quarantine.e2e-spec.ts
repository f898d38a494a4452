import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { RetentionService } from '../../src/retention/retention.service';
import { bearer, withTokens, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { createPatientApp, fallSilent } from '../support/patient-app';
import type { TestApp } from '../support/test-app';

const OWNER: TestToken = { name: 'owner', token: 'token-of-owner', scopes: ['agent'] };
const READER: TestToken = { name: 'reader', token: 'token-of-reader', scopes: ['read'] };
const OPS: TestToken = { name: 'ops', token: 'token-of-ops', scopes: ['operate'] };
const ADMIN: TestToken = { name: 'admin', token: 'token-of-admin', scopes: ['admin'] };

interface Body {
  status?: string;
  code?: string;
  token?: string;
  agents?: { id: string }[];
  results?: { outcome: string; code?: string }[];
  events?: { type: string; reason: string | null; data: { banned?: boolean } }[];
}

describe('What an operator decides', () => {
  let app: TestApp;
  beforeAll(async () => (app = await createPatientApp(withTokens(OWNER, READER, OPS, ADMIN))));
  afterAll(() => app.close());

  const ask = async (method: string, path: string, token: string, body?: unknown): Promise<[number, Body]> => {
    const answer = await app.request<Body>(method, path, body, bearer(token));
    return [answer.status, answer.body];
  };
  /** What came of it in one word. */
  const outcome = async (...request: Parameters<typeof ask>): Promise<string> => {
    const [status, body] = await ask(...request);
    return `${status} ${body.code ?? body.status ?? 'ok'}`;
  };
  const register = (id: string, token = OWNER.token): ReturnType<typeof ask> =>
    ask('POST', '/agents/register', token, registration({ id }));
  const set = (id: string, status: string, token = OPS.token): Promise<string> =>
    outcome('PUT', `/agents/${id}/status`, token, { status, reason: 'leaks' });
  const statusOf = async (id: string): Promise<string | undefined> =>
    (await ask('GET', `/agents/${id}`, OPS.token))[1].status;
  const aQuarantined = async (id: string): Promise<string> => {
    const [, { token }] = await register(id);
    expect(await set(id, 'quarantined')).toBe('200 quarantined');
    return token!;
  };

  describe('quarantine', () => {
    it.each<[from: string, prepare: (id: string) => Promise<unknown>]>([
      ['active', async () => undefined],
      ['maintenance', (id) => set(id, 'maintenance')],
      ['unhealthy', (id) => app.database.query(`UPDATE agents SET status = 'unhealthy' WHERE id = $1`, [id])],
      ['inactive', (id) => app.database.query(`UPDATE agents SET status = 'inactive' WHERE id = $1`, [id])],
    ])('begins from %s and ends in active', async (from, prepare) => {
      const id = `from-${from}`;
      await register(id);
      await prepare(id);
      expect(await set(id, 'quarantined')).toBe('200 quarantined');
      expect(await set(id, 'quarantined')).toBe('409 illegal_transition');
      expect(await set(id, 'maintenance')).toBe('409 illegal_transition');
      expect(await set(id, 'active')).toBe('200 active');
    });

    it('is for operators only', async () => {
      const [, { token }] = await register('free');
      for (const other of [token!, OWNER.token, READER.token])
        expect(await set('free', 'quarantined', other)).toBe('403 insufficient_scope');
      expect(await statusOf('free')).toBe('active');
    });

    it('leaves the agent its heartbeats and its record, and refuses everything else but to operators', async () => {
      const own = await aQuarantined('locked');
      const path = '/agents/locked';
      const fields = registration({ name: 'other' });
      const tried: [string, string, string, unknown?][] = [
        ['POST', '/agents/register', own, registration({ id: 'locked' })],
        ['POST', '/agents/register', OWNER.token, registration({ id: 'locked' })],
        ['POST', '/agents/register', ADMIN.token, registration({ id: 'locked' })],
        ['PUT', path, own, fields],
        ['PATCH', path, own, { version: '9' }],
        ['PATCH', path, OWNER.token, { version: '9' }],
        ['PATCH', path, ADMIN.token, { version: '9' }],
        ['PUT', `${path}/status`, own, { status: 'maintenance' }],
        ['PUT', `${path}/status`, own, { status: 'active' }],
        ['POST', `${path}/token`, own],
        ['DELETE', path, own],
        ['DELETE', path, OWNER.token],
      ];
      for (const request of tried) expect([request, await outcome(...request)]).toEqual([request, '403 quarantined']);
      const [, { results }] = await ask('POST', '/agents/import', ADMIN.token, {
        agents: [{ id: 'locked', name: 'n', type: 't' }],
      });
      expect(results).toMatchObject([{ outcome: 'rejected', code: 'quarantined' }]);
      expect(await outcome('GET', path, own)).toBe('200 quarantined');
      expect(await outcome('POST', `${path}/heartbeat`, own)).toBe('200 quarantined');
      await app.app.get(BeatFlusher).flush();
      expect(await statusOf('locked')).toBe('quarantined');
      expect(await outcome('DELETE', path, OPS.token)).toBe('200 deregistered');
    });

    it('is refused the same under an Idempotency-Key, and among others in one batch', async () => {
      await aQuarantined('keyed');
      const keyed = await app.request<Body>('POST', '/agents/register', registration({ id: 'keyed' }), {
        ...bearer(OWNER.token),
        'idempotency-key': 'k',
      });
      expect([keyed.status, keyed.body.code]).toEqual([403, 'quarantined']);
      const all = await Promise.all(['beside-1', 'keyed', 'beside-2'].map((id) => register(id)));
      expect(all.map(([status]) => status)).toEqual([201, 403, 201]);
    });

    it('shows in lists and never in discovery, and ends with silence counted from then', async () => {
      await aQuarantined('hidden');
      const listed = async (query: string): Promise<string[]> =>
        (await ask('GET', `/agents?${query}`, READER.token))[1].agents!.map(({ id }) => id);
      const discovered = async (body: object): Promise<string[]> =>
        (await ask('POST', '/agents/discover', READER.token, body))[1].agents!.map(({ id }) => id);
      expect(await listed('status=quarantined')).toContain('hidden');
      expect(await discovered({ limit: 1000 })).not.toContain('hidden');
      expect(await discovered({ status: 'quarantined' })).toEqual([]);
      await register('silent');
      await fallSilent(app);
      expect([await statusOf('hidden'), await statusOf('silent')]).toEqual(['quarantined', 'unhealthy']);
      expect(await set('hidden', 'active')).toBe('200 active');
      const [row] = await app.database.query<{ isSeen: boolean }>(
        `SELECT last_seen > now() - interval '10 minutes' AS "isSeen" FROM agents WHERE id = 'hidden'`,
      );
      expect(row!.isSeen).toBe(true);
      expect(await discovered({ limit: 1000 })).toContain('hidden');
      const [, { events }] = await ask('GET', '/agents/hidden/events', OPS.token);
      expect(events!.find(({ reason }) => reason === 'leaks')).toMatchObject({ type: 'status_changed' });
    });
  });

  describe('a ban', () => {
    it('keeps the id closed, to everybody and for longer than tombstones are kept, until it is lifted', async () => {
      const [, { token }] = await register('outlaw');
      for (const other of [token!, OWNER.token])
        expect(await outcome('DELETE', '/agents/outlaw?ban=true', other)).toBe('403 insufficient_scope');
      expect(await outcome('DELETE', '/agents/outlaw?ban=true', OPS.token)).toBe('200 deregistered');
      await app.database.query(
        `UPDATE agents SET deregistered_at = deregistered_at - interval '1 year' WHERE id = 'outlaw'`,
      );
      await app.app.get(RetentionService).run();
      for (const other of [OWNER.token, ADMIN.token]) {
        const [status, body] = await register('outlaw', other);
        expect([status, body.code]).toEqual([403, 'banned']);
      }
      const [, { results }] = await ask('POST', '/agents/import', ADMIN.token, {
        agents: [{ id: 'outlaw', name: 'n', type: 't' }],
      });
      expect(results).toMatchObject([{ outcome: 'rejected', code: 'banned' }]);
      for (const other of [OWNER.token, READER.token])
        expect(await outcome('DELETE', '/bans/outlaw', other)).toBe('403 insufficient_scope');
      expect(await outcome('DELETE', '/bans/outlaw', OPS.token)).toBe('200 ok');
      expect(await outcome('DELETE', '/bans/outlaw', OPS.token)).toBe('404 ban_not_found');
      const [, { events }] = await ask('GET', '/agents/outlaw/events', OPS.token);
      expect(events!.map(({ type, data }) => [type, data.banned])).toEqual(
        expect.arrayContaining([
          ['unbanned', undefined],
          ['deregistered', true],
        ]),
      );
      expect((await register('outlaw', ADMIN.token))[0]).toBe(201);
    });

    it('is no way around the rules of a query', async () => {
      await register('odd');
      expect(await outcome('DELETE', '/agents/odd?ban=yes', OPS.token)).toBe('400 validation_failed');
      expect(await outcome('DELETE', '/agents/odd?baan=true', OPS.token)).toBe('400 validation_failed');
      expect(await statusOf('odd')).toBe('active');
    });
  });
});
