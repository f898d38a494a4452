import { bearer, sha256, withTokens, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { elapse, makeOlder } from '../support/elapse';
import { createPatientApp } from '../support/patient-app';
import type { Answer, TestApp } from '../support/test-app';
import { until } from '../support/until';

const OWNER: TestToken = { name: 'owner', token: 'token-of-owner', scopes: ['agent'] };
const OTHER: TestToken = { name: 'other', token: 'token-of-other', scopes: ['agent'] };
const ADMIN: TestToken = { name: 'ops', token: 'token-of-ops', scopes: ['admin'] };
const SETTINGS = withTokens(OWNER, OTHER, ADMIN);
const DAY = 86_400;

interface Rotated {
  id: string;
  token: string;
  expires_at: string;
  previous_valid_until: string | null;
  code?: string;
  detail?: string;
}

describe('An agent’s own token', () => {
  let app: TestApp;
  let replica: TestApp;
  beforeAll(async () => {
    app = await createPatientApp(SETTINGS);
    replica = await createPatientApp(SETTINGS, app.database);
    for (const { clock } of [app, replica]) clock.ignoreStalls();
  });
  afterAll(async () => {
    await replica.close();
    await app.close();
  });

  const register = (
    id: string,
    token = OWNER.token,
  ): Promise<Answer<{ token: string; code?: string; detail?: string }>> =>
    app.request('POST', '/agents/register', registration({ id }), bearer(token));
  const anAgent = async (id: string): Promise<string> => (await register(id)).body.token;
  const rotate = (id: string, token: string, body?: unknown, service = app): Promise<Answer<Rotated>> =>
    service.request('POST', `/agents/${id}/token`, body, bearer(token));
  const rotated = async (id: string, token: string, body?: unknown): Promise<string> => {
    const answer = await rotate(id, token, body);
    expect(answer.status).toBe(200);
    return answer.body.token;
  };
  /** What heartbeats by these tokens are answered. */
  const beats = (id: string, ...tokens: string[]): Promise<number[]> =>
    Promise.all(
      tokens.map(
        async (token) => (await app.request('POST', `/agents/${id}/heartbeat`, undefined, bearer(token))).status,
      ),
    );

  it.each([
    ['the agent itself', undefined, { kind: 'agent', name: 'by-0' }, 'agent'],
    ['its owner', OWNER, { kind: 'client', name: 'owner' }, 'operator'],
    ['an administrator', ADMIN, { kind: 'client', name: 'ops' }, 'operator'],
  ])('is replaced by %s; the one before is accepted for a minute', async (_, by, actor, cause) => {
    const id = by ? `by-${by.name}` : 'by-0';
    const first = await anAgent(id);
    const { status, headers, body } = await rotate(id, by?.token ?? first);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toEqual({
      id,
      token: expect.stringMatching(/^art_[\w-]{43}$/),
      expires_at: expect.stringMatching(/Z$/),
      previous_valid_until: expect.stringMatching(/Z$/),
    });
    const lasts = Date.parse(body.expires_at) - Date.parse(body.previous_valid_until!);
    expect(lasts).toBe((30 * DAY - 60) * 1000);
    expect(await beats(id, first, body.token, first, body.token)).toEqual([200, 200, 200, 200]);
    await elapse(app, 61, replica);
    expect(await beats(id, first, body.token)).toEqual([401, 200]);
    const { events } = (
      await app.request<{ events: Record<string, unknown>[] }>(
        'GET',
        `/agents/${id}/events`,
        undefined,
        bearer(ADMIN.token),
      )
    ).body;
    expect(events[0]).toMatchObject({ type: 'token_rotated', actor, cause, data: { overlap_seconds: 60 } });
    expect(JSON.stringify(events)).not.toMatch(/art_|sha256/);
  });

  it('may be asked for again with the one before, whose answer was lost, and no answer that came is void', async () => {
    const first = await anAgent('lost');
    const [longest, later] = [{ overlap_seconds: 300 }, 160];
    const second = await rotated('lost', first, longest);
    await elapse(app, later, replica);
    const third = await rotated('lost', first, longest);
    expect(await beats('lost', first, second, third)).toEqual([200, 200, 200]);
    await elapse(app, later, replica);
    expect(await beats('lost', first, second, third)).toEqual([401, 200, 200]);
    await elapse(app, later, replica);
    expect(await beats('lost', first, second, third)).toEqual([401, 401, 200]);
    expect((await rotate('lost', second)).status).toBe(401);
  });

  it('may be asked for by several at once', async () => {
    const first = await anAgent('several');
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, each) => rotate('several', first, undefined, each % 2 ? app : replica)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const tokens = answers.map(({ body }) => body.token);
    expect(await beats('several', first, ...tokens)).toEqual([first, ...tokens].map(() => 200));
  });

  it('leaves no more than ten before it, however often it is replaced', async () => {
    const tokens = [await anAgent('often')];
    for (let more = 0; more < 12; more++) tokens.push(await rotated('often', OWNER.token));
    expect(await beats('often', ...tokens)).toEqual([401, 401, ...Array.from({ length: 11 }, () => 200)]);
    const rows = await app.database.query(`SELECT 1 FROM agent_former_tokens WHERE agent_id = 'often'`);
    expect(rows).toHaveLength(10);
  });

  it('leaves nothing of tokens that have ended, those of other agents included', async () => {
    const [one, other, another] = [await anAgent('ended-1'), await anAgent('ended-2'), await anAgent('ended-3')];
    for (const [id, token] of [
      ['ended-1', one],
      ['ended-2', other],
    ] as const)
      await rotated(id, token);
    await elapse(app, 61, replica);
    const long = await rotated('ended-3', another, { overlap_seconds: 300 });
    const rows = await app.database.query<{ id: string }>(
      'SELECT agent_id AS id FROM agent_former_tokens WHERE valid_until < now() OR agent_id LIKE $1 ORDER BY 1',
      ['ended-%'],
    );
    expect(rows).toEqual([{ id: 'ended-3' }]);
    expect(await beats('ended-3', another, long)).toEqual([200, 200]);
  });

  it('leaves none before it when it may be stolen, on any replica', async () => {
    const first = await anAgent('stolen');
    const second = await rotated('stolen', first);
    const onReplica = async (token: string): Promise<number> =>
      (await replica.request('POST', '/agents/stolen/heartbeat', undefined, bearer(token))).status;
    expect([await onReplica(first), await onReplica(second)]).toEqual([200, 200]);
    const { body } = await rotate('stolen', OWNER.token, { overlap_seconds: 0 });
    expect(body.previous_valid_until).toBeNull();
    expect(await beats('stolen', first, second, body.token)).toEqual([401, 401, 200]);
    replica.clock.goOn();
    await until('the replica has heard of it', 150, async () => (await onReplica(second)) === 401);
    expect([await onReplica(first), await onReplica(body.token)]).toEqual([401, 200]);
  });

  it('registers the agent only when it is the last one, which voids all before it', async () => {
    const first = await anAgent('anew');
    const second = await rotated('anew', first);
    const { status, body } = await register('anew', first);
    expect([status, body.code, body.detail]).toEqual([
      401,
      'unauthorized',
      'The bearer token is not valid: it has been replaced',
    ]);
    const third = (await register('anew', second)).body.token;
    expect(await beats('anew', first, second, third)).toEqual([401, 401, 200]);
  });

  it.each([
    ['a registration', (id: string) => register(id)],
    ['a revocation', () => app.request('DELETE', '/owners/owner/tokens', undefined, bearer(ADMIN.token))],
    [
      'a release that knows nothing of it',
      async (id: string) => {
        const digest = Buffer.from(sha256('art_another'), 'hex');
        await app.database.query('UPDATE agent_credentials SET sha256 = $2 WHERE agent_id = $1', [id, digest]);
        await elapse(app, 31, replica);
      },
    ],
  ])('and the one before it end at once with %s', async (name, act) => {
    const id = `ends-with-${name.length}`;
    const first = await anAgent(id);
    const second = await rotated(id, first, { overlap_seconds: 300 });
    expect(await beats(id, first, second)).toEqual([200, 200]);
    await act(id);
    expect(await beats(id, first, second)).toEqual([401, 401]);
    expect((await rotate(id, first)).status).toBe(401);
  });

  it('that has expired is not accepted again because it is replaced', async () => {
    const first = await anAgent('expired');
    await makeOlder(app, 31 * DAY);
    await elapse(app, 61, replica);
    expect((await rotate('expired', first)).status).toBe(401);
    const { body } = await rotate('expired', OWNER.token);
    expect(body.previous_valid_until).toBeNull();
    expect(await beats('expired', first, body.token)).toEqual([401, 200]);
  });

  it.each([
    [{ overlap_seconds: -1 }, 'overlap_seconds'],
    [{ overlap_seconds: 301 }, 'overlap_seconds'],
    [{ overlap_seconds: 0.5 }, 'overlap_seconds'],
    [{ overlap_seconds: '60' }, 'overlap_seconds'],
    [{ overlap: 1 }, 'overlap'],
    [[], 'body'],
  ])('is not replaced for %j', async (body, field) => {
    const token = await anAgent('invalid');
    const answer = await app.request<{ errors: { field: string }[] }>(
      'POST',
      '/agents/invalid/token',
      body,
      bearer(token),
    );
    expect([answer.status, answer.body.errors.map((error) => error.field)]).toEqual([400, [field]]);
    expect(await beats('invalid', token)).toEqual([200]);
  });

  it.each([{}, { overlap_seconds: null }])('is replaced with the usual overlap for %j', async (body) => {
    const token = await anAgent('usual');
    expect((await rotate('usual', token, body)).body.previous_valid_until).not.toBeNull();
  });

  it('is not there to be replaced of an agent that is not there, or that is nobody’s', async () => {
    const token = await anAgent('gone');
    await app.request('DELETE', '/agents/gone', undefined, bearer(OWNER.token));
    for (const by of [token, OWNER.token, ADMIN.token])
      expect(await rotate('gone', by)).toMatchObject({ status: 404, body: { code: 'agent_deregistered' } });
    expect(await rotate('unknown', ADMIN.token)).toMatchObject({ status: 404, body: { code: 'agent_not_found' } });
    await app.request(
      'POST',
      '/agents/import',
      { agents: [{ id: 'free', name: 'n', type: 't' }] },
      bearer(ADMIN.token),
    );
    expect(await rotate('free', ADMIN.token)).toMatchObject({ status: 409, body: { code: 'agent_unclaimed' } });
    expect(await rotate('free', OWNER.token)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
    expect((await app.request('GET', '/agents/free/token', undefined, bearer(ADMIN.token))).status).toBe(405);
  });

  it('is not there while access control is off', async () => {
    const open = await createPatientApp({}, app.database);
    await open.request('POST', '/agents/register', registration({ id: 'open' }));
    const { status, body } = await open.request('POST', '/agents/open/token');
    expect([status, body.code]).toEqual([409, 'access_control_off']);
    await open.close();
  });
});
