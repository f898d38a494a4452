import { Controller, Module, Post } from '@nestjs/common';
import { Requires } from '../../src/platform/access/requires.decorator';
import { BytesInFlight } from '../../src/platform/http/bodies/bytes-in-flight';
import { MetricsModule } from '../../src/metrics/metrics.module';
import { bearer, withTokens, type TestToken } from '../support/access';
import { chunk, headOf, RawConnection } from '../support/raw-connection';
import { createTestApp, type TestApp } from '../support/test-app';
import { until } from '../support/until';

const MIB = 1024 * 1024;
const AGENT: TestToken = { name: 'fleet', token: 'token-of-the-fleet', scopes: ['agent'] };
const READER: TestToken = { name: 'reader', token: 'token-of-the-reader', scopes: ['read'] };
const ADMIN: TestToken = { name: 'ops', token: 'token-of-ops', scopes: ['admin'] };
const BATCH = '/agents/heartbeats';
/** Large bodies may take three quarters of it: one of 4 MiB, not two. */
const BYTES_IN_FLIGHT = 8 * MIB;

describe.each(['on', 'off'] as const)('A request body, with the hot lane %s', (HOT_LANE) => {
  let app: TestApp;
  const connections: RawConnection[] = [];
  let inFlight: BytesInFlight;

  beforeAll(async () => {
    app = await createTestApp({
      ...withTokens(AGENT, READER, ADMIN),
      HOT_LANE,
      REQUEST_BYTES_IN_FLIGHT: BYTES_IN_FLIGHT,
    });
    app.clock.ignoreStalls(); // nothing stalls but what a test has stalled
    inFlight = app.app.get(BytesInFlight, { strict: false });
    for (const id of ['a', 'b']) {
      await app.request('POST', '/agents/register', { id, name: id, type: 't' }, bearer(AGENT.token));
    }
  });
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.destroy();
    return until('nothing is held any more', 150, () => inFlight.held === 0);
  });
  afterAll(() => app.close());

  async function send(bytes: string): Promise<RawConnection> {
    const connection = await RawConnection.open(app.url);
    connections.push(connection);
    connection.write(bytes);
    return connection;
  }

  async function answerTo(bytes: string): Promise<[status: number, code: unknown]> {
    const { status, body } = await (await send(bytes)).reply();
    return [status, codeOf(body)];
  }

  const beat = async (): Promise<number> =>
    (await app.request('POST', '/agents/a/heartbeat', { cpu_percent: 1 }, bearer(AGENT.token))).status;

  describe('is not waited for', () => {
    it.each([
      ['POST', '/agents/register', 200],
      ['POST', '/agents/a/heartbeat', 200],
      ['POST', BATCH, 4 * MIB],
      ['POST', '/agents/import', 4 * MIB],
      ['PATCH', '/agents/a', 200],
      ['POST', BATCH, 5 * MIB],
      ['POST', BATCH, 1024 ** 4],
      ['POST', BATCH, 'chunked'],
    ] as const)('before a token is refused: %s %s of %s', async (method, path, length) => {
      expect(await answerTo(headOf(method, path, length))).toEqual([401, 'unauthorized']);
      expect(await answerTo(headOf(method, path, length, bearer('wrong')))).toEqual([401, 'unauthorized']);
      expect(await answerTo(headOf(method, path, length, bearer(`art_${'x'.repeat(43)}`)))).toEqual([
        401,
        'unauthorized',
      ]);
      expect(await answerTo(headOf(method, path, length, bearer(READER.token)))).toEqual([403, 'insufficient_scope']);
    });

    it('before its type or its size is refused, in this order after the token', async () => {
      const text = { 'Content-Type': 'text/plain' };
      expect(await answerTo(headOf('POST', BATCH, 100, text))).toEqual([401, 'unauthorized']);
      expect(await answerTo(headOf('POST', BATCH, 100, { ...text, ...bearer(AGENT.token) }))).toEqual([
        415,
        'unsupported_media_type',
      ]);
      const tooLarge = [413, 'payload_too_large'];
      expect(await answerTo(headOf('POST', BATCH, 4 * MIB + 1, bearer(AGENT.token)))).toEqual(tooLarge);
      expect(await answerTo(headOf('POST', '/agents/register', 256 * 1024 + 1, bearer(AGENT.token)))).toEqual(tooLarge);
      expect(await answerTo(headOf('POST', '/agents/import', 4 * MIB + 1, bearer(ADMIN.token)))).toEqual(tooLarge);
    });

    it('before a path is refused that is not there', async () => {
      expect(await answerTo(headOf('POST', '/nowhere', 4 * MIB))).toEqual([404, 'route_not_found']);
    });

    it('and the connection takes the next request when the rest of it has come', async () => {
      const connection = await send(headOf('POST', BATCH, 4 * MIB));
      expect((await connection.reply()).status).toBe(401);
      connection.write(Buffer.alloc(4 * MIB, ' '));
      connection.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
      expect((await connection.reply(2)).status).toBe(200);
    });

    it('and a client that waits for leave to send it gets leave only when it may', async () => {
      const body = JSON.stringify({ beats: [{ id: 'a' }] });
      const expects = { Expect: '100-continue' };
      const refused = await send(headOf('POST', BATCH, body.length, expects));
      expect((await refused.reply()).status).toBe(401);
      await refused.closed();
      expect(refused.text()).not.toContain('100 Continue');

      const admitted = await send(headOf('POST', BATCH, body.length, { ...expects, ...bearer(AGENT.token) }));
      await until('it may send', 150, () => admitted.text().startsWith('HTTP/1.1 100 Continue'));
      admitted.write(body);
      expect((await admitted.reply()).status).toBe(200);
    });
  });

  describe('counts among the bytes in flight', () => {
    const batch = (length: number | 'chunked'): string => headOf('POST', BATCH, length, bearer(AGENT.token));

    it('from its declaration until its connection goes', async () => {
      const stalled = await send(batch(4 * MIB));
      await until('they are counted', 150, () => inFlight.held === 4 * MIB);
      const refused = await send(batch(4 * MIB));
      const { status, headers, body } = await refused.reply();
      expect([status, codeOf(body), headers['retry-after'], headers.connection]).toEqual([
        503,
        'overloaded',
        '2',
        'close',
      ]);
      await refused.closed();

      expect(await beat()).toBe(200); // a small one has room that large ones cannot take
      stalled.destroy();
      await until('they are given back', 150, () => inFlight.held === 0);
      const again = await send(batch(4 * MIB) + '{"beats":[]}'.padEnd(4 * MIB));
      expect((await again.reply()).status).toBe(400);
    });

    it('as it arrives when its length is not declared', async () => {
      const growing = await send(batch('chunked'));
      growing.write(chunk(' '.repeat(3 * MIB)));
      await until('they are counted', 150, () => inFlight.held === 3 * MIB);
      const another = await send(batch('chunked') + chunk(' '.repeat(3 * MIB)));
      await until('both are counted', 150, () => inFlight.held === 6 * MIB);
      expect(await beat()).toBe(200);
      another.write(chunk(' '));
      expect(codeOf((await another.reply()).body)).toBe('overloaded');
    });

    it('and gives its place to another one when it has stalled for two seconds', async () => {
      const stalled = await send(batch(4 * MIB));
      await until('it is counted', 150, () => inFlight.held === 4 * MIB);
      await app.clock.advance(2);
      const another = await send(batch(4 * MIB) + '{"beats":[]}'.padEnd(4 * MIB));
      expect((await another.reply()).status).toBe(400);
      expect(codeOf((await stalled.reply()).body)).toBe('overloaded');
      await stalled.closed();
    });

    it('until it is answered, and no longer', async () => {
      const beats = JSON.stringify({ beats: [{ id: 'a' }] }).padEnd(4 * MIB);
      const connection = await send('');
      for (let n = 1; n <= 4; n++) {
        connection.write(batch(4 * MIB) + beats);
        expect((await connection.reply(n)).status).toBe(200);
      }
    });
  });

  describe('with more structure than any body may have', () => {
    const beats = (inner: string): string => `{"beats":[${inner}]}`;
    const many = (text: string, count: number): string => Array.from({ length: count }, () => text).join();

    it.each<[string, string, string]>([
      ['2,000,000 levels', BATCH, '['.repeat(2 * MIB) + ']'.repeat(2 * MIB)],
      ['65 levels', BATCH, '['.repeat(65) + ']'.repeat(65)],
      ['33 levels in 5 KB', '/agents/register', `${'['.repeat(33)}${' '.repeat(5000)}${']'.repeat(33)}`],
      ['270,000 members', BATCH, `{${Array.from({ length: 270_000 }, (_, n) => `"k${n}":1`).join()}}`],
      ['1,000,000 items', BATCH, beats(many('{}', MIB))],
      ['200,000 objects in 200 beats', BATCH, beats(many(`{"health":{"metrics":[${many('{}', 1000)}]}}`, 200))],
      ['40,000 members in a registration', '/agents/register', `{"metadata":{"a":[${many('1', 40_000)}]}}`],
    ])('is refused before it is parsed: %s', async (_, path, body) => {
      const parse = jest.spyOn(JSON, 'parse');
      const connection = await send(headOf('POST', path, body.length, bearer(AGENT.token)));
      connection.write(body);
      const { status, body: answer } = await connection.reply();
      const parsed = parse.mock.calls.filter(([text]) => text.length === body.length);
      parse.mockRestore();
      expect(parsed).toEqual([]);
      expect(status).toBe(400);
      const { code, errors } = JSON.parse(answer) as { code: string; errors: object[] };
      expect([code, errors]).toEqual([
        'validation_failed',
        [{ field: 'body', message: expect.stringMatching(/^must not (be nested|hold) more than \d+ /) as string }],
      ]);
    });

    it('is not what the largest batches have', async () => {
      const metrics = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`metric_${n}`, { p50: n, p99: n }]));
      const few = Array.from({ length: 2_500 }, () => ({ id: 'a', health: { cpu_percent: 1, metrics } }));
      const most = Array.from({ length: 5_000 }, (_, n) => ({
        id: n % 2 ? 'a' : 'b',
        health: { cpu_percent: 1, memory_percent: 2, metrics: { a: { b: { c: [1, 2, 3] } }, d: 'x'.repeat(500) } },
      }));
      for (const sent of [few, most]) {
        const { status, body } = await app.request('POST', BATCH, { beats: sent }, bearer(AGENT.token));
        expect([status, body.accepted]).toEqual([200, sent.length]);
      }
      const agents = Array.from({ length: 500 }, (_, n) => ({
        id: `imported-${n}`,
        name: 'n',
        type: 't',
        capabilities: Array.from({ length: 64 }, (__, c) => `capability-${c}`),
        metadata: { list: Array.from({ length: 500 }, (__, c) => c), deep: { a: { b: { c: { d: 1 } } } } },
      }));
      const imported = await app.request<{ results: { outcome: string }[] }>(
        'POST',
        '/agents/import',
        { agents },
        bearer(ADMIN.token),
      );
      expect(imported.status).toBe(200);
      expect(new Set(imported.body.results.map(({ outcome }) => outcome))).toEqual(new Set(['created']));
    });

    it('does not fail the neighbours of a beat that is nested too deeply', async () => {
      const deep = JSON.parse('['.repeat(40) + ']'.repeat(40)) as unknown;
      const sent = [{ id: 'a' }, { id: 'b', health: { metrics: { deep } } }];
      const { status, body } = await app.request('POST', BATCH, { beats: sent }, bearer(AGENT.token));
      expect([status, body.accepted]).toEqual([200, 1]);
    });
  });
});

@Controller('open')
class OpenController {
  @Post()
  @Requires('open')
  answer(): object {
    return {};
  }
}

@Module({ controllers: [OpenController] })
class OpenModule {}

describe('A route that asks for no token', () => {
  it.each([
    ['4 KiB with access control on', withTokens(AGENT), [201, 413, 413]],
    ['256 KiB, as other routes, with access control off', {}, [201, 201, 413]],
  ])('takes a body of %s', async (_, settings, statuses) => {
    const app = await createTestApp(settings, undefined, (builder) =>
      builder.overrideModule(MetricsModule).useModule(OpenModule),
    );
    const taken: number[] = [];
    for (const length of [4 * 1024, 4 * 1024 + 1, 256 * 1024 + 1]) {
      const connection = await RawConnection.open(app.url);
      connection.write(headOf('POST', '/open', length) + '{}'.padEnd(length));
      taken.push((await connection.reply()).status);
      connection.destroy();
    }
    expect(taken).toEqual(statuses);
    await app.close();
  });
});

function codeOf(body: string): unknown {
  return (JSON.parse(body) as { code?: unknown }).code;
}
