import * as fc from 'fast-check';
import { HotLane } from '../../src/platform/lane/hot-lane';
import type { Configuration } from '../../src/platform/config/configuration';
import { bearer, withTokens } from '../support/access';
import { createPatientApp } from '../support/patient-app';
import type { TestApp } from '../support/test-app';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { WireClient, type Reply, type Sent } from '../support/wire';

const OWNER = { name: 'owner', token: 'token-of-the-owner', scopes: ['agent' as const] };
const READER = { name: 'reader', token: 'token-of-the-reader', scopes: ['read' as const] };
const RUNS = 600;
/** Each lane sees its own beats only, and no query is given up, for as long as it takes. */
const UNFLUSHED = { HEARTBEAT_FLUSH_INTERVAL_MS: 3600_000, QUERY_TIMEOUT_MS: 600_000 };

const ids = fc.constantFrom(
  'known',
  'Known',
  'other:1.0_x-y',
  'gone',
  'unknown',
  'register',
  'heartbeats',
  '.',
  '..',
  'a%20b',
  'known%2f',
  'ä',
  '',
  'x'.repeat(255),
  'x'.repeat(256),
);
const paths = fc.oneof(
  ids.map((id) => `/agents/${id}`),
  ids.map((id) => `/agents/${id}/heartbeat`),
  fc.constantFrom(
    '/agents/register',
    '/agents/register?a=b',
    '/agents/heartbeats',
    '/agents/heartbeats/',
    '/agents/known/',
    '/agents/known?a=b',
    '/agents/known/heartbeat?',
    '//agents/known',
    '/agents',
    '/agents/known/health',
    '/AGENTS/known',
    '/agents/known/heartbeat/x',
  ),
);
const figures = fc.record(
  {
    cpu_percent: fc.oneof(fc.integer({ min: -1, max: 101 }), fc.constant('much')),
    metrics: fc.constant({ a: 1 }),
    colour: fc.constant('red'),
    ready: fc.constantFrom(true, false, null, 'yes'),
    load: fc.constantFrom(0, 0.5, 1, 2, null),
  },
  { requiredKeys: [] },
);
const readiness = {
  incarnation: fc.constantFrom('new', 'old', '', 7, null),
  ready: fc.constantFrom(true, false, null, 1),
  load: fc.constantFrom(0, 0.5, 1, -1, null),
};
const values = fc.oneof(
  figures,
  fc.record({ health: figures, ...readiness }, { requiredKeys: [] }),
  fc.record({
    beats: fc.array(fc.record({ id: ids, health: figures, ...readiness }, { requiredKeys: ['id'] }), { maxLength: 4 }),
  }),
  // Without an id: both lanes make agents of their own, and neither changes what the other one reads.
  fc.record(
    {
      name: fc.constantFrom('n', '', 7, 'ä\ud83d\ude00'),
      type: fc.constantFrom('t', null),
      id: fc.constantFrom('register', '.', 'a b'),
      metadata: fc.constantFrom({ a: 'ä' }, [], { 'a\0b': 1 }),
      heartbeat: fc.constantFrom({ interval_seconds: 7 }, { interval_seconds: 0 }),
      colour: fc.constant('red'),
    },
    { requiredKeys: ['name', 'type'] },
  ),
  { weight: 3, arbitrary: fc.constant({ name: 'n', type: 't' }) },
  fc.constantFrom(
    null,
    1,
    'text',
    [],
    {},
    { beats: 1 },
    { beats: [1, null, {}] },
    { health: { metrics: { 'a\0b': 1 } } },
  ),
);
const bodies = fc.oneof(
  { weight: 6, arbitrary: values.map((value) => JSON.stringify(value)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '{',
      '{"health":',
      '{} {}',
      '{"health":{},"health":{}}',
      '\u00ff',
      `{"metrics":{"x":"${'y'.repeat(300_000)}"}}`,
    ),
  },
);
const types = fc.oneof(
  { weight: 6, arbitrary: fc.constant('application/json') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'application/json; charset=utf-8',
      'application/json;charset=UTF-8',
      'application/json; charset=latin1',
      'text/plain',
      'application/merge-patch+json',
      'APPLICATION/JSON',
      undefined,
    ),
  },
);
const callers = fc.constantFrom(
  undefined,
  `Bearer ${OWNER.token}`,
  `Bearer ${READER.token}`,
  'Bearer wrong',
  'Basic x',
  `bearer  ${OWNER.token}`,
);
const extras = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Record<string, string>>({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Record<string, string>>(
      { 'if-none-match': '*' },
      { 'idempotency-key': '' },
      { 'idempotency-key': 'x'.repeat(256) },
      { 'if-none-match': '"nonsense"' },
      { 'if-none-match': 'W/"1"' },
      { origin: 'https://example.com' },
      { 'content-encoding': 'gzip' },
      { 'transfer-encoding': 'chunked' },
      { connection: 'close' },
      { accept: 'text/html' },
    ),
  },
);
const requests: fc.Arbitrary<Sent> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'POST', 'HEAD', 'LOCK', 'OPTIONS'),
    path: paths,
    body: bodies,
    type: types,
    caller: callers,
    extra: extras,
    hasBody: fc.boolean(),
  })
  .map(({ method, path, body, type, caller, extra, hasBody }) => {
    const sends = hasBody && method !== 'HEAD' && method !== 'OPTIONS' && body !== '';
    const headers: Record<string, string> = { 'x-request-id': 'the-same', ...extra };
    if (caller) headers.authorization = caller;
    if (sends && type) headers['content-type'] = type;
    if (sends && !extra['transfer-encoding']) headers['content-length'] = String(Buffer.byteLength(body));
    return {
      method,
      path: encodeURI(decodeURIComponent(path)) === path || path.includes('%') ? path : encodeURI(path),
      headers,
      body: sends ? body : undefined,
    };
  });

/** What fleets send all the time, now and then with a mistake. */
const usual: fc.Arbitrary<Sent> = fc
  .record({
    shape: fc.constantFrom<[string, string]>(
      ['GET', '/agents/known'],
      ['POST', '/agents/known/heartbeat'],
      ['POST', '/agents/heartbeats'],
      ['POST', '/agents/register'],
      ['POST', '/agents/register'],
      ['POST', '/agents/other:1.0_x-y/heartbeat'],
    ),
    value: fc.oneof(
      values,
      fc.constantFrom({ metrics: { note: 'a\0b' } }, { health: { metrics: { a: [[[[[[[[[[]]]]]]]]]] } } }),
    ),
    caller: callers,
  })
  .map(({ shape: [method, path], value, caller }) => {
    const body = method === 'POST' ? JSON.stringify(value) : undefined;
    const headers: Record<string, string> = {
      'x-request-id': 'the-same',
      ...(caller ? { authorization: caller } : {}),
    };
    if (body)
      Object.assign(headers, { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) });
    return { method, path, headers, body };
  });

/** One of each kind, whatever chance brings besides. */
const CERTAIN: Sent[] = [
  ['/agents/register', 'application/json', '{"name":"n","type":"t"}'],
  ['/agents/known/heartbeat', 'application/json', '{}'],
  ['/agents/known/heartbeat', 'application/json', '{'],
  ['/agents/known/heartbeat', 'text/plain', '{}'],
  ['/agents/unknown/heartbeat', 'application/json', '{}'],
  ['/agents/known/health', 'application/json', '{}'],
].map(([path, type, body]) => ({
  method: 'POST',
  path: path!,
  headers: {
    'x-request-id': 'the-same',
    authorization: `Bearer ${OWNER.token}`,
    'content-type': type!,
    'content-length': String(body!.length),
  },
  body,
}));

describe.each<[string, Partial<Configuration>]>([
  ['without access control', {}],
  [
    'with tokens and limits',
    { ...withTokens(OWNER, READER), RATE_LIMIT_HEARTBEATS_PER_SECOND: 3, RATE_LIMIT_REQUESTS_PER_SECOND: 2 },
  ],
])('Both lanes, %s', (_, settings) => {
  let database: TestDatabase;
  const lanes: TestApp[] = [];
  const clients: WireClient[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    for (const lane of ['on', 'off'] as const) {
      const app = await createPatientApp(
        { ...settings, HOT_LANE: lane, HEARTBEAT_TIMEOUT_SECONDS: 3600, ...UNFLUSHED },
        database,
      );
      app.clock.stopAt(new Date('2026-01-01T00:00:00Z'));
      lanes.push(app);
      clients.push(new WireClient(app.url));
    }
    const [app] = lanes;
    for (const id of ['known', 'other:1.0_x-y', 'gone'])
      await app!.request(
        'POST',
        '/agents/register',
        { id, name: id, type: 't', metadata: { a: 'ä' }, heartbeat: { interval_seconds: 3600 } },
        bearer(OWNER.token),
      );
    await app!.request('DELETE', '/agents/gone', undefined, bearer(OWNER.token));
  });
  beforeEach(async () => {
    for (const { clock } of lanes) await clock.advance(10); // to a window in which nobody has asked yet
  });
  afterAll(async () => {
    for (const app of lanes) await app.close();
    await database.drop();
  });

  it(`answer ${RUNS} random requests alike`, async () => {
    const taken = jest.spyOn(lanes[0]!.app.get(HotLane, { strict: false }), 'take');
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.oneof(requests, usual), async (request) => {
        for (const { clock } of lanes) await clock.advance(0.02); // some find that they have asked too often, not all
        const [hot, plain] = await Promise.all(clients.map((client) => client.exchange(request)));
        const [answer, expected] = [comparable(hot!), comparable(plain!)];
        if (JSON.stringify(answer) !== JSON.stringify(expected)) expect(answer).toEqual(expected); // it costs more, and does not mind the order
        statuses.add(hot!.status);
      }),
      { numRuns: RUNS, examples: CERTAIN.map((request) => [request]) },
    );
    const hot = taken.mock.results.filter(({ value }) => value === true).length;
    taken.mockRestore();
    // Else this would show nothing.
    expect(hot).toBeGreaterThan(RUNS / 20);
    expect(hot).toBeLessThan(RUNS);
    expect([...statuses]).toEqual(
      expect.arrayContaining([200, 201, 400, 404, 405, 415, ...('AUTH_MODE' in settings ? [401, 429] : [])]),
    );
  });

  it('answer 304 alike, to whoever has the present state', async () => {
    const [hot, plain] = await Promise.all(
      clients.map(async (client) => {
        const read = (tag: string): Promise<Reply> =>
          client.exchange({
            method: 'GET',
            path: '/agents/known',
            headers: { 'x-request-id': 'the-same', 'if-none-match': tag, authorization: `Bearer ${OWNER.token}` },
          });
        const { headers } = await read('"none"');
        return read(headers.etag!);
      }),
    );
    expect(hot!.status).toBe(304);
    expect(comparable(hot!)).toEqual(comparable(plain!));
  });

  it('hold to an Idempotency-Key alike, and refuse one that is none', async () => {
    const [hot, plain] = await Promise.all(
      clients.map(async (client, lane) => {
        const register = (name: string, key: string): Promise<Reply> =>
          client.exchange({
            method: 'POST',
            path: '/agents/register',
            headers: {
              'x-request-id': 'the-same',
              'content-type': 'application/json',
              'idempotency-key': key,
              authorization: `Bearer ${OWNER.token}`,
            },
            body: JSON.stringify({ name, type: 'worker' }),
          });
        const replies: Reply[] = [];
        for (const name of ['first', 'first', 'second']) replies.push(await register(name, `key-of-lane-${lane}`));
        replies.push(await register('third', 'x'.repeat(256)));
        return replies;
      }),
    );
    expect(hot!.map(({ status }) => status)).toEqual([201, 201, 422, 400]);
    expect(hot!.map(comparable)).toEqual(plain!.map(comparable));
  });
});

/** All of an answer but the times of day, ids and tokens in it, and the headers of the connection. */
function comparable({ status, headers, body }: Reply): unknown {
  const { date: _date, connection: _connection, 'keep-alive': _keepAlive, ...rest } = headers;
  const sameFor = (text: string): string =>
    text.replaceAll(/agent-[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>').replaceAll(/art_[\w-]{43}/g, '<token>');
  if (rest.location) rest.location = sameFor(rest.location);
  body = body.replaceAll(/"missed_beats":\d+/g, '"missed_beats":"<count>"'); // by the database's clock, which goes on
  return { status, headers: rest, body: sameFor(body).replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"<time>"') };
}
