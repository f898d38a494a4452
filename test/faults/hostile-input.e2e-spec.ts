import { METHODS } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { encodeCursor } from '../../src/common/paging';
import { characterCount } from '../../src/common/rules';
import {
  garbled,
  HOSTILE_IDS,
  jsonText,
  nearly,
  oddHeadBytes,
  oddHeader,
  oddJson,
  oddQuery,
  oddSegment,
  someBytes,
  withId,
} from '../support/hostile';
import { operationsOf, type Operation } from '../support/operations';
import { createTestApp, type TestApp } from '../support/test-app';
import { WireClient, type Reply, type Sent } from '../support/wire';

const LIMIT = 256 * 1024;
const BATCH_LIMIT = 4 * 1024 * 1024;
const BATCH_PATHS = ['/agents/import', '/agents/heartbeats'];
/** What a refusal has to say fits into this, however large and twisted the request. */
const MAX_REFUSAL = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };
const ID = HOSTILE_IDS[0]!;

let app: TestApp;
let client: WireClient;
/** Every documented method of every documented path, and those of them that take a body. */
let operations: Operation[];
let withBody: Operation[];
let written: string;

beforeAll(async () => {
  // While requests are judged nothing but requests shall write: no agent is silent for too long.
  app = await createTestApp({ HEARTBEAT_TIMEOUT_SECONDS: 86_400, HEARTBEAT_FLUSH_INTERVAL_MS: 10 });
  client = new WireClient(app.url);
  operations = operationsOf((await client.exchange({ method: 'GET', path: '/openapi.json' })).body);
  withBody = operations.filter(({ example }) => example !== undefined);
});

afterAll(async () => {
  client.close();
  await app.close();
});

beforeEach(enrol);

afterEach(async () => {
  const torn = await app.database.query(
    `SELECT id, generation, count(revision)::int AS events FROM agents LEFT JOIN agent_events ON agent_id = id
      GROUP BY id, generation HAVING generation <> count(revision)`,
  );
  if (torn.length > 0) throw new Error(`agents and their events disagree: ${JSON.stringify(torn)}`);
});

/** Makes the agents active and plain again. */
async function enrol(): Promise<void> {
  for (const id of HOSTILE_IDS) {
    await app.request('POST', '/agents/register', { id, name: id, type: 'worker', metadata: { kept: true } });
  }
  written = await whatIsWritten();
}

/** `FC_NUM_RUNS=5000` looks harder. */
const NUM_RUNS = Number(process.env.FC_NUM_RUNS ?? 0);
if (NUM_RUNS > 0) jest.setTimeout(600_000);

function runs(atLeast: number): fc.Parameters<unknown> {
  return { numRuns: Math.max(atLeast, NUM_RUNS) };
}

/** Sends a request, holds its answer against the contract, and gives it. */
async function ask(sent: Sent): Promise<Reply> {
  const reply = await client.exchange(sent);
  expectLegal(reply, sent.method);
  await expectNothingWrittenBy([reply]);
  return reply;
}

/** What every answer must be, and what more every refusal. */
function expectLegal({ status, headers, body }: Reply, method: string): void {
  if (status >= 500) throw new Error(`${status}: ${body}`);
  expect(headers['x-request-id']).toMatch(/^[\x21-\x7e]{1,128}$/);
  if (status < 400) return;
  expect(headers['content-type']).toMatch(/^application\/problem\+json(;|$)/);
  if (status === 405) expect(headers.allow).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
  if (method === 'HEAD') return;
  expect(body.length).toBeLessThanOrEqual(MAX_REFUSAL);
  const problem = JSON.parse(body) as { detail: string; code: string; errors: { field: string; message: string }[] };
  expect(problem).toMatchObject({
    type: expect.stringMatching(/./) as string,
    title: expect.stringMatching(/./) as string,
    status,
    detail: expect.stringMatching(/./) as string,
    code: expect.stringMatching(/^[a-z_]+$/) as string,
    request_id: headers['x-request-id'],
    error: problem.detail,
    errors: expect.any(Array) as unknown[],
  });
  if (problem.code === 'validation_failed') expect(problem.errors).not.toEqual([]);
  for (const { field, message } of problem.errors) expect([field, message]).not.toContain('');
}

async function expectNothingWrittenBy(replies: Reply[]): Promise<void> {
  const before = written;
  written = await whatIsWritten();
  if (replies.every(({ status }) => status >= 400)) expect(written).toBe(before);
}

/**
 * Changes with whatever a request writes. Only a heartbeat writes later, when its buffer is flushed: what it revives is not
 * looked at.
 */
async function whatIsWritten(): Promise<string> {
  const [row] = await app.database.query(`
    SELECT (SELECT count(*) FROM agents) AS agents, (SELECT count(*) FROM idempotency_keys) AS keys,
           (SELECT max(revision) FROM agent_events
             WHERE type = 'registered' OR to_status IS DISTINCT FROM 'active' OR from_status = 'maintenance') AS revision`);
  return JSON.stringify(row);
}

/** A request to an operation, about an agent that is there unless said otherwise. */
function call({ method, path }: Operation, more: Partial<Sent> & { id?: string; query?: string } = {}): Promise<Reply> {
  const { id = ID, query = '', headers, body } = more;
  return ask({ method, path: path.replaceAll(/\{\w+\}/g, () => id) + query, headers, body });
}

/** The documented example for an operation, about an agent that is there. */
const exampleFor = (operation: Operation): string => jsonText(withId(operation.example, ID));

/** What an operation wants besides its path. */
const rightFor = (operation: Operation): Partial<Sent> =>
  operation.example === undefined ? {} : { headers: JSON_TYPE, body: exampleFor(operation) };

const codeOf = ({ body }: Reply): unknown => (JSON.parse(body) as { code?: unknown }).code;

const name = ({ method, path }: Operation): string => `${method} ${path}`;

describe('a request body', () => {
  /** Calls every operation that takes a body and gives what came of it, by operation. */
  async function byOperation<T>(work: (operation: Operation) => Promise<T>): Promise<Record<string, T>> {
    const results: Record<string, T> = {};
    for (const operation of withBody) {
      await enrol();
      results[name(operation)] = await work(operation);
    }
    return results;
  }

  const all = <T>(result: T): Record<string, T> =>
    Object.fromEntries(withBody.map((operation) => [name(operation), result]));
  const isBatch = ({ path }: Operation): boolean => BATCH_PATHS.includes(path);

  it('that is the documented example is taken', async () => {
    const outcomes = await byOperation(async (operation) => {
      const { status, body } = await call(operation, rightFor(operation));
      return status < 300 && !body.includes('validation_failed'); // a batch tells its rejections in a 200
    });
    expect(outcomes).toEqual(all(true));
  });

  it('that is nearly right is answered', async () => {
    const sent = fc.constantFrom(...withBody).chain((operation) => {
      const body = nearly(operation.example);
      return fc.tuple(
        fc.constant(operation),
        fc.constantFrom(...HOSTILE_IDS),
        fc.oneof({ weight: 4, arbitrary: body }, garbled(body)),
      );
    });
    await fc.assert(
      fc.asyncProperty(sent, async ([operation, id, body]) => {
        await call(operation, { id, headers: JSON_TYPE, body });
      }),
      runs(3000),
    );
  });

  it('that is any JSON is answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...withBody), oddJson.map(jsonText), async (operation, body) => {
        await call(operation, { headers: JSON_TYPE, body });
      }),
      runs(1000),
    );
  });

  it('that is any bytes, of any type and encoding, is answered', async () => {
    const types = fc.oneof(
      oddHeader,
      fc.constantFrom('application/json', 'text/plain', 'application/json;charset=utf-16'),
    );
    const encodings = fc.oneof(fc.constantFrom('gzip', 'deflate', 'br', 'identity', 'zstd', 'gzip, gzip'), oddHeader);
    const headers = fc.record({ 'content-type': types, 'content-encoding': encodings }, { requiredKeys: [] });
    const contents = fc.oneof(
      someBytes(200),
      someBytes(200).map((raw) => gzipSync(raw)),
      garbled(fc.constant('{"name":"a","type":"t"}')).map((raw) => Buffer.concat([gzipSync(raw), raw])),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...withBody), headers, contents, async (operation, sent, body) => {
        await call(operation, { headers: sent, body });
      }),
      runs(600),
    );
  });

  it.each([
    ['a byte that UTF-8 does not have', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a surrogate encoded in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['UTF-16', Buffer.from('\ufeff{"name":"a"}', 'utf16le')],
    ['a text that breaks off', '{"name":"a'],
    ['two documents', '{}{}'],
    ['brackets that never close', '['.repeat(30)],
    ['objects that never close', '{"a":'.repeat(30)],
  ])('with %s is malformed', async (_, body) => {
    const codes = await byOperation(async (operation) => codeOf(await call(operation, { headers: JSON_TYPE, body })));
    expect(codes).toEqual(all('malformed_json'));
  });

  it.each([
    ['arrays', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['objects', '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)],
    ['brackets that never close', '['.repeat(10_000)],
    ['a NUL', '"\\u0000"'],
    ['half a character', '"\\ud800"'],
    ['a number that no double holds', '-1e999'],
    ['an array', '[]'],
    ['a word', '"active"'],
    ['a NUL for a name', '{"\\u0000":1}'],
    ['__proto__ for a name', '{"__proto__":{"name":"a","type":"t"}}'],
  ])('of %s is not valid', async (_, body) => {
    const codes = await byOperation(async (operation) => codeOf(await call(operation, { headers: JSON_TYPE, body })));
    expect(codes).toEqual(all('validation_failed'));
  });

  it('of ten thousand levels further down writes nothing', async () => {
    for (const deep of ['['.repeat(10_000) + ']'.repeat(10_000), '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)]) {
      const isUnwritten = await byOperation(async (operation) => {
        const before = written;
        const fields = Object.keys(operation.example as object).map((field) => `${JSON.stringify(field)}:${deep}`);
        await call(operation, { headers: JSON_TYPE, body: `{${fields.join()}}` });
        return written === before;
      });
      expect(isUnwritten).toEqual(all(true));
      const before = written;
      for (const definition of [deep, `{"id":"deep","name":"a","type":"t","metadata":{"a":${deep}}}`]) {
        await ask({
          method: 'POST',
          path: '/agents/import',
          headers: JSON_TYPE,
          body: `{"agents":[${definition}]}`,
        });
      }
      expect(written).toBe(before);
    }
  });

  it('may be as large as the limit and not a byte larger, in one piece or in chunks', async () => {
    const outcomes = await byOperation(async (operation) => {
      const limit = isBatch(operation) ? BATCH_LIMIT : LIMIT;
      const statuses: boolean[] = [];
      for (const extra of [0, 1]) {
        const body = exampleFor(operation).padEnd(limit + extra);
        const whole = await call(operation, { headers: JSON_TYPE, body });
        const chunked = await call(operation, { headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' }, body });
        statuses.push(whole.status === 413, chunked.status === 413);
      }
      return statuses;
    });
    expect(outcomes).toEqual(all([false, false, true, true]));
  });

  it('that is far too large is refused', async () => {
    const body = Buffer.alloc(8 * 1024 * 1024, ' ');
    const codes = await byOperation(async (operation) => codeOf(await call(operation, { headers: JSON_TYPE, body })));
    expect(codes).toEqual(all('payload_too_large'));
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('may come in %s, which hides neither its size nor its faults', async (encoding, encode) => {
    const headers = { ...JSON_TYPE, 'content-encoding': encoding };
    const statuses = await byOperation(async (operation) => {
      const right = await call(operation, { headers, body: encode(exampleFor(operation)) });
      const bomb = await call(operation, { headers, body: encode(Buffer.alloc(16 * 1024 * 1024, ' ')) });
      const broken = await call(operation, { headers, body: encode(exampleFor(operation)).subarray(0, -9) });
      const garbage = await call(operation, { headers, body: exampleFor(operation) });
      return [right.status < 300, bomb.status, broken.status, garbage.status];
    });
    expect(statuses).toEqual(all([true, 413, 400, 400]));
  });

  it.each([
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/x-www-form-urlencoded' }],
    [{ 'content-type': 'application/json; charset=utf-16' }],
    [{ 'content-type': 'application/json; charset=latin1' }],
    [{ 'content-type': 'application/jsonx' }],
    [{ 'content-type': '' }],
    [{}],
    [{ ...JSON_TYPE, 'content-encoding': 'zstd' }],
    [{ ...JSON_TYPE, 'content-encoding': 'gzip, gzip' }],
  ])('under %j is refused for its type', async (headers: Record<string, string>) => {
    const statuses = await byOperation(async (operation) => {
      return (await call(operation, { headers, body: exampleFor(operation) })).status;
    });
    expect(statuses).toEqual(all(415));
  });

  it.each(['{"toString":1}', '{"toString":null,"valueOf":null}', '{"then":1}', '{"toJSON":1}', '[["a"]]'])(
    'with %s for any of its values is answered',
    async (value) => {
      for (const operation of withBody) {
        for (const field of [...Object.keys(operation.example as object), 'id']) {
          const body = jsonText({ ...(operation.example as object), [field]: '@@value@@' }).replace(
            'value',
            () => value,
          );
          await call(operation, { headers: JSON_TYPE, body });
        }
        await call(operation, { headers: JSON_TYPE, body: `{"agents":[{"id":${value},"name":"a","type":"t"}]}` });
      }
    },
  );

  it('with a fault at the end of long names gets an answer of a sensible size', async () => {
    const faults = (size: number, count: number): string =>
      `{"${'k'.repeat(size)}":[${Array.from({ length: count }, () => '"\\u0000"').join()}]}`;
    for (const operation of withBody) await call(operation, { headers: JSON_TYPE, body: faults(200_000, 5000) });
    const batch = `{"agents":[${faults(300_000, 5000)}]}`;
    const { body } = await ask({ method: 'POST', path: '/agents/import', headers: JSON_TYPE, body: batch });
    expect(body.length).toBeLessThanOrEqual(BATCH_LIMIT);
  });
});

describe('a URL', () => {
  it('with any query is answered', async () => {
    const withQuery = operations.filter(({ queryParameters }) => queryParameters.length > 0);
    const sent = fc
      .constantFrom(...operations, ...Array.from({ length: 5 }, () => withQuery).flat())
      .chain((operation) => fc.tuple(fc.constant(operation), oddQuery(operation.queryParameters)));
    await fc.assert(
      fc.asyncProperty(sent, async ([operation, query]) => {
        await call(operation, { ...rightFor(operation), query });
      }),
      runs(1200),
    );
  });

  it('with an unknown parameter is refused by every operation', async () => {
    for (const operation of operations) {
      for (const query of ['?x=1', '?=1', '?=', '?__proto__=1', '?%00=1', '?constructor', '?%ff']) {
        const { status } = await call(operation, { ...rightFor(operation), query });
        const expected = operation.path === '/metrics' ? 200 : 400; // Prometheus may add what it likes
        expect([name(operation), query, status]).toEqual([name(operation), query, expected]);
      }
    }
  });

  it.each([
    ['agents', 'a\0b'],
    ['agents', '\0'],
    [`events of ${ID}`, 'x'],
    [`events of ${ID}`, ''],
    [`events of ${ID}`, '1.5'],
    [`events of ${ID}`, '-1'],
    [`events of ${ID}`, '9223372036854775808'],
    [`events of ${ID}`, '1\0'],
  ])('with a cursor that somebody made who knows how is refused: %s at %j', async (list, position) => {
    const cursor = encodeCursor(list, position);
    if (list === 'agents') {
      const body = JSON.stringify({ cursor });
      expect(await ask({ method: 'POST', path: '/agents/discover', headers: JSON_TYPE, body })).toMatchObject({
        status: 400,
      });
    }
    const path = list === 'agents' ? '/agents' : `/agents/${ID}/events`;
    expect(await ask({ method: 'GET', path: `${path}?cursor=${cursor}` })).toMatchObject({ status: 400 });
  });

  it('with anything for an id is answered', async () => {
    const about = operations.filter(({ path }) => path.includes('{'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...about), oddSegment, async (operation, id) => {
        await call(operation, { ...rightFor(operation), id });
      }),
      runs(1200),
    );
  });

  it('of any path is answered', async () => {
    const path = fc.array(fc.oneof(oddSegment, fc.constantFrom('agents', 'docs', 'health', 'openapi.json')), {
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS'), path, async (method, segments) => {
        await ask({ method, path: `/${segments.join('/')}` });
      }),
      runs(600),
    );
  });
});

describe('a method', () => {
  it('that a path has not is refused with those that it has', async () => {
    for (const path of new Set(operations.map((operation) => operation.path))) {
      const methods = operations.filter((operation) => operation.path === path).map(({ method }) => method);
      const takes = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].sort();
      for (const method of METHODS) {
        if (takes.includes(method) || method === 'CONNECT') continue; // CONNECT has no path; see below
        const { status, headers } = await ask({ method, path: path.replaceAll(/\{\w+\}/g, ID) });
        expect([method, path, status, headers.allow]).toEqual([method, path, 405, takes.join(', ')]);
      }
    }
  });
});

describe('header fields', () => {
  it('of any content are answered', async () => {
    const others = [
      'range',
      'if-range',
      'if-modified-since',
      'accept',
      'accept-encoding',
      'authorization',
      'cookie',
      'origin',
    ];
    const files = ['/docs', '/docs/swagger-ui.css', '/openapi.json', '/openapi.yaml', '/'].map((path): Operation => ({
      method: 'GET',
      path,
      queryParameters: [],
      headers: ['if-match'],
      example: undefined,
    }));
    const sent = fc.constantFrom(...operations, ...files).chain((operation) => {
      const names = fc.oneof(fc.constantFrom('x-request-id', ...operation.headers), fc.constantFrom(...others));
      return fc.tuple(fc.constant(operation), fc.dictionary(names, oddHeader, { maxKeys: 5, noNullPrototype: true }));
    });
    await fc.assert(
      fc.asyncProperty(sent, async ([operation, headers]) => {
        const right = rightFor(operation);
        const { headers: answered } = await call(operation, { ...right, headers: { ...right.headers, ...headers } });
        const id = headers['x-request-id']?.replaceAll(/^[\t ]+|[\t ]+$/g, '') ?? '';
        if (/^[!-~]{1,128}$/.test(id)) expect(answered['x-request-id']).toBe(id);
      }),
      runs(2000),
    );
  });

  it.each([
    ['/docs/swagger-ui.css', { 'if-match': '"x"' }],
    ['/docs/swagger-ui.css', { range: 'bytes=99999999-' }],
    ['/docs/swagger-ui.css', { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }],
    ['/agents', { range: 'bytes=99999999-' }],
  ])('that the files of the documentation understand are answered: %s with %j', async (path, headers) => {
    await ask({ method: 'GET', path, headers });
  });
});

describe('on the wire', () => {
  const body = '{"name":"wire","type":"t"}';
  const request = (line: string, ...headers: string[]): string =>
    `${[line, 'Host: localhost', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`;
  const post = (...headers: string[]): string =>
    request('POST /agents/register HTTP/1.1', 'Content-Type: application/json', ...headers);

  async function expectLegalConversation(bytes: Buffer | string, isAll: boolean): Promise<Reply[]> {
    const replies = await client.converse(bytes, isAll);
    expect(replies).not.toEqual([]);
    for (const reply of replies) expectLegal(reply, 'GET');
    await expectNothingWrittenBy(replies);
    return replies;
  }

  it.each([
    ['a request of HTTP/1.0', request('GET /agents HTTP/1.0'), 200],
    ['an absolute target', request('GET http://localhost/agents?limit=1 HTTP/1.1'), 200],
    ['an absolute target elsewhere', request('GET http://other.example/agents?limit=1 HTTP/1.1'), 403],
    ['an asterisk for a target', request('OPTIONS * HTTP/1.1'), 404],
    ['a fragment', request('GET /agents?limit=1#limit=x HTTP/1.1'), 400],
    ['two slashes', request('GET //agents HTTP/1.1'), 404],
    [
      'an offer to change the protocol',
      request('GET /agents HTTP/1.1', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
      200,
    ],
    [
      'five hundred header fields',
      request('GET /agents HTTP/1.1', ...Array.from({ length: 500 }, (_, i) => `X-${i}: ${i}`)),
      200,
    ],
    ['two request ids', request('GET /agents HTTP/1.1', 'X-Request-Id: a', 'X-Request-Id: b'), 200],
    [
      'two tags',
      request(
        `PUT /agents/${ID} HTTP/1.1`,
        'If-Match: "a"',
        'If-Match: "b"',
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
      ) + body,
      412,
    ],
    ['two content types', post('Content-Type: text/plain', `Content-Length: ${body.length}`) + body, 201],
    ['a body that waits for leave', post('Expect: 100-continue', `Content-Length: ${body.length}`) + body, 201],
    [
      'a body in odd chunks',
      post('Transfer-Encoding: chunked') + `1;x="y"\r\n{\r\n00019\r\n${body.slice(1)}\r\n0\r\nX-Trailer: x\r\n\r\n`,
      201,
    ],
    ['a body that is longer than it says', post('Content-Length: 10') + body, 400],
    [
      'a body where none is needed',
      request(`GET /agents/${ID} HTTP/1.1`, `Content-Length: ${body.length}`) + body,
      200,
    ],
  ])('%s is answered', async (_, bytes, status) => {
    const [reply] = await expectLegalConversation(bytes, false);
    expect(reply).toMatchObject({ status });
  });

  it.each([
    ['a body that is shorter than it says', post('Content-Length: 1000') + body, true],
    ['a chunk that never comes', post('Transfer-Encoding: chunked') + '10\r\n{"name":', true],
    ['a chunk of no size', post('Transfer-Encoding: chunked') + 'zz\r\n{}\r\n0\r\n\r\n', false],
    ['a length below zero', post('Content-Length: -1') + body, false],
    ['a length in words', post('Content-Length: ten') + body, false],
    ['two lengths', post('Content-Length: 5', `Content-Length: ${body.length}`) + body, false],
    ['a length and chunks', post(`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked') + '0\r\n\r\n', false],
    ['an unknown transfer coding', post('Transfer-Encoding: chunked, gzip') + body, false],
    ['an unknown method', request('FROB /agents HTTP/1.1'), false],
    ['a method in small letters', request('get /agents HTTP/1.1'), false],
    ['a tunnel', request('CONNECT registry:80 HTTP/1.1'), false],
    ['an unknown version', request('GET /agents HTTP/3.7'), false],
    ['a target that is no URL', request('GET http://[/agents HTTP/1.1'), false],
    ['a body for a target that is no URL', request('POST http://[/agents HTTP/1.1', 'Content-Length: 2') + '{}', false],
    ['an authority for a target', request('GET registry:80 HTTP/1.1'), false],
    ['a space in the target', request('GET /agents?name=a b HTTP/1.1'), false],
    ['a header field without a colon', request('GET /agents HTTP/1.1', 'X-Odd'), false],
    ['a space in the name of a header field', request('GET /agents HTTP/1.1', 'X Odd: 1'), false],
    ['a NUL in a header field', request('GET /agents HTTP/1.1', 'X-Odd: a\0b'), false],
    ['a header field of 20 KB', request('GET /agents HTTP/1.1', `X-Odd: ${'x'.repeat(20_000)}`), false],
    ['a target of 20 KB', request(`GET /agents?name=${'x'.repeat(20_000)} HTTP/1.1`), false],
    ['an expectation that nobody can meet', post('Expect: miracles', `Content-Length: ${body.length}`) + body, false],
    ['the beginning of TLS', Buffer.from('160301020001000', 'hex'), true],
  ])('%s is refused with a problem document', async (_, bytes, isAll) => {
    const replies = await expectLegalConversation(bytes, isAll);
    expect(replies.at(-1)!.status).toBeGreaterThanOrEqual(400);
  });

  it.each(['http://%zz@registry/agents', 'http://xn--{xn--/agents', 'http://registry:/agents', 'x://registry/agents'])(
    'a target that not every parser of URLs takes is answered: %s',
    async (target) => {
      await expectLegalConversation(request(`GET ${target} HTTP/1.1`), false);
    },
  );

  it('any target and any header field are answered', async () => {
    const text = oddHeadBytes.map((raw) => raw.replaceAll(/[\0- \x7f]/g, ''));
    const printable = fc.stringMatching(/^[!-~]{0,20}$/);
    const target = fc.oneof(
      text.map((rest) => `/${rest}`),
      text,
      printable.map((authority) => `http://${authority}/agents`),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('GET', 'PUT', 'OPTIONS'), target, oddHeadBytes, async (method, path, field) => {
        const bytes = Buffer.from(request(`${method} ${path || '/'} HTTP/1.1`, `X-Odd: ${field}`), 'latin1');
        expect(await expectLegalConversation(bytes, false)).toHaveLength(1);
      }),
      runs(500),
    );
  });
});

describe('what hostile input leaves behind', () => {
  it('is never more than the contract allows, even when it came in parts', async () => {
    const part = (parts: string): object => ({
      id: ID,
      name: ID,
      type: 'worker',
      capabilities: [parts],
      endpoints: Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`${parts}${index}`, 'urn:x'])),
      metadata: { [parts]: 'x'.repeat(40_000) },
    });
    for (const parts of ['a', 'b']) {
      const body = JSON.stringify({ agents: [part(parts)] });
      await ask({ method: 'POST', path: '/agents/import', headers: JSON_TYPE, body });
      const { endpoints, metadata } = part(parts) as { endpoints: object; metadata: object };
      await ask({
        method: 'PATCH',
        path: `/agents/${ID}`,
        headers: JSON_TYPE,
        body: JSON.stringify({ endpoints, metadata }),
      });
    }
    await expectWithinLimits(ID);
  });

  it('is the same after the same request, whatever its numbers look like', async () => {
    const replace = async (): Promise<unknown> => {
      const fields = `"name":"${ID}","type":"t","metadata":{"a":-0,"b":0.10,"c":1e3,"d":12345678901234567890123,"e":1e-7}`;
      const { headers } = await ask({ method: 'PUT', path: `/agents/${ID}`, headers: JSON_TYPE, body: `{${fields}}` });
      return headers.etag;
    };
    expect(await replace()).toBe(await replace());
  });

  it('counts characters as PostgreSQL does', async () => {
    const texts = fc
      .sample(fc.string({ unit: 'binary', maxLength: 300, size: 'max' }), 500)
      .map((text) => text.replaceAll('\0', ''));
    const counted = await app.database.query<{ length: number }>(
      'SELECT char_length(text) AS length FROM unnest($1::text[]) WITH ORDINALITY AS item(text, place) ORDER BY place',
      [texts],
    );
    expect(counted.map(({ length }) => length)).toEqual(texts.map(characterCount));
  });

  it('is an agent that everybody can read, within the limits of the contract, for every row', async () => {
    const rows = await app.database.query<{ id: string }>('SELECT id FROM agents WHERE deregistered_at IS NULL');
    expect(rows.length).toBeGreaterThanOrEqual(HOSTILE_IDS.length);
    for (const { id } of rows) await expectWithinLimits(id);
  });

  interface Stored {
    id: string;
    name: string;
    type: string;
    category: string | null;
    version: string | null;
    status: string;
    capabilities: string[];
    endpoints: Record<string, string>;
    metadata: Record<string, unknown>;
    registered_at: string;
    health: Record<
      'cpu_percent' | 'memory_percent' | 'active_connections' | 'error_count' | 'uptime_seconds',
      number | null
    >;
    heartbeat: { interval_seconds: number; enabled: boolean; timeout_seconds: number };
  }

  async function expectWithinLimits(id: string): Promise<void> {
    const { status, body } = await ask({ method: 'GET', path: `/agents/${encodeURIComponent(id)}` });
    expect(status).toBe(200);
    const agent = JSON.parse(body) as Stored;
    const { capabilities, endpoints, metadata, health, heartbeat } = agent;
    expect(agent.id).toMatch(/^[A-Za-z0-9._:-]{1,255}$/);
    expect(agent.registered_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const measured = {
      name: within(1, [...agent.name].length, 255),
      type: within(1, [...agent.type].length, 100),
      category: within(0, [...(agent.category ?? '')].length, 100),
      version: within(0, [...(agent.version ?? '')].length, 50),
      capabilities: within(0, capabilities.length, 256) && new Set(capabilities).size === capabilities.length,
      words: capabilities.every((word) => within(1, [...word].length, 256)),
      endpoints: within(0, Object.keys(endpoints).length, 64),
      addresses: Object.values(endpoints).every((uri) => URL.canParse(uri)),
      metadata: within(2, Buffer.byteLength(JSON.stringify(metadata)), 64 * 1024),
      levels: levelsOf(metadata) <= 8,
      load: within(0, health.cpu_percent ?? 0, 100) && within(0, health.memory_percent ?? 0, 100),
      figures: [health.active_connections, health.error_count].every(
        (figure) => (figure ?? 0) >= 0 && Number.isInteger(figure ?? 0),
      ),
      uptime: (health.uptime_seconds ?? 0) >= 0,
      interval: Number.isInteger(heartbeat.interval_seconds) && within(1, heartbeat.interval_seconds, 3600),
    };
    const broken = Object.entries(measured).filter(([, isKept]) => !isKept);
    expect([id, broken]).toEqual([id, []]);
  }

  const within = (min: number, value: number, max: number): boolean => value >= min && value <= max;

  const levelsOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(levelsOf)) : 0;
});
