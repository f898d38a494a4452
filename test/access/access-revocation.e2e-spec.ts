import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { AgentCredentials } from '../../src/platform/access/agent-tokens/agent-credentials';
import { DatabaseMonitor } from '../../src/platform/database/database-monitor';
import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { bearer, listOf, withTokens, type TestToken } from '../support/access';
import { elapse, makeOlder } from '../support/elapse';
import { withoutTail } from '../support/replicas';
import { TcpRelay } from '../support/tcp-relay';
import { createTestApp, type Answer, type TestApp } from '../support/test-app';
import { until } from '../support/until';

const OWNER: TestToken = { name: 'owner', token: 'token-of-owner', scopes: ['agent'] };
const OTHER: TestToken = { name: 'other', token: 'token-of-other', scopes: ['agent', 'read'] };
const ADMIN: TestToken = { name: 'ops', token: 'token-of-ops', scopes: ['admin'] };
const SETTINGS = withTokens(OWNER, OTHER, ADMIN);
const DAY = 86_400;

type Problem = Record<string, unknown> & { token?: string };

const register = (
  service: TestApp,
  id: string,
  token: string,
  headers: Record<string, string> = {},
): Promise<Answer<Problem>> =>
  service.request(
    'POST',
    '/agents/register',
    { id, name: `Agent ${id}`, type: 'worker' },
    {
      ...bearer(token),
      ...headers,
    },
  );

/** A new agent, by default of the owner's, and its own token. */
async function anAgent(service: TestApp, id: string, by = OWNER): Promise<string> {
  const { status, body } = await register(service, id, by.token);
  expect(status).toBe(201);
  return body.token!;
}

const beat = async (service: TestApp, id: string, token: string): Promise<number> =>
  (await service.request('POST', `/agents/${id}/heartbeat`, undefined, bearer(token))).status;
const read = async (service: TestApp, id: string, token: string): Promise<number> =>
  (await service.request('GET', `/agents/${id}`, undefined, bearer(token))).status;
const rename = async (service: TestApp, id: string, token: string): Promise<number> =>
  (await service.request('PATCH', `/agents/${id}`, { version: '9' }, bearer(token))).status;

describe('A token that was replaced', () => {
  let app: TestApp;
  let replica: TestApp;
  beforeAll(async () => {
    app = await createTestApp(SETTINGS);
    replica = await createTestApp(SETTINGS, app.database, withoutTail); // it hears of changes when a test says so
    for (const { clock } of [app, replica]) clock.ignoreStalls();
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  it('cannot register the agent anew, also where it is still accepted', async () => {
    const stolen = await anAgent(app, 'victim');
    expect(await beat(replica, 'victim', stolen)).toBe(200);
    const rightful = (await register(app, 'victim', stolen)).body.token!;
    expect(await read(replica, 'victim', stolen)).toBe(200); // the replica has not heard of it yet
    const { status, body } = await register(replica, 'victim', stolen);
    expect([status, body.code]).toEqual([401, 'unauthorized']);
    expect([await beat(app, 'victim', rightful), await beat(app, 'victim', stolen)]).toEqual([200, 401]);
  });

  it('is never accepted again once the database has denied it, whatever becomes of the database', async () => {
    const relay = await TcpRelay.to(app.database.url);
    await relay.open();
    const far = await createTestApp({ ...SETTINGS, DATABASE_URL: relay.url }, app.database);
    const first = await anAgent(app, 'denied');
    expect(await beat(far, 'denied', first)).toBe(200);
    await register(app, 'denied', first);
    await until('the replica refuses it', 150, async () => (await beat(far, 'denied', first)) === 401);
    await relay.close();
    await until('the replica has noticed', 150, () => !far.app.get(DatabaseMonitor).isUp());
    for (const request of [beat, read, rename]) expect(await request(far, 'denied', first)).toBe(503);
    expect((await register(far, 'denied', first)).status).toBe(503);
    await far.close();
  });

  it('waits for a database that is slow instead of being accepted', async () => {
    const first = await anAgent(app, 'slow');
    expect(await beat(replica, 'slow', first)).toBe(200);
    await register(app, 'slow', first);
    replica.app.get(AgentCredentials).onInvalidated({ ids: ['slow'] });
    const blocker = new Client({ connectionString: app.database.url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE agent_credentials');
    const answers = Promise.all([beat, read, rename].map((request) => request(replica, 'slow', first)));
    await until('the look-up waits', 150, async () => {
      const rows = await app.database.query(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%agent_credentials%'`,
      );
      return rows.length > 0;
    });
    await blocker.query('COMMIT');
    await blocker.end();
    expect(await answers).toEqual([401, 401, 401]);
  });
});

describe('While the database is away', () => {
  it('cached tokens and owners count for heartbeats only, unless an invalidation has touched them', async () => {
    const app = await createTestApp({
      ...SETTINGS,
      HEARTBEAT_TIMEOUT_SECONDS: 86_400,
      HEARTBEAT_FLUSH_INTERVAL_MS: 60_000,
    });
    const [known, touched] = [await anAgent(app, 'known'), await anAgent(app, 'touched')];
    for (const token of [known, OWNER.token]) expect(await beat(app, 'known', token)).toBe(200);
    expect(await beat(app, 'touched', touched)).toBe(200);
    app.app.get(AgentCredentials).onInvalidated({ ids: ['touched'] });
    expect(await app.app.get(BeatFlusher).flush()).toBe(true);
    await app.database.drop();
    await until('the service has noticed', 150, () => !app.app.get(DatabaseMonitor).isUp());
    await app.clock.holdUp(40); // what is cached is older than it may be while the database is there
    for (const token of [known, OWNER.token]) {
      expect(await beat(app, 'known', token)).toBe(200);
      expect(await read(app, 'known', token)).toBe(503);
      expect(await rename(app, 'known', token)).toBe(503);
      expect((await register(app, 'known', token)).status).toBe(503);
    }
    expect([await beat(app, 'touched', touched), await beat(app, 'touched', OWNER.token)]).toEqual([503, 503]);
    const beats = { beats: [{ id: 'known' }, { id: 'touched' }] };
    const batch = await app.request('POST', '/agents/heartbeats', beats, bearer(OWNER.token));
    expect(batch.body).toMatchObject({ accepted: 1, rejected: [{ id: 'touched', code: 'store_unavailable' }] });
    app.app.getHttpServer().closeAllConnections();
    await app.app.close();
  });
});

describe('An agent’s own token ends', () => {
  let app: TestApp;
  const directory = mkdtempSync(join(tmpdir(), 'agent-registry-tokens-'));
  const file = join(directory, 'tokens.json');
  beforeAll(async () => {
    writeFileSync(file, listOf([OWNER, OTHER, ADMIN]));
    app = await createTestApp({ AUTH_MODE: 'token', AUTH_TOKENS_FILE: file });
  });
  afterAll(async () => {
    await app.close();
    rmSync(directory, { recursive: true });
  });
  const renewedAt = async (id: string): Promise<string> =>
    (
      await app.database.query<{ at: string }>(
        'SELECT renewed_at::text AS at FROM agent_credentials WHERE agent_id = $1',
        [id],
      )
    )[0]!.at;

  it('AGENT_TOKEN_TTL_SECONDS after it was given, when it is not used', async () => {
    const token = await anAgent(app, 'unused');
    await makeOlder(app, 31 * DAY);
    expect(await beat(app, 'unused', token)).toBe(401);
    expect(await beat(app, 'unused', OWNER.token)).toBe(200);
    expect((await register(app, 'unused', token)).status).toBe(401);
    expect((await register(app, 'unused', OWNER.token)).status).toBe(200);
  });

  it('that long after its last use', async () => {
    const token = await anAgent(app, 'used');
    for (let use = 0; use < 3; use++) {
      await makeOlder(app, 20 * DAY);
      const before = await renewedAt('used');
      expect(await beat(app, 'used', token)).toBe(200);
      await until('the use is written down', 150, async () => (await renewedAt('used')) !== before);
      await elapse(app, 60); // what is cached has to be asked for again
    }
    await makeOlder(app, 31 * DAY);
    await elapse(app, 60);
    expect(await beat(app, 'used', token)).toBe(401);
  });

  it('when the client that owns the agent is no longer listed, and works again when it is', async () => {
    const [theirs, ours] = [await anAgent(app, 'theirs', OTHER), await anAgent(app, 'ours')];
    writeFileSync(file, listOf([OWNER, ADMIN]));
    await app.clock.advance(2);
    expect([await beat(app, 'theirs', theirs), await beat(app, 'ours', ours)]).toEqual([401, 200]);
    expect([await read(app, 'theirs', theirs), await rename(app, 'theirs', theirs)]).toEqual([401, 401]);
    expect((await register(app, 'theirs', theirs)).status).toBe(401);
    writeFileSync(file, listOf([OWNER, OTHER, ADMIN]));
    await app.clock.advance(2);
    expect(await beat(app, 'theirs', theirs)).toBe(200);
  });

  it('when an administrator revokes the tokens of its owner, on every replica', async () => {
    const replica = await createTestApp({ AUTH_MODE: 'token', AUTH_TOKENS_FILE: file }, app.database);
    const tokens = await Promise.all(['r-1', 'r-2'].map((id) => anAgent(app, id)));
    const foreign = await anAgent(app, 'r-foreign', OTHER);
    for (const service of [app, replica]) expect(await beat(service, 'r-1', tokens[0]!)).toBe(200);
    const revoke = (name: string, token: string): Promise<Answer> =>
      app.request('DELETE', `/owners/${name}/tokens`, undefined, bearer(token));
    expect((await revoke('owner', OWNER.token)).status).toBe(403);
    const [{ owned } = { owned: 0 }] = await app.database.query<{ owned: number }>(
      `SELECT count(*)::int AS owned FROM agent_credentials WHERE owner = 'owner'`,
    );
    const { status, body } = await revoke('owner', ADMIN.token);
    expect([status, body]).toEqual([200, { owner: 'owner', revoked: owned }]);
    expect([await beat(app, 'r-1', tokens[0]!), await beat(app, 'r-2', tokens[1]!)]).toEqual([401, 401]);
    await until('the replica has heard of it', 150, async () => (await beat(replica, 'r-1', tokens[0]!)) === 401);
    expect([await beat(app, 'r-foreign', foreign), await beat(app, 'r-1', OWNER.token)]).toEqual([200, 200]);
    const events = await app.request<{ events: { type: string }[] }>(
      'GET',
      '/agents/r-1/events',
      undefined,
      bearer(ADMIN.token),
    );
    expect(events.body.events.map(({ type }) => type)).toEqual(['token_revoked', 'registered']);
    const again = (await register(app, 'r-1', OWNER.token)).body.token!;
    expect(await beat(replica, 'r-1', again)).toBe(200);
    expect(await revoke('nobody', ADMIN.token)).toMatchObject({ status: 200, body: { revoked: 0 } });
    expect((await revoke('%00', ADMIN.token)).status).toBe(400);
    await replica.close();
  });
});

describe('An idempotency key', () => {
  it('belongs to the principal that used it', async () => {
    const app = await createTestApp(SETTINGS);
    const headers = { 'idempotency-key': 'deploy-1' };
    const [first, second] = [
      await register(app, 'of-owner', OWNER.token, headers),
      await register(app, 'of-other', OTHER.token, headers),
    ];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect((await register(app, 'of-owner', OWNER.token, headers)).body).toMatchObject({ id: 'of-owner' });
    const reused = await register(app, 'of-owner-2', OWNER.token, headers);
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect((await register(app, 'of-other', OTHER.token, headers)).body).toMatchObject({ id: 'of-other' });
    await app.close();
  });
});
