import * as fc from 'fast-check';

/** Agents that the tests of hostile input begin with. */
export const HOSTILE_IDS = ['hostile-1', 'hostile-2', 'hostile-3'];

type Step = string | number;

export const someBytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength, size: 'max' }).map((array) => Buffer.from(array));

/** UTF-16 code units as they come, unpaired surrogates and NUL among them. */
const codeUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
  .map((units) => String.fromCharCode(...units));

/** Any characters. (`fc.string({ unit: 'binary' })` makes a table of all of them first, which takes a second.) */
export const anyCharacters = fc
  .array(fc.integer({ min: 0, max: 0x10f7ff }), { maxLength: 300, size: 'max' })
  .map((points) => String.fromCodePoint(...points.map((point) => (point < 0xd800 ? point : point + 0x800))));

/** Names that JavaScript gives a meaning. */
const trap = fc.constantFrom('__proto__', 'constructor', 'toString', 'valueOf', 'toJSON', 'then', 'hasOwnProperty', '');

const oddText = fc.oneof(
  codeUnits,
  trap,
  anyCharacters,
  fc.constantFrom('\0', '\ud800', '😀'.repeat(255), '😀'.repeat(256), '❤\ufe0f'.repeat(128), 'x'.repeat(70_000)),
  fc.constantFrom('register', '..', "'; DROP TABLE agents; --", '$1', '{"', '\\', 'http://[', 'urn:\ud800'),
);

/** Some of them cannot be said in JavaScript; see {@link jsonText}. */
const oddNumber = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom<unknown>(0, -1, 1.5, 3600, 3601, 2 ** 53, 1e308, 5e-324),
  fc.constantFrom('@@1e400@@', '@@-1e400@@', '@@-0@@', '@@0.10@@', '@@123456789012345678901234567890@@'),
);

export const oddJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false),
    oddNumber,
    oddText,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(oddText, tie('value')), { maxLength: 3 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;

/** JSON, with the numbers that only JSON can say. */
export function jsonText(value: unknown): string {
  return (JSON.stringify(value) ?? '').replaceAll(/"@@(.*?)@@"/g, '$1');
}

/** A body like the example, of which one value is another, or which has one too many, or nothing of the kind. */
export function nearly(example: unknown): fc.Arbitrary<string> {
  const valid = fc.constantFrom(undefined, ...HOSTILE_IDS).map((id) => withId(example, id));
  const spoilt = fc
    .tuple(valid, fc.constantFrom(...pathsIn(example)), oddJson)
    .map(([body, path, by]) => replaced(body, path, by));
  const tooMuch = fc.tuple(valid, oddText, oddJson).map(([body, name, value]) => added(body, name, value));
  return fc
    .oneof({ weight: 6, arbitrary: spoilt }, { weight: 2, arbitrary: tooMuch }, { weight: 1, arbitrary: valid })
    .map(jsonText);
}

/** A text of which some bytes are others, gone or new. */
export function garbled(text: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  const edits = fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1), someBytes(3)), { minLength: 1, maxLength: 3 });
  return fc.tuple(text, edits).map(([whole, changes]) =>
    changes.reduce((buffer, [place, cut, put]) => {
      const at = place % (buffer.length + 1);
      return Buffer.concat([buffer.subarray(0, at), put, buffer.subarray(at + cut)]);
    }, Buffer.from(whole)),
  );
}

/** `body` about the agent `id`, wherever it names one; undefined: about none. */
export function withId(body: unknown, id: string | undefined): unknown {
  return pathsIn(body)
    .filter((path) => path.at(-1) === 'id')
    .reduce((changed, path) => replaced(changed, path, id), body);
}

function pathsIn(value: unknown): Step[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  const steps: [Step, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [[], ...steps.flatMap(([step, inner]) => pathsIn(inner).map((path) => [step, ...path]))];
}

function replaced(value: unknown, [step, ...rest]: Step[], by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value))
    return (value as unknown[]).map((item, index) => (index === step ? replaced(item, rest, by) : item));
  const entries = Object.entries(value as object) as [string, unknown][];
  return Object.fromEntries(entries.map(([name, item]) => [name, name === step ? replaced(item, rest, by) : item]));
}

function added(body: unknown, name: string, value: unknown): unknown {
  return Array.isArray(body)
    ? [...(body as unknown[]), value]
    : Object.fromEntries([...Object.entries(body as object), [name, value]]);
}

const percentEncoded = (raw: Uint8Array): string =>
  [...raw].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

const oddUrlText = fc.oneof(
  someBytes(30).map(percentEncoded),
  oddText.map((text) => percentEncoded(Buffer.from(text.slice(0, 300)))),
  fc.stringMatching(/^[!-~]{0,40}$/),
  fc.constantFrom(
    '',
    '%',
    '%zz',
    '%E0%A4%A',
    '%00',
    '%2f',
    '%2e%2e',
    '+',
    '*',
    '[]',
    '..;/',
    '%F0%9F%98%80'.repeat(256),
  ),
);

/** What may stand where an id is expected. */
export const oddSegment = fc.oneof(
  oddUrlText.map((text) => text.replaceAll(/[?#]/g, '')),
  fc.stringMatching(/^[A-Za-z0-9._:-]{0,300}$/, { size: 'max' }),
  fc.constantFrom('register', 'discover', 'import', 'heartbeats', '.', '..', 'x'.repeat(255), 'x'.repeat(256)),
  fc.constantFrom(...HOSTILE_IDS),
);

/** A query string: odd values for these parameters, or odd parameters as well. */
export function oddQuery(parameters: string[]): fc.Arbitrary<string> {
  const known = fc.constantFrom(...parameters, 'type');
  const name = fc.oneof(known, fc.constantFrom('metadata.__proto__', 'type[]', ''), oddUrlText);
  const plain = fc.constantFrom('1', '1000', '0', '-1', '1e3', 'true', 'active', 'stale', 'worker', 'null', '3');
  const value = fc.oneof(plain, oddUrlText);
  const pairs = fc.oneof(
    fc.uniqueArray(fc.tuple(known, value), { selector: ([key]) => key, minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(name, value), { maxLength: 6 }),
  );
  return pairs.map((list) => `?${list.map((pair) => pair.join('=')).join('&')}`);
}

/** What HTTP lets a header field hold. */
export const oddHeader = fc.oneof(
  fc.stringMatching(/^[\t !-~\x80-\xff]{0,40}$/),
  fc.constantFrom(
    '',
    '*',
    '"',
    '""',
    'W/',
    'W/"x"',
    '"a", "b"',
    ',,,',
    '\t',
    'x'.repeat(128),
    'x'.repeat(129),
    'ÿ'.repeat(255),
  ),
  fc.constantFrom('x'.repeat(255), 'x'.repeat(256), '"'.repeat(2000), 'W/"'.repeat(1000), 'constructor', '__proto__'),
);

/** A line of a request's head: any bytes but those that end it. */
export const oddHeadBytes = someBytes(60).map((raw) => raw.toString('latin1').replaceAll(/[\r\n]/g, ''));
