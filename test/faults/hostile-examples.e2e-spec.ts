import { METHODS } from 'node:http';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { encodeCursor } from '../../src/platform/validation/paging/paging';
import type { Operation } from '../support/operations';
import type { Reply } from '../support/wire';
import { jsonText } from './hostile/arbitraries';
import { exampleFor, headOf, ID, JSON_TYPE, rightFor } from './hostile/requests';
import { HostileTarget } from './hostile/target';
import { DISPUTED_TARGETS, UNUSUAL, WRONG } from './hostile/wire-cases';

const LIMIT = 256 * 1024;
const BATCH_LIMIT = 4 * 1024 * 1024;
const BATCH_PATHS = ['/agents/import', '/agents/heartbeats'];

let target: HostileTarget;

beforeAll(async () => {
  target = await HostileTarget.start();
});
afterAll(() => target.close());
beforeEach(() => target.enrol());
afterEach(() => target.expectNothingTorn());

/** At its quickest: at its default it takes seconds. */
function brotli(data: Buffer | string): Buffer {
  return brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
}

const codeOf = ({ body }: Reply): unknown => (JSON.parse(body) as { code?: unknown }).code;

/** Also where the body is good and only the operation has no use: agents have no tokens while access control is off. */
const isTaken = (reply: Reply): boolean => reply.status < 300 || codeOf(reply) === 'access_control_off';

const name = ({ method, path }: Operation): string => `${method} ${path}`;

describe('a request body', () => {
  /** Calls every operation that takes a body and gives what came of it, by operation. */
  async function byOperation<T>(work: (operation: Operation) => Promise<T>): Promise<Record<string, T>> {
    const results: Record<string, T> = {};
    for (const operation of target.withBody) {
      await target.enrol();
      results[name(operation)] = await work(operation);
    }
    return results;
  }

  const all = <T>(result: T): Record<string, T> =>
    Object.fromEntries(target.withBody.map((operation) => [name(operation), result]));
  const isBatch = ({ path }: Operation): boolean => BATCH_PATHS.includes(path);

  it('that is the documented example is taken', async () => {
    const outcomes = await byOperation(async (operation) => {
      const reply = await target.call(operation, rightFor(operation));
      return isTaken(reply) && !reply.body.includes('validation_failed'); // a batch has its rejections in a 200
    });
    expect(outcomes).toEqual(all(true));
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
    const codes = await byOperation(async (operation) =>
      codeOf(await target.call(operation, { headers: JSON_TYPE, body })),
    );
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
    const codes = await byOperation(async (operation) =>
      codeOf(await target.call(operation, { headers: JSON_TYPE, body })),
    );
    expect(codes).toEqual(all('validation_failed'));
  });

  it('of ten thousand levels further down writes nothing', async () => {
    for (const deep of ['['.repeat(10_000) + ']'.repeat(10_000), '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000)]) {
      const isUnwritten = await byOperation(async (operation) => {
        const before = target.written;
        const fields = Object.keys(operation.example as object).map((field) => `${JSON.stringify(field)}:${deep}`);
        await target.call(operation, { headers: JSON_TYPE, body: `{${fields.join()}}` });
        return target.written === before;
      });
      expect(isUnwritten).toEqual(all(true));
      const before = target.written;
      for (const definition of [deep, `{"id":"deep","name":"a","type":"t","metadata":{"a":${deep}}}`]) {
        await target.ask({
          method: 'POST',
          path: '/agents/import',
          headers: JSON_TYPE,
          body: `{"agents":[${definition}]}`,
        });
      }
      expect(target.written).toBe(before);
    }
  });

  it('may be as large as the limit and not a byte larger, in one piece or in chunks', async () => {
    const outcomes = await byOperation(async (operation) => {
      const limit = isBatch(operation) ? BATCH_LIMIT : LIMIT;
      const statuses: boolean[] = [];
      for (const extra of [0, 1]) {
        const body = exampleFor(operation).padEnd(limit + extra);
        const whole = await target.call(operation, { headers: JSON_TYPE, body });
        const chunked = await target.call(operation, {
          headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' },
          body,
        });
        statuses.push(whole.status === 413, chunked.status === 413);
      }
      return statuses;
    });
    expect(outcomes).toEqual(all([false, false, true, true]));
  });

  it('that is far too large is refused', async () => {
    const body = Buffer.alloc(8 * 1024 * 1024, ' ');
    const codes = await byOperation(async (operation) =>
      codeOf(await target.call(operation, { headers: JSON_TYPE, body })),
    );
    expect(codes).toEqual(all('payload_too_large'));
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotli],
  ])('may come in %s, which hides neither its size nor its faults', async (encoding, encode) => {
    const headers = { ...JSON_TYPE, 'content-encoding': encoding };
    const bombOfSpaces = encode(Buffer.alloc(16 * 1024 * 1024, ' '));
    const statuses = await byOperation(async (operation) => {
      const right = await target.call(operation, { headers, body: encode(exampleFor(operation)) });
      const bomb = await target.call(operation, { headers, body: bombOfSpaces });
      const broken = await target.call(operation, { headers, body: encode(exampleFor(operation)).subarray(0, -9) });
      const garbage = await target.call(operation, { headers, body: exampleFor(operation) });
      return [isTaken(right), bomb.status, broken.status, garbage.status];
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
      return (await target.call(operation, { headers, body: exampleFor(operation) })).status;
    });
    expect(statuses).toEqual(all(415));
  });

  it.each(['{"toString":1}', '{"toString":null,"valueOf":null}', '{"then":1}', '{"toJSON":1}', '[["a"]]'])(
    'with %s for any of its values is answered',
    async (value) => {
      for (const operation of target.withBody) {
        for (const field of [...Object.keys(operation.example as object), 'id']) {
          const body = jsonText({ ...(operation.example as object), [field]: '@@value@@' }).replace(
            'value',
            () => value,
          );
          await target.call(operation, { headers: JSON_TYPE, body });
        }
        await target.call(operation, {
          headers: JSON_TYPE,
          body: `{"agents":[{"id":${value},"name":"a","type":"t"}]}`,
        });
      }
    },
  );

  it('with a fault at the end of long names gets an answer of a sensible size', async () => {
    const faults = (size: number, count: number): string =>
      `{"${'k'.repeat(size)}":[${Array.from({ length: count }, () => '"\\u0000"').join()}]}`;
    for (const operation of target.withBody)
      await target.call(operation, { headers: JSON_TYPE, body: faults(200_000, 5000) });
    const batch = `{"agents":[${faults(300_000, 5000)}]}`;
    const { body } = await target.ask({ method: 'POST', path: '/agents/import', headers: JSON_TYPE, body: batch });
    expect(body.length).toBeLessThanOrEqual(BATCH_LIMIT);
  });
});

describe('a URL', () => {
  it('with an unknown parameter is refused by every operation', async () => {
    for (const operation of target.operations) {
      const statuses: Record<string, number> = {};
      for (const query of ['?x=1', '?=1', '?=', '?__proto__=1', '?%00=1', '?constructor', '?%ff'])
        statuses[query] = (await target.call(operation, { ...rightFor(operation), query })).status;
      const expected = operation.path === '/metrics' ? 200 : 400; // Prometheus may add what it likes
      expect([name(operation), new Set(Object.values(statuses))]).toEqual([name(operation), new Set([expected])]);
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
      expect(await target.ask({ method: 'POST', path: '/agents/discover', headers: JSON_TYPE, body })).toMatchObject({
        status: 400,
      });
    }
    const path = list === 'agents' ? '/agents' : `/agents/${ID}/events`;
    expect(await target.ask({ method: 'GET', path: `${path}?cursor=${cursor}` })).toMatchObject({ status: 400 });
  });
});

describe('a method', () => {
  it('that a path has not is refused with those that it has', async () => {
    for (const path of new Set(target.operations.map((operation) => operation.path))) {
      const methods = target.operations.filter((operation) => operation.path === path).map(({ method }) => method);
      const takes = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].sort();
      const others = METHODS.filter((method) => !takes.includes(method) && method !== 'CONNECT'); // that one has no path
      const answers: Record<string, unknown> = {};
      for (const method of others) {
        const { status, headers } = await target.ask({ method, path: path.replaceAll(/\{\w+\}/g, ID) });
        answers[method] = `${status} ${headers.allow}`;
      }
      expect([path, answers]).toEqual([
        path,
        Object.fromEntries(others.map((method) => [method, `405 ${takes.join(', ')}`])),
      ]);
    }
  });
});

describe('header fields', () => {
  it.each([
    ['/docs/swagger-ui.css', { 'if-match': '"x"' }],
    ['/docs/swagger-ui.css', { range: 'bytes=99999999-' }],
    ['/docs/swagger-ui.css', { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }],
    ['/agents', { range: 'bytes=99999999-' }],
  ])('that the files of the documentation understand are answered: %s with %j', async (path, headers) => {
    await target.ask({ method: 'GET', path, headers });
  });
});

describe('on the wire', () => {
  it.each(UNUSUAL)('%s is answered', async (_, bytes, status) => {
    const [reply] = await target.converse(bytes);
    expect(reply).toMatchObject({ status });
  });

  it.each(WRONG)('%s is refused with a problem document', async (_, bytes, isAll) => {
    const replies = await target.converse(bytes, isAll);
    expect(replies.at(-1)!.status).toBeGreaterThanOrEqual(400);
  });

  it.each(DISPUTED_TARGETS)('a target that not every parser of URLs takes is answered: %s', async (uri) => {
    await target.converse(headOf(`GET ${uri} HTTP/1.1`));
  });
});

describe('what hostile input leaves behind', () => {
  it('is an agent that everybody can read, within the limits of the contract, for every row', async () => {
    expect(await target.agentsBeyondLimits()).toEqual([]);
  });
});
