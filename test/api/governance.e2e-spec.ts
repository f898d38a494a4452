import { randomUUID } from 'node:crypto';
import type { Configuration } from '../../src/platform/config/configuration';
import { registration } from '../support/builders';
import { Court, type CourtMode, type CourtQuestion } from '../support/court';
import { DictatedCourt } from '../support/dictated-court';
import { createPatientApp, fallSilent } from '../support/patient-app';
import type { Answer, TestApp } from '../support/test-app';
import type { TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** What `/governance/decisions` lists. */
interface Decision {
  id: number;
  action: string;
  agent_id: string;
  verdict: string;
  [member: string]: unknown;
}

interface Decisions {
  decisions: Decision[];
  next_cursor: string | null;
}

/** A denial with all three findings. The original takes each of them for any JSON. */
const DENIAL = {
  type: 'outlaw',
  reason: 'Agents of this type are outlawed',
  scripture: { upheld: false, verses: ['Exodus 20:4'] },
  geometry: 0.25,
  law: 'System law 1',
};
const { type: OUTLAW, reason: REASON, ...FINDINGS } = DENIAL;

/** Within it no question is given up, unless a test moves the clock by so much. */
const TIMEOUT_SECONDS = 60;
const PATIENT = { TRIFECTA_COURT_TIMEOUT_MS: TIMEOUT_SECONDS * 1000, TRIFECTA_COURT_BREAKER_FAILURES: 1000 };
const HALF_AN_HOUR = 1800;

describe('Governance', () => {
  let court: Court;
  let database: TestDatabase;
  let closed: TestApp;
  let open: TestApp;
  const others: TestApp[] = [];

  const start = (settings: Partial<Configuration>, shared?: TestDatabase): Promise<TestApp> =>
    createPatientApp({ TRIFECTA_COURT_URL: court.url, ...PATIENT, ...settings }, shared);
  /** The service with the court, as another replica. Only {@link closed} has a database of its own to drop. */
  const replica = async (settings: Partial<Configuration> = {}): Promise<TestApp> => {
    const app = await start(settings, database);
    others.push(app);
    return app;
  };

  beforeAll(async () => {
    court = await Court.start();
    closed = await start({});
    database = closed.database;
    open = await replica({ TRIFECTA_COURT_FAIL_MODE: 'open' });
  });
  afterEach(async () => {
    await court.mode('normal');
    await court.rules([]);
  });
  afterAll(async () => {
    for (const app of others) await app.close();
    await closed?.close();
    await court?.stop();
  });

  let ids = 0;
  const anId = (): string => `governed-${++ids}`;
  const register = (app: TestApp, body: unknown, headers?: Record<string, string>): Promise<Answer> =>
    app.request('POST', '/agents/register', body, headers);
  const anAgent = async (overrides = {}): Promise<string> => {
    const id = anId();
    expect((await register(closed, registration({ id, ...overrides }))).status).toBe(201);
    return id;
  };
  const decisionsOf = async (id: string): Promise<Decision[]> => {
    const { status, body } = await closed.request<Decisions>('GET', `/governance/decisions?agent_id=${id}`);
    expect(status).toBe(200);
    return body.decisions;
  };
  const lastQuestion = async (id: string): Promise<CourtQuestion | undefined> => (await court.questions(id)).at(-1);
  /** All that is written of an agent. */
  const traces = async (id: string): Promise<unknown[]> => [
    await database.query('SELECT id, name, version, status, generation, metadata FROM agents WHERE id = $1', [id]),
    await database.query('SELECT type FROM agent_events WHERE agent_id = $1 ORDER BY revision', [id]),
  ];
  const NO_TRACE = [[], []];

  const expectUnavailable = ({ status, headers, body }: Answer): void => {
    expect(body).toMatchObject({ status: 503, code: 'governance_unavailable', title: 'Service Unavailable' });
    expect([status, headers.get('content-type')]).toEqual([503, 'application/problem+json; charset=utf-8']);
    expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(body.error).toBe(body.detail);
    expect(JSON.stringify(body)).not.toContain(new URL(court.url).host);
  };
  const expectDenied = ({ status, headers, body }: Answer): void => {
    expect(body).toMatchObject({ status: 403, code: 'governance_denied', title: 'Forbidden', verdict: FINDINGS });
    expect([status, body.detail, body.error, headers.get('retry-after')]).toEqual([403, REASON, REASON, null]);
  };

  it('speaks the wire format of the original, letter for letter', async () => {
    await court.rules([DENIAL]);
    const id = anId();
    const body = {
      id,
      name: 'DataProcessor',
      type: 'outlaw',
      category: 'data',
      version: '1.0.0',
      capabilities: ['summarise', 'translate'],
      endpoints: { http: 'http://data.example.com:8080' },
      metadata: { team: 'core' },
    };
    expectDenied(await register(closed, { ...body, heartbeat: { interval_seconds: 10 } }));
    const { id: _, ...fields } = body;
    const { path, headers, action, context } = (await lastQuestion(id))!;
    expect([path, headers['content-type']]).toEqual(['/court/trifecta', expect.stringMatching(/^application\/json\b/)]);
    expect(JSON.stringify({ action, context })).toBe(
      JSON.stringify({
        action: 'register_agent',
        context: { agent_id: id, ...fields, principal: { kind: 'anonymous', name: null } },
      }),
    );
    // This is what the court has answered: the recorded example itself, asked again without the service.
    const answer = await fetch(`${court.url}/court/trifecta`, {
      method: 'POST',
      body: JSON.stringify({ action, context }),
    });
    expect(await answer.text()).toBe(
      '{"valid":false,"reason":"Agents of this type are outlawed",' +
        '"scripture":{"upheld":false,"verses":["Exodus 20:4"]},"geometry":0.25,"law":"System law 1"}',
    );
  });

  describe('when the court answers with', () => {
    const inBothFailModes = async (overrides = {}): Promise<{ app: TestApp; id: string; answer: Answer }[]> => {
      const asked = [closed, open].map(async (app) => {
        const id = anId();
        const answer = await register(app, registration({ id, ...overrides }), { 'x-request-id': `request-${id}` });
        return { app, id, answer };
      });
      return Promise.all(asked);
    };
    const row = (id: string, rest: object): object => ({
      id: expect.any(Number),
      decided_at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      action: 'register_agent',
      agent_id: id,
      latency_ms: expect.any(Number),
      breaker_state: 'closed',
      cause: 'registration',
      actor: { kind: 'anonymous', name: null },
      request_id: expect.stringMatching(UUID),
      client_request_id: `request-${id}`,
      ...rest,
    });

    const expectUnusable = async (
      asked: Awaited<ReturnType<typeof inBothFailModes>>,
      reason: RegExp,
    ): Promise<void> => {
      for (const { app, id, answer } of asked) {
        const verdict = app === closed ? 'error_closed' : 'error_open';
        if (app === closed) expectUnavailable(answer);
        else expect(answer.status).toBe(201);
        expect(await decisionsOf(id)).toEqual([
          row(id, { verdict, reason: expect.stringMatching(reason), findings: {} }),
        ]);
        if (app === closed) expect(await traces(id)).toEqual(NO_TRACE);
        else expect(await traces(id)).toEqual([[expect.objectContaining({ id })], [{ type: 'registered' }]]);
      }
    };

    it('a yes: it goes on', async () => {
      for (const { id, answer } of await inBothFailModes()) {
        expect(answer.status).toBe(201);
        expect(await traces(id)).toEqual([[expect.objectContaining({ id })], [{ type: 'registered' }]]);
        expect(await decisionsOf(id)).toEqual([row(id, { verdict: 'allowed', reason: null, findings: {} })]);
        expect(await court.questions(id)).toHaveLength(1);
      }
    });

    it('a no: 403 with its reason and findings, and nothing is written', async () => {
      await court.rules([DENIAL]);
      for (const { id, answer } of await inBothFailModes({ type: OUTLAW })) {
        expectDenied(answer);
        expect(await traces(id)).toEqual(NO_TRACE);
        expect(await decisionsOf(id)).toEqual([row(id, { verdict: 'denied', reason: REASON, findings: FINDINGS })]);
        expect(await court.questions(id)).toHaveLength(1);
      }
    });

    it('a no without findings: they are null', async () => {
      await court.rules([{ type: OUTLAW, reason: 'Just so' }]);
      const { status, body } = await register(closed, registration({ type: OUTLAW }));
      expect([status, body.detail, body.verdict]).toEqual([
        403,
        'Just so',
        { scripture: null, geometry: null, law: null },
      ]);
    });

    /** What the answer is, the court's mode, what the audit trail says of it, and how many questions the court has got. */
    const UNUSABLE: [answer: string, mode: CourtMode, reason: RegExp, questions: number][] = [
      ['what comes too late', 'slow', /in time/, 1],
      ['nothing', 'hang', /in time/, 1],
      ['500', 'error', /500/, 1],
      ['404', 'missing', /404/, 1],
      ['HTML', 'html', /JSON/, 1],
      ['{"valid":"yes"}', 'wrong', /no verdict/, 1],
      ['JSON that is cut off', 'truncated', /JSON/, 1],
      ['100 MB', 'oversized', /larger/, 1],
      ['a redirect', 'redirect', /307/, 1],
      ['a reset half-way', 'reset', /reached/, 2],
    ];
    it.each(UNUSABLE)('%s: 503 or it goes on, by the fail mode', async (_, mode, reason, questions) => {
      await court.mode(mode);
      const before = await court.asked();
      const asking = inBothFailModes();
      if (reason.test('in time')) {
        await until('the court is asked by both', 120, async () => (await court.asked()) >= before + 2);
        for (const { clock } of [closed, open]) await clock.holdUp(TIMEOUT_SECONDS);
      }
      await expectUnusable(await asking, reason);
      for (const { id } of await asking) {
        const asked = await court.questions(id);
        expect(asked.map(({ path }) => path)).toEqual(Array(questions).fill('/court/trifecta'));
        // 64 KiB are read; what the kernel holds on the way is not ours to say.
        for (const { sent } of asked) expect(sent).toBeLessThan(32 * 1024 * 1024);
      }
    });

    it('a refused connection: 503 or it goes on, by the fail mode', async () => {
      await court.stop();
      try {
        await expectUnusable(await inBothFailModes(), /reached/);
      } finally {
        court = await Court.start(Number(new URL(court.url).port));
      }
    });
  });

  describe('of a court below a path whose no is hard to keep', () => {
    let strange: DictatedCourt;
    let app: TestApp;
    beforeAll(async () => {
      strange = await DictatedCourt.start();
      app = await replica({ TRIFECTA_COURT_URL: `${strange.url}/justice/`, TRIFECTA_COURT_FAIL_MODE: 'open' });
    });
    afterAll(() => strange.stop());

    it.each([
      [
        'NUL and half characters',
        String.raw`{"valid":false,"reason":"a\u0000b\ud800","law":{"key\u0000":"\udc00"}}`,
        { reason: 'a\ufffdb\ufffd', findings: { law: { 'key\ufffd': '\ufffd' } } },
      ],
      ['findings nested a thousand deep', `{"valid":false,"law":${'['.repeat(1000)}${']'.repeat(1000)}}`, {}],
      ['findings nested ten thousand deep', `{"valid":false,"law":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, {}],
      ['findings that no number holds', '{"valid":false,"law":[1e999,-0,1e-999]}', { findings: { law: [null, 0, 0] } }],
      ['nothing else', '{"valid":false,"reason":7}', { reason: null, findings: {} }],
    ])('%s: it is a no all the same', async (_, text, kept) => {
      strange.says(text);
      const id = anId();
      const { status, body } = await register(app, registration({ id }));
      expect([status, body.code]).toEqual([403, 'governance_denied']);
      expect(strange.asked.at(-1)).toBe('/justice/court/trifecta');
      expect(await traces(id)).toEqual(NO_TRACE);
      expect(await decisionsOf(id)).toMatchObject([{ verdict: 'denied', ...kept }]);
    });
  });

  describe('of an agent that is there', () => {
    const CHANGES: [action: string, method: string, path: string, body: unknown, context: object][] = [
      [
        'update_agent',
        'PATCH',
        '',
        { version: '2.0.0', metadata: { team: 'edge' }, heartbeat: { interval_seconds: 20 } },
        {
          version: '2.0.0',
          changes: {
            version: { from: '1.0.0', to: '2.0.0' },
            metadata: { from: { team: 'core', region: 'eu-west' }, to: { team: 'edge', region: 'eu-west' } },
            heartbeat: { from: { interval_seconds: 10, enabled: true }, to: { interval_seconds: 20, enabled: true } },
          },
        },
      ],
      [
        'update_agent',
        'PUT',
        '',
        registration({ name: 'renamed', version: '1.0.0', endpoints: {} }),
        {
          name: 'renamed',
          endpoints: {},
          changes: {
            name: { from: expect.any(String), to: 'renamed' },
            endpoints: { from: { http: expect.any(String) }, to: {} },
          },
        },
      ],
      [
        'set_agent_status',
        'PUT',
        '/status',
        { status: 'maintenance', reason: 'oil' },
        { from: 'active', to: 'maintenance', reason: 'oil' },
      ],
      ['deregister_agent', 'DELETE', '', undefined, { type: 'worker' }],
      ['register_agent', 'POST', 'register', {}, { version: '3.0.0' }],
    ];
    it.each(CHANGES)('%s (%s …%s) is judged first, and denied leaves all as it was', async (...change) => {
      const [action, method, path, sent, expected] = change;
      const id = await anAgent();
      const isAgain = action === 'register_agent';
      const body = isAgain ? registration({ id, version: '3.0.0' }) : sent;
      const doIt = (app: TestApp): Promise<Answer> =>
        app.request(method, isAgain ? '/agents/register' : `/agents/${id}${path}`, body);
      const before = await traces(id);
      const tag = (await closed.request('GET', `/agents/${id}`)).headers.get('etag');

      await court.rules([{ ...DENIAL, type: 'worker', actions: [action] }]);
      expectDenied(await doIt(closed));
      await court.mode('error');
      expectUnavailable(await doIt(closed));
      expect(await traces(id)).toEqual(before);
      expect((await closed.request('GET', `/agents/${id}`)).headers.get('etag')).toBe(tag);

      await court.mode('normal');
      await court.rules([]);
      expect((await doIt(closed)).status).toBe(200);
      expect(await traces(id)).not.toEqual(before);
      const question = (await lastQuestion(id))!;
      expect(question.action).toBe(action);
      expect(question.context).toMatchObject({
        agent_id: id,
        type: 'worker',
        category: 'data',
        capabilities: ['summarise', 'translate'],
        ...expected,
      });
      expect(Object.keys(question.context)).toEqual(
        expect.arrayContaining(['name', 'version', 'endpoints', 'metadata']),
      );
      expect((question.context as { changes?: object }).changes).toEqual((expected as { changes?: object }).changes);
      expect((await decisionsOf(id)).map((decision) => [decision.action, decision.verdict])).toEqual([
        [action, 'allowed'],
        [action, 'error_closed'],
        [action, 'denied'],
        ['register_agent', 'allowed'],
      ]);
    });

    it('goes on when the court is out of order and the fail mode is open', async () => {
      const id = await anAgent();
      await court.mode('error');
      expect((await open.request('PATCH', `/agents/${id}`, { version: '2' })).body.version).toBe('2');
      expect((await open.request('POST', `/agents/${id}/status`, { status: 'maintenance' })).status).toBe(200);
      expect((await open.request('DELETE', `/agents/${id}/deregister`)).status).toBe(200);
      expect((await decisionsOf(id)).map(({ action, verdict }) => [action, verdict])).toEqual([
        ['deregister_agent', 'error_open'],
        ['set_agent_status', 'error_open'],
        ['update_agent', 'error_open'],
        ['register_agent', 'allowed'],
      ]);
    });

    it('asks nothing about what is refused anyway, or changes nothing', async () => {
      const id = await anAgent({ version: '1.0.0' });
      const asked = await court.asked();
      const stale = { 'if-match': '"stale"' };
      const answers = await Promise.all([
        closed.request('PATCH', `/agents/${id}`, { version: '1.0.0' }),
        closed.request('PATCH', `/agents/${id}`, { version: '2' }, stale),
        closed.request('DELETE', `/agents/${id}`, undefined, stale),
        closed.request('PATCH', `/agents/${id}`, { version: 2 }),
        closed.request('PUT', `/agents/${id}/status`, { status: 'active' }),
        closed.request('PATCH', '/agents/nobody', { version: '2' }),
        register(closed, registration({ id: 'not an id' })),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 412, 412, 400, 409, 404, 400]);
      expect(await court.asked()).toBe(asked);
    });

    it('is asked about with what the agent would be, not with what it is', async () => {
      const id = await anAgent();
      await court.rules([DENIAL]);
      expectDenied(await closed.request('PATCH', `/agents/${id}`, { type: OUTLAW }));
      expect((await closed.request('GET', `/agents/${id}`)).body.type).toBe('worker');
    });
  });

  it('asks nothing about heartbeats, reads and sweeps', async () => {
    const app = await start({});
    others.push(app);
    const id = anId();
    await register(app, registration({ id }));
    await court.mode('hang');
    const asked = await court.asked();
    await fallSilent(app);
    const status = async (): Promise<unknown> => (await app.request('GET', `/agents/${id}`)).body.status;
    expect(await status()).toBe('unhealthy');

    const answers = [
      await app.request('POST', `/agents/${id}/heartbeat`, { cpu_percent: 1 }),
      await app.request('POST', '/agents/heartbeats', { beats: [{ id }] }),
      await app.request('POST', '/agents/discover', { type: 'worker' }),
    ];
    const paths = ['/agents', `/agents/${id}`, `/agents/${id}/health`, `/agents/${id}/events`, '/analytics/overview'];
    for (const path of [...paths, '/analytics/health', '/governance/decisions', '/health'])
      answers.push(await app.request('GET', path));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    expect(await status()).toBe('active');
    expect(await court.asked()).toBe(asked);
    expect(await decisionsIn(app.database, id)).toBe(1);
  });

  describe('of an import', () => {
    const importing = (app: TestApp, agents: unknown[], query = ''): Promise<Answer<{ results: object[] }>> =>
      app.request('POST', `/agents/import${query}`, { agents });

    it('judges agent by agent: who is denied is rejected, the others are in', async () => {
      const [good, bad, known, same] = [anId(), anId(), await anAgent(), anId()];
      const defined = { id: same, name: 'n', type: 'worker' };
      await importing(closed, [defined]);
      await court.rules([DENIAL]);
      const { status, body } = await importing(closed, [
        { id: good, name: 'n', type: 'worker' },
        { id: bad, name: 'n', type: OUTLAW },
        { id: known, name: 'renamed', type: 'worker' },
        defined,
      ]);
      expect(status).toBe(200);
      expect(body.results).toEqual([
        { index: 0, id: good, outcome: 'created' },
        expect.objectContaining({ index: 1, id: bad, outcome: 'rejected', code: 'governance_denied' }),
        { index: 2, id: known, outcome: 'updated' },
        { index: 3, id: same, outcome: 'unchanged' },
      ]);
      expect(JSON.stringify(body.results[1])).toContain(REASON);
      expect(await traces(bad)).toEqual(NO_TRACE);
      const questions = await Promise.all([good, bad, known, same].map((id) => court.questions(id)));
      expect(questions.map((asked) => asked.map(({ action }) => action))).toEqual([
        ['register_agent'],
        ['register_agent'],
        ['register_agent', 'update_agent'],
        ['register_agent'],
      ]);
      expect(questions[2]!.at(-1)!.context.changes).toEqual({ name: { from: expect.any(String), to: 'renamed' } });
      expect((await decisionsOf(bad)).map(({ verdict }) => verdict)).toEqual(['denied']);
    });

    it('writes nothing that nobody has judged, unless the fail mode is open', async () => {
      await court.mode('error');
      const [one, two] = [anId(), anId()];
      expect((await importing(closed, [{ id: one, name: 'n', type: 'worker' }])).body.results).toEqual([
        expect.objectContaining({ id: one, outcome: 'rejected', code: 'governance_unavailable' }),
      ]);
      expect(await traces(one)).toEqual(NO_TRACE);
      expect((await importing(open, [{ id: two, name: 'n', type: 'worker' }])).body.results).toEqual([
        { index: 0, id: two, outcome: 'created' },
      ]);
      expect((await decisionsOf(two)).map(({ verdict }) => verdict)).toEqual(['error_open']);
    });

    it('asks nothing for a dry run', async () => {
      const asked = await court.asked();
      await importing(closed, [{ id: anId(), name: 'n', type: 'worker' }], '?dry_run=true');
      expect(await court.asked()).toBe(asked);
    });
  });

  it('tells the court no secret, and keeps them in the record', async () => {
    const metadata = {
      team: 'core',
      api_key: 'hush-1',
      nested: { Password: 'hush-2', list: [{ 'access-token': 'hush-3' }], url: 'postgres://user:hush-4@db/x' },
      clientSecret: { deep: 'hush-5' },
    };
    const endpoints = { http: 'http://user:hush-6@agent.example.com:8080/x', ws: 'wss://hush-7@agent.example.com' };
    const id = await anAgent({ metadata, endpoints });
    const { context } = (await lastQuestion(id))!;
    expect(context.metadata).toEqual({ team: 'core', nested: { list: [{}], url: 'postgres://db/x' } });
    expect(context).toMatchObject({
      endpoints: { http: 'http://agent.example.com:8080/x', ws: 'wss://agent.example.com' },
    });
    expect((await closed.request('GET', `/agents/${id}`)).body).toMatchObject({ metadata, endpoints });
    const rotated = { metadata: { api_key: 'hush-8' }, endpoints: { http: 'http://user:hush-9@agent.example.com' } };
    expect((await closed.request('PATCH', `/agents/${id}`, rotated)).status).toBe(200);
    expect((await lastQuestion(id))!.action).toBe('update_agent');
    await closed.request('DELETE', `/agents/${id}`);
    expect(JSON.stringify(await court.questions(id))).not.toContain('hush');
    expect(JSON.stringify(await decisionsOf(id))).not.toContain('hush');
  });

  describe('with a verdict cache', () => {
    let app: TestApp;
    beforeAll(async () => (app = await replica({ TRIFECTA_COURT_VERDICT_TTL_SECONDS: 2 * HALF_AN_HOUR })));

    it('asks the same question once, and another one again', async () => {
      const body = registration({ id: anId() });
      for (let times = 0; times < 3; times++) expect((await register(app, body)).status).toBeLessThan(300);
      expect(await court.questions(body.id)).toHaveLength(1);
      expect(await decisionsOf(body.id!)).toHaveLength(1);
      for (const change of [{ version: '2' }, { metadata: {} }])
        expect((await register(app, { ...body, ...change })).status).toBe(200);
      expect((await app.request('DELETE', `/agents/${body.id}`)).status).toBe(200);
      expect(await court.questions(body.id)).toHaveLength(4);
    });

    it('keeps no answer that was none', async () => {
      const body = registration({ id: anId() });
      await court.mode('error');
      expectUnavailable(await register(app, body));
      await court.mode('normal');
      expect((await register(app, body)).status).toBe(201);
    });

    it('forgets approvals and denials in time', async () => {
      app.clock.standStill(); // no time passes but what follows
      const body = registration({ id: anId(), type: OUTLAW });
      const answers = [(await register(app, body)).status];
      for (const rules of [[DENIAL], []]) {
        await court.rules(rules);
        for (const seconds of [HALF_AN_HOUR, HALF_AN_HOUR + 1]) {
          await app.clock.holdUp(seconds);
          answers.push((await register(app, body)).status);
        }
      }
      expect(answers).toEqual([201, 200, 403, 403, 200]);
    });
  });

  it('does not judge again what an Idempotency-Key repeats, and a key outlives a no', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const body = registration({ id: anId(), type: OUTLAW });
    await court.rules([DENIAL]);
    expectDenied(await register(closed, body, key));
    await court.mode('error');
    expectUnavailable(await register(closed, body, key));
    await court.mode('normal');
    await court.rules([]);
    const first = await register(closed, body, key);
    expect(first.status).toBe(201);

    const asked = await court.asked();
    await court.mode('hang');
    const repeat = await register(closed, body, key);
    expect([repeat.status, repeat.body]).toEqual([201, first.body]);
    expect((await register(closed, { ...body, version: '2' }, key)).status).toBe(422);
    expect(await court.asked()).toBe(asked);
    expect(await decisionsOf(body.id!)).toHaveLength(3);
  });

  describe('GET /governance/decisions', () => {
    const list = (query: string): Promise<Answer<Decisions>> => closed.request('GET', `/governance/decisions${query}`);

    it('pages and filters, newest first', async () => {
      const id = await anAgent();
      await court.rules([{ ...DENIAL, type: 'worker', actions: ['update_agent'] }]);
      for (const version of ['2', '3', '4', '5'])
        expectDenied(await closed.request('PATCH', `/agents/${id}`, { version }));
      await court.mode('error');
      expectUnavailable(await closed.request('DELETE', `/agents/${id}`));
      const all = await decisionsOf(id);
      expect(all.map(({ verdict }) => verdict)).toEqual(['error_closed', ...Array(4).fill('denied'), 'allowed']);
      expect(all.map((decision) => decision.id)).toEqual(all.map((decision) => decision.id).toSorted((a, b) => b - a));

      const paged: Decision[] = [];
      let pages = 0;
      for (let cursor: string | null = ''; cursor !== null; pages++) {
        const { body } = await list(`?agent_id=${id}&limit=4${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
        paged.push(...body.decisions);
        cursor = body.next_cursor;
      }
      expect([pages, paged]).toEqual([2, all]);

      const denied = (await list(`?agent_id=${id}&verdict=denied`)).body;
      expect([denied.decisions, denied.next_cursor]).toEqual([all.slice(1, 5), null]);
      expect((await list(`?agent_id=${id}&verdict=allowed&verdict=error_closed`)).body.decisions).toHaveLength(2);
      expect((await list(`?verdict=denied&limit=1`)).body.decisions).toEqual([all[1]]);
      expect((await list('?agent_id=nobody')).body).toEqual({ decisions: [], next_cursor: null });
    });

    it.each([
      'limit=0',
      'limit=1001',
      'verdict=maybe',
      'cursor=x',
      'before=1',
      'agent_id=%00',
      'agent_id=a&agent_id=b',
    ])('refuses %s', async (query) => {
      const { status, body } = await list(`?${query}`);
      expect([status, (body as unknown as Record<string, unknown>).code]).toEqual([400, 'validation_failed']);
    });
  });

  it('leaves a court in peace that does not answer, and comes back to it by itself', async () => {
    const app = await replica({
      TRIFECTA_COURT_BREAKER_FAILURES: 3,
      TRIFECTA_COURT_BREAKER_RESET_MS: 2 * HALF_AN_HOUR * 1000,
    });
    app.clock.standStill(); // the breaker's rest is over when this test says so
    await court.mode('error');
    const refused = Array.from({ length: 5 }, anId);
    for (const id of refused) expectUnavailable(await register(app, registration({ id })));
    const asked = await Promise.all(refused.map(async (id) => (await court.questions(id)).length));
    expect(asked).toEqual([1, 1, 1, 0, 0]);
    const states = await Promise.all(refused.map(async (id) => (await decisionsOf(id))[0]!.breaker_state));
    expect(states).toEqual(['closed', 'closed', 'open', 'open', 'open']);
    expect((await app.request('GET', '/health')).body).toMatchObject({
      status: 'degraded',
      details: { trifecta_court: { status: 'down' }, database: { status: 'up' } },
    });

    await court.mode('normal');
    await app.clock.holdUp(HALF_AN_HOUR);
    expectUnavailable(await register(app, registration()));
    await app.clock.holdUp(HALF_AN_HOUR);
    expect((await register(app, registration())).status).toBe(201);
    expect((await app.request('GET', '/health')).body).toMatchObject({
      status: 'healthy',
      details: { trifecta_court: { status: 'up' } },
    });
  });

  /** How many questions are before the court, and how many wait for a place there. */
  const courtOf = async (app: TestApp): Promise<{ asking: number; queued: number }> => {
    const { body } = await app.request<{ details: Record<string, { asking: number; queued: number }> }>(
      'GET',
      '/health',
    );
    const { asking, queued } = body.details.trifecta_court!;
    return { asking, queued };
  };

  it('answers heartbeats while more registrations than there are connections wait for a court that hangs, and then those', async () => {
    const PLACES = 8;
    const app = await replica({ TRIFECTA_COURT_MAX_CONCURRENT: PLACES, TRIFECTA_COURT_BREAKER_FAILURES: 5 });
    app.clock.standStill(); // questions are given up when this test says so
    const beating = await anAgent();
    await court.mode('hang');
    const before = await court.asked();
    const refused: string[] = [];
    let waiting = 0;
    const ask = (count: number): Promise<Answer>[] =>
      Array.from({ length: count }, async (_, index) => {
        const id = anId();
        refused.push(id);
        waiting++;
        // Half of them with a key, which must not hold a connection to the database while they wait.
        const answer = await register(app, registration({ id }), index % 2 ? { 'idempotency-key': randomUUID() } : {});
        waiting--;
        return answer;
      });
    const answers = ask(PLACES);
    await until('they are before the court', 120, async () => (await courtOf(app)).asking === PLACES);
    await app.clock.holdUp(10);
    answers.push(...ask(52)); // 26 with a key, and the pool has 16 connections
    await until('all of them wait', 120, async () => (await courtOf(app)).queued === 52);

    expect((await app.request('POST', `/agents/${beating}/heartbeat`, { cpu_percent: 1 })).status).toBe(200);
    expect((await app.request('GET', `/agents/${beating}`)).body.health).toMatchObject({ cpu_percent: 1 });
    expect([waiting, (await court.asked()) - before]).toEqual([60, PLACES]);

    await app.clock.holdUp(TIMEOUT_SECONDS - 10);
    // The first four that give up make place for four others, the fifth opens the breaker.
    await until('all others are refused', 120, () => waiting <= 4);
    expect((await court.asked()) - before).toBeLessThanOrEqual(PLACES + 4);
    await app.clock.holdUp(TIMEOUT_SECONDS);
    for (const answer of await Promise.all(answers)) expectUnavailable(answer);
    expect(await database.query('SELECT id FROM agents WHERE id = ANY ($1)', [refused])).toEqual([]);
    // Most are refused in one moment. A transaction for each would keep some waiting until they are refused for that.
    const [audited] = await database.query<{ verdicts: string[]; rows: number; transactions: number }>(
      `SELECT array_agg(DISTINCT verdict) AS verdicts, count(*)::int AS rows, count(DISTINCT xmin::text)::int AS transactions
         FROM governance_decisions WHERE agent_id = ANY ($1)`,
      [refused],
    );
    expect(audited).toMatchObject({ verdicts: ['error_closed'], rows: 60 });
    expect(audited!.transactions).toBeLessThanOrEqual(2 * (PLACES + 4));
  });

  it('refuses what finds no place in the queue, at once', async () => {
    const held = await DictatedCourt.start();
    const app = await replica({
      TRIFECTA_COURT_URL: held.url,
      TRIFECTA_COURT_MAX_CONCURRENT: 1,
      TRIFECTA_COURT_MAX_QUEUE: 1,
    });
    const judged = [register(app, registration()), register(app, registration())];
    await until('both have a place', 120, async () => {
      const { asking, queued } = await courtOf(app);
      return asking === 1 && queued === 1;
    });
    for (let times = 0; times < 3; times++) expectUnavailable(await register(app, registration()));
    expect(await courtOf(app)).toEqual({ asking: 1, queued: 1 });
    held.says('{"valid":true}');
    expect((await Promise.all(judged)).map(({ status }) => status)).toEqual([201, 201]);
    held.stop();
  });

  it('asks nobody when there is no court', async () => {
    const app = await createPatientApp();
    others.push(app);
    const asked = await court.asked();
    expect((await register(app, registration({ id: 'free', type: OUTLAW }))).status).toBe(201);
    expect((await app.request('PATCH', '/agents/free', { version: '2' })).status).toBe(200);
    expect((await app.request('DELETE', '/agents/free')).status).toBe(200);
    expect((await app.request('GET', '/governance/decisions')).body).toEqual({ decisions: [], next_cursor: null });
    expect(await decisionsIn(app.database, 'free')).toBe(0);
    expect(await court.asked()).toBe(asked);
  });
});

async function decisionsIn(database: TestDatabase, id: string): Promise<number> {
  return (await database.query('SELECT id FROM governance_decisions WHERE agent_id = $1', [id])).length;
}
