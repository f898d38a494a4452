import { AgentsInvalidated } from '../../src/events/agents-invalidated.event';
import { AgentCredentials } from '../../src/platform/access/agent-tokens/agent-credentials';
import { DatabaseMonitor } from '../../src/platform/database/database-monitor';
import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { RetentionService } from '../../src/retention/retention.service';
import { bearer, sha256, withTokens, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { Court } from '../support/court';
import { createPatientApp } from '../support/patient-app';
import type { Answer, TestApp } from '../support/test-app';
import { until } from '../support/until';

const [owner, other, reader, admin] = (
  [
    ['owner', ['agent']],
    ['other', ['agent', 'read']],
    ['reader', ['read']],
    ['ops', ['admin']],
  ] as const
).map(([name, scopes]): TestToken => ({ name, token: `token-of-${name}`, scopes: [...scopes] })) as [
  TestToken,
  TestToken,
  TestToken,
  TestToken,
];
const SETTINGS = withTokens(owner, other, reader, admin);

interface Registered {
  id: string;
  status: string;
  token?: string;
}

/** Who an agent belongs to, and what is kept of its token. */
interface Kept {
  owner: string;
  sha256: string;
}

describe('Agents and their tokens', () => {
  let app: TestApp;
  beforeAll(async () => (app = await createPatientApp(SETTINGS)));
  afterAll(() => app.close());

  const register = (
    token: string,
    overrides: { id?: string } = {},
    headers: Record<string, string> = {},
    service = app,
  ): Promise<Answer<Registered & { code?: string }>> =>
    service.request('POST', '/agents/register', registration(overrides), { ...bearer(token), ...headers });
  /** A new agent of the owner's, with its token. */
  const anAgent = async (id: string): Promise<string> => {
    const { status, body } = await register(owner.token, { id });
    expect(status).toBe(201);
    return body.token!;
  };
  const beat = async (id: string, token: string, service = app): Promise<number> =>
    (await service.request('POST', `/agents/${id}/heartbeat`, undefined, bearer(token))).status;
  const kept = async (id: string): Promise<Kept | undefined> =>
    (
      await app.database.query<Kept>(
        `SELECT owner, encode(sha256, 'hex') AS sha256 FROM agent_credentials WHERE agent_id = $1`,
        [id],
      )
    )[0];

  describe('A registration', () => {
    it('gives the agent a token of its own, of which only the digest is kept', async () => {
      const { status, body } = await register(owner.token);
      expect(status).toBe(201);
      expect(body.token).toMatch(/^art_[A-Za-z0-9_-]{43}$/);
      expect(await kept(body.id)).toEqual({ owner: 'owner', sha256: sha256(body.token!) });
      const [row] = await app.database.query<{ everything: string }>(
        `SELECT (SELECT json_agg(agents)::text FROM agents) || (SELECT json_agg(agent_events)::text FROM agent_events)
                || (SELECT json_agg(agent_credentials)::text FROM agent_credentials) AS everything`,
      );
      expect(row!.everything).not.toContain(body.token);
    });

    it('again, voids the token before and keeps the owner', async () => {
      const first = await anAgent('rotated');
      const { status, body } = await register(first, { id: 'rotated' });
      expect([status, body.token === first]).toEqual([200, false]);
      expect([await beat('rotated', first), await beat('rotated', body.token!)]).toEqual([401, 200]);
      const byAdmin = await register(admin.token, { id: 'rotated' });
      expect([await beat('rotated', body.token!), await beat('rotated', byAdmin.body.token!)]).toEqual([401, 200]);
      expect(await kept('rotated')).toEqual({ owner: 'owner', sha256: sha256(byAdmin.body.token!) });
      expect([await beat('rotated', owner.token), await beat('rotated', other.token)]).toEqual([200, 403]);
    });

    it('of an id that is somebody else’s is refused, and changes nothing', async () => {
      const token = await anAgent('taken');
      const before = await app.request('GET', '/agents/taken', undefined, bearer(token));
      const stranger = await anAgent('stranger');
      for (const refused of [other.token, stranger]) {
        const { status, body } = await register(refused, { id: 'taken' });
        expect([status, body.code]).toEqual([403, 'insufficient_scope']);
      }
      expect(await app.request('GET', '/agents/taken', undefined, bearer(token))).toMatchObject({ body: before.body });
    });

    it('by an agent is of that agent only', async () => {
      const token = await anAgent('loner');
      expect((await register(token, { id: 'loner-2' })).status).toBe(403);
      expect((await register(token)).status).toBe(403);
      expect(await app.database.query(`SELECT id FROM agents WHERE id LIKE 'loner-%'`)).toEqual([]);
    });

    it('has one winner when two clients want the same new id at once', async () => {
      for (let round = 0; round < 5; round++) {
        const id = `contended-${round}`;
        const answers = await Promise.all([owner, other, owner, other].map(({ token }) => register(token, { id })));
        const { owner: winner } = (await kept(id))!;
        const statuses = answers.map(({ status }) => (status === 403 ? 'refused' : 'registered'));
        const own = winner === 'owner' ? ['registered', 'refused'] : ['refused', 'registered'];
        expect(statuses).toEqual([...own, ...own]);
      }
    });

    it('leaves no agent without its owner when it fails half-way', async () => {
      await app.database.query(`ALTER TABLE agent_credentials ADD CONSTRAINT broken CHECK (agent_id <> 'half-way')`);
      expect((await register(owner.token, { id: 'half-way' })).status).toBe(500);
      await app.database.query('ALTER TABLE agent_credentials DROP CONSTRAINT broken');
      expect(await app.database.query(`SELECT id FROM agents WHERE id = 'half-way'`)).toEqual([]);
    });

    it('under an idempotency key tells the token once', async () => {
      const headers = { 'idempotency-key': 'once', ...bearer(owner.token) };
      const body = registration({ id: 'idempotent' });
      const send = (more: object = {}) =>
        app.request<Registered>('POST', '/agents/register', body, { ...headers, ...more });
      const first = await send();
      const { token, ...rest } = first.body;
      const repeated = await send();
      expect([first.status, repeated.status, repeated.body]).toEqual([201, 201, rest]);
      expect(await beat('idempotent', token!)).toBe(200);
      expect((await send(bearer(other.token))).status).toBe(403); // a key of its own, and somebody else's agent
      const [row] = await app.database.query<{ answer: string }>('SELECT answer::text FROM idempotency_keys');
      expect(row!.answer).toContain('idempotent');
      expect(row!.answer).not.toContain('art_');
    });
  });

  describe('An agent that nobody has claimed', () => {
    const unclaimed = async (id: string): Promise<void> => {
      const open = await createPatientApp({}, app.database);
      const { status, body } = await open.request('POST', '/agents/register', registration({ id }));
      expect([status, Object.keys(body)]).toEqual([
        201,
        ['id', 'name', 'status', 'registered_at', 'heartbeat', 'incarnation'], // and no token
      ]);
      await open.close();
    };

    it('is an administrator’s only, until somebody registers it', async () => {
      await unclaimed('unclaimed');
      expect([await beat('unclaimed', owner.token), await beat('unclaimed', admin.token)]).toEqual([403, 200]);
      const { status, body } = await register(owner.token, { id: 'unclaimed' });
      expect(status).toBe(200);
      expect([await beat('unclaimed', owner.token), await beat('unclaimed', body.token!)]).toEqual([200, 200]);
      expect(await kept('unclaimed')).toMatchObject({ owner: 'owner' });
      expect((await register(other.token, { id: 'unclaimed' })).status).toBe(403);
    });

    it('may be an import’s', async () => {
      const agents = [{ id: 'imported', name: 'n', type: 't' }];
      expect((await app.request('POST', '/agents/import', { agents }, bearer(admin.token))).status).toBe(200);
      expect((await register(other.token, { id: 'imported' })).status).toBe(200);
      expect(await kept('imported')).toMatchObject({ owner: 'other' });
    });
  });

  describe('A deregistered agent', () => {
    it('may come back by its own token and do nothing else', async () => {
      const token = await anAgent('gone');
      expect((await app.request('DELETE', '/agents/gone', undefined, bearer(token))).status).toBe(200);
      expect([await beat('gone', token), await beat('gone', owner.token), await beat('gone', other.token)]).toEqual([
        404, 404, 403,
      ]);
      expect((await register(other.token, { id: 'gone' })).status).toBe(403);
      const { status, body } = await register(token, { id: 'gone' });
      expect(status).toBe(201);
      expect([await beat('gone', token), await beat('gone', body.token!)]).toEqual([401, 200]);
    });

    it('is forgotten with its tombstone: its id is free, its token is void', async () => {
      const token = await anAgent('purged');
      await app.request('DELETE', '/agents/purged', undefined, bearer(token));
      await app.database.query(`UPDATE agents SET deregistered_at = now() - interval '10 days' WHERE id = 'purged'`);
      await app.app.get(RetentionService).run();
      expect(await kept('purged')).toBeUndefined();
      expect(await beat('purged', other.token)).toBe(404); // and may register again
      expect((await register(other.token, { id: 'purged' })).status).toBe(201);
      expect(await beat('purged', token)).toBe(401);
    });
  });

  describe('Heartbeats', () => {
    const beats = (token: string, ...ids: string[]) =>
      app.request<{ accepted: number; rejected: object[] }>(
        'POST',
        '/agents/heartbeats',
        { beats: ids.map((id) => ({ id })) },
        bearer(token),
      );
    const foreign = (index: number, id: string) => ({ index, id, code: 'insufficient_scope' });

    it('of a batch are accepted for whom the caller may speak, each by itself', async () => {
      const token = await anAgent('mine');
      await register(other.token, { id: 'theirs' });
      const unknown = { index: 2, id: 'nobody', code: 'agent_not_found' };
      const sent = ['mine', 'theirs', 'nobody', 'nul\0'];
      const invalid = { index: 3, code: 'validation_failed' };
      expect((await beats(owner.token, ...sent)).body).toMatchObject({
        accepted: 1,
        rejected: [foreign(1, 'theirs'), unknown, invalid],
      });
      expect((await beats(token, ...sent)).body).toMatchObject({
        accepted: 1,
        rejected: [foreign(1, 'theirs'), foreign(2, 'nobody'), invalid],
      });
      expect((await beats(admin.token, ...sent)).body).toMatchObject({ accepted: 2, rejected: [unknown, invalid] });
      expect((await beats(reader.token, ...sent)).status).toBe(403);
      const metrics = await fetch(`${app.url}/metrics`, { headers: bearer(reader.token) });
      expect(await metrics.text()).toContain('agent_heartbeats_total{result="forbidden"} 3');
    });
  });

  it('asks the court only about what the caller may do', async () => {
    const court = await Court.start();
    const judged = await createPatientApp({ ...SETTINGS, TRIFECTA_COURT_URL: court.url }, app.database);
    const token = await anAgent('judged');
    for (const headers of [{}, bearer('wrong'), bearer(other.token), bearer(reader.token)]) {
      const answers = [
        await judged.request('POST', '/agents/register', registration({ id: 'judged' }), headers),
        await judged.request('PATCH', '/agents/judged', { version: '9' }, headers),
        await judged.request('DELETE', '/agents/judged', undefined, headers),
        await judged.request('PUT', '/agents/judged/status', { status: 'maintenance' }, headers),
      ];
      for (const { status } of answers) expect([401, 403]).toContain(status);
    }
    expect(await court.asked()).toBe(0);
    expect((await register(token, { id: 'judged' }, {}, judged)).status).toBe(200);
    const asked = JSON.stringify(await court.questions());
    expect(asked).toContain('"judged"');
    expect(asked).not.toMatch(/art_|token-of-|[Bb]earer/);
    await judged.close();
    await court.stop();
  });

  describe('Two replicas', () => {
    let replica: TestApp;
    beforeAll(async () => (replica = await createPatientApp(SETTINGS, app.database)));
    afterAll(() => replica.close());

    it('take a token that the other has just given', async () => {
      const first = await anAgent('moved');
      expect([await beat('moved', first), await beat('moved', first, replica)]).toEqual([200, 200]);
      const { body } = await register(first, { id: 'moved' }, {}, replica);
      expect([await beat('moved', body.token!), await beat('moved', body.token!, replica)]).toEqual([200, 200]);
    });

    it('soon refuse the one before it', async () => {
      const first = await anAgent('moved-on');
      expect(await beat('moved-on', first)).toBe(200);
      await register(first, { id: 'moved-on' }, {}, replica);
      expect(await beat('moved-on', first, replica)).toBe(401);
      await app.clock.advance(2); // in which the event log is looked through
      expect(await beat('moved-on', first)).toBe(401);
    });

    it('refuse it at once when they are told of the change', async () => {
      const first = await anAgent('told');
      expect(await beat('told', first)).toBe(200);
      await register(first, { id: 'told' }, {}, replica);
      app.app.get(AgentCredentials).onInvalidated(new AgentsInvalidated(['told']));
      expect(await beat('told', first)).toBe(401);
    });
  });
});

describe('While the database is away', () => {
  let app: TestApp;
  beforeAll(
    async () =>
      (app = await createPatientApp({
        ...SETTINGS,
        HEARTBEAT_TIMEOUT_SECONDS: 86_400,
        HEARTBEAT_FLUSH_INTERVAL_MS: 60_000,
      })),
  );
  afterAll(async () => {
    app.clock.goOn();
    app.app.getHttpServer().closeAllConnections();
    await app.app.close();
  });

  const register = async (id: string): Promise<string> =>
    (await app.request<Registered>('POST', '/agents/register', registration({ id }), bearer(owner.token))).body.token!;
  const beat = async (id: string, token: string): Promise<unknown> => {
    const { status, body } = await app.request('POST', `/agents/${id}/heartbeat`, undefined, bearer(token));
    return status === 200 ? 200 : [status, body.code];
  };
  /** Longer than what is remembered counts as fresh. */
  const grow = (): Promise<void> => app.clock.holdUp(60);

  it('callers who are known go on, and nobody is told that a token is wrong', async () => {
    const known = await register('known');
    const unseen = await register('unseen');
    for (const token of [known, owner.token]) expect(await beat('known', token)).toBe(200);
    expect(await app.app.get(BeatFlusher).flush()).toBe(true);
    await app.database.drop();
    await until('the service has noticed', 120, () => !app.app.get(DatabaseMonitor).isUp());
    await grow();
    for (const token of [known, owner.token, admin.token]) expect(await beat('known', token)).toBe(200);
    const away = [503, 'store_unavailable'];
    expect(await beat('known', `art_${'x'.repeat(43)}`)).toEqual(away);
    expect(await beat('unseen', unseen)).toEqual(away);
    expect(await beat('unseen', owner.token)).toEqual(away);
    expect(await beat('known', other.token)).toEqual(away);
    expect(await beat('known', 'wrong')).toEqual([401, 'unauthorized']); // that is known without it
    const batch = await app.request(
      'POST',
      '/agents/heartbeats',
      { beats: [{ id: 'known' }, { id: 'unseen' }] },
      bearer(owner.token),
    );
    expect(batch.body).toMatchObject({ accepted: 1, rejected: [{ id: 'unseen', code: 'store_unavailable' }] });
  });
});
