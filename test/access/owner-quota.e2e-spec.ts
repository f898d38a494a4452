import { bearer, withTokens, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { createTestApp, type Answer, type TestApp } from '../support/test-app';

const MOST = 3;
const [fleet, other, operator] = (
  [
    ['fleet', ['agent', 'read']],
    ['other', ['agent']],
    ['operator', ['admin']],
  ] as const
).map(([name, scopes]): TestToken => ({ name, token: `token-of-${name}`, scopes: [...scopes] })) as [
  TestToken,
  TestToken,
  TestToken,
];

describe(`With AGENTS_MAX_PER_OWNER=${MOST}`, () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await createTestApp({ ...withTokens(fleet, other, operator), AGENTS_MAX_PER_OWNER: MOST });
  });
  afterEach(() => app.close());

  const register = (id: string, token = fleet.token, headers: Record<string, string> = {}): Promise<Answer> =>
    app.request('POST', '/agents/register', registration({ id }), { ...bearer(token), ...headers });
  const statusesOf = async (answers: Promise<Answer>[]): Promise<number[]> =>
    (await Promise.all(answers)).map(({ status }) => status).sort();
  const registered = async (owner: string): Promise<number> => {
    const [row] = await app.database.query<{ agents: number }>(
      `SELECT count(*)::int AS agents FROM agents JOIN agent_credentials ON agent_id = id
        WHERE owner = $1 AND deregistered_at IS NULL`,
      [owner],
    );
    return row!.agents;
  };

  it('refuses the agent that is one too many, says why, and writes nothing of it', async () => {
    for (let n = 0; n < MOST; n++) expect((await register(`agent-${n}`)).status).toBe(201);
    const { status, body } = await register('too-many');
    expect([status, body.code]).toEqual([403, 'agent_limit_reached']);
    expect(body.detail).toContain('AGENTS_MAX_PER_OWNER');
    expect((await app.request('GET', '/agents/too-many', undefined, bearer(fleet.token))).status).toBe(404);
    expect(await registered('fleet')).toBe(MOST);
  });

  it('refuses it in the same way when it comes with an Idempotency-Key, and does not remember that answer', async () => {
    for (let n = 0; n < MOST; n++) await register(`agent-${n}`);
    const key = { 'idempotency-key': 'deployment-7' };
    expect((await register('too-many', fleet.token, key)).body.code).toBe('agent_limit_reached');
    await app.request('DELETE', '/agents/agent-0', undefined, bearer(fleet.token));
    expect((await register('too-many', fleet.token, key)).status).toBe(201);
  });

  it('admits as many of those that arrive together as there are places, and refuses the rest alone', async () => {
    await register('first');
    const together = Array.from({ length: 6 }, (_, n) => register(`agent-${n}`));
    const others = Array.from({ length: MOST }, (_, n) => register(`other-${n}`, other.token));
    expect(await statusesOf(together)).toEqual([201, 201, 403, 403, 403, 403]);
    expect(await statusesOf(others)).toEqual([201, 201, 201]);
    expect(await registered('fleet')).toBe(MOST);
  });

  it('lets a client at its limit register its own agents again, with its token and with theirs', async () => {
    const answers = await Promise.all(Array.from({ length: MOST }, (_, n) => register(`agent-${n}`)));
    expect((await register('agent-0')).status).toBe(200);
    expect((await register('agent-1', answers[1]!.body.token as string)).status).toBe(200);
  });

  it('counts a definition that nobody owns when a client claims it', async () => {
    const agents = Array.from({ length: MOST + 1 }, (_, n) => ({ id: `defined-${n}`, name: 'n', type: 't' }));
    await app.request('POST', '/agents/import', { agents }, bearer(operator.token));
    for (let n = 0; n < MOST; n++) expect((await register(`defined-${n}`)).status).toBe(200);
    expect((await register(`defined-${MOST}`)).body.code).toBe('agent_limit_reached');
  });

  it('counts a deregistered agent again only when it comes back, whoever registers it', async () => {
    for (let n = 0; n < MOST; n++) await register(`agent-${n}`);
    await app.request('DELETE', '/agents/agent-0', undefined, bearer(fleet.token));
    expect((await register('in-its-place')).status).toBe(201);
    for (const token of [fleet.token, operator.token])
      expect((await register('agent-0', token)).body.code).toBe('agent_limit_reached'); // it still is the fleet's
    expect(await registered('fleet')).toBe(MOST);
  });
});

describe('Without AGENTS_MAX_PER_OWNER', () => {
  it('a client may own any number of agents', async () => {
    const app = await createTestApp(withTokens(fleet));
    try {
      const answers = Array.from({ length: 20 }, (_, n) =>
        app.request('POST', '/agents/register', registration({ id: `agent-${n}` }), bearer(fleet.token)),
      );
      expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set([201]));
    } finally {
      await app.close();
    }
  });
});
