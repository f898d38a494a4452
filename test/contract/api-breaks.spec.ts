import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

type Json = Record<string, unknown>;

/** A document of one operation, `POST /things`. */
function documentOf(operation: Json, schemas: Json = {}): Json {
  return {
    paths: { '/things': { post: { operationId: 'make', responses: {}, ...operation } } },
    components: { schemas },
  };
}

const taking = (schema: Json, required = true): Json =>
  documentOf({ requestBody: { required, content: { 'application/json': { schema } } } });
const giving = (schema: Json): Json =>
  documentOf({ responses: { 200: { content: { 'application/json': { schema } } } } });
const having = (parameter: Json): Json =>
  documentOf({ parameters: [{ in: 'query', name: 'limit', schema: { type: 'integer' }, ...parameter }] });
const object = (properties: Json, required: string[] = []): Json => ({ type: 'object', properties, required });
const refusing = (...codes: string[]): Json => {
  const examples = Object.fromEntries(codes.map((code) => [code, {}]));
  return documentOf({ responses: { 409: { content: { 'application/problem+json': { schema: {}, examples } } } } });
};
const text = { type: 'string' };
const number = (limits: Json): Json => object({ n: { type: 'integer', ...limits } });
const words = (...values: string[]): Json => object({ w: { type: 'string', enum: values } });
const tree = (leaf: Json): Json =>
  documentOf(
    { responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Tree' } } } } } },
    { Tree: object({ leaf, child: { nullable: true, allOf: [{ $ref: '#/components/schemas/Tree' }] } }) },
  );

const BREAKS: [what: string, before: Json, after: Json, line: string][] = [
  ['a path that is gone', documentOf({}), { paths: {} }, 'is gone'],
  ['a method that is gone', documentOf({}), { paths: { '/things': { get: {} } } }, 'is gone'],
  ['another operationId', documentOf({}), documentOf({ operationId: 'build' }), 'the operationId make is build now'],
  ['a parameter that is gone', having({}), documentOf({}), 'the query parameter limit is gone'],
  [
    'a new required parameter',
    documentOf({}),
    having({ required: true }),
    'the query parameter limit is new and required',
  ],
  [
    'a parameter that is required now',
    having({}),
    having({ required: true }),
    'the query parameter limit is required now',
  ],
  [
    'a default of a parameter that is another',
    having({ schema: { type: 'integer', default: 100 } }),
    having({ schema: { type: 'integer', default: 50 } }),
    'the default of the query parameter limit is 50 instead of 100',
  ],
  ['a body that is new', documentOf({}), taking(object({})), 'takes a body now'],
  ['a body that is required now', taking(object({}), false), taking(object({})), 'the body is required now'],
  [
    'a new required property',
    taking(object({ a: text })),
    taking(object({ a: text, b: text }, ['b'])),
    'the body.b is new and required',
  ],
  [
    'a property that is required now',
    taking(object({ a: text })),
    taking(object({ a: text }, ['a'])),
    'the body.a is required now',
  ],
  ['a property that is taken no more', taking(object({ a: text })), taking(object({})), 'the body.a is gone'],
  ['a property of another type', taking(object({ a: text })), taking(number({})), 'the body.a is gone'],
  [
    'a narrower type',
    taking(object({ n: { type: 'number' } })),
    taking(number({})),
    'the body.n is integer instead of number',
  ],
  ['a lower maximum', taking(number({ maximum: 9 })), taking(number({ maximum: 8 })), 'maximum of the body.n is 8 now'],
  ['a maximum that is new', taking(number({})), taking(number({ maximum: 8 })), 'maximum of the body.n is 8 now'],
  [
    'a higher minimum',
    taking(number({ minimum: 0 })),
    taking(number({ minimum: 1 })),
    'minimum of the body.n is 1 now',
  ],
  ['a word that is taken no more', taking(words('a', 'b')), taking(words('a')), 'the body.w does not take b any more'],
  ['words instead of any', taking(object({ w: text })), taking(words('a')), 'the body.w takes only a now'],
  [
    'null that is taken no more',
    taking(object({ a: { ...text, nullable: true } })),
    taking(object({ a: text })),
    'the body.a may not be null any more',
  ],
  [
    'another pattern',
    taking(object({ a: text })),
    taking(object({ a: { ...text, pattern: '^x' } })),
    'the pattern of the body.a is ^x now',
  ],
  ['a status that is gone', giving({}), documentOf({}), 'the response 200 is gone'],
  ['a success that is new', documentOf({}), giving({}), 'the response 200 is new'],
  ['a response property that is gone', giving(object({ a: text })), giving(object({})), 'the response 200.a is gone'],
  [
    'a response property that may be absent',
    giving(object({ a: text }, ['a'])),
    giving(object({ a: text })),
    'the response 200.a may be absent now',
  ],
  [
    'a response property that may be null',
    giving(object({ a: text })),
    giving(object({ a: { ...text, nullable: true } })),
    'the response 200.a may be null now',
  ],
  [
    'a response of a wider type',
    giving(number({})),
    giving(object({ n: { type: 'number' } })),
    'the response 200.n is number instead of integer',
  ],
  [
    'what is inside of arrays',
    giving({ type: 'array', items: object({ a: text }) }),
    giving({ type: 'array', items: object({}) }),
    'the response 200[].a is gone',
  ],
  [
    'what is behind references, however they turn',
    tree(text),
    tree({ type: 'integer' }),
    'the response 200.leaf is integer instead of string',
  ],
  ['a code that is gone', refusing('busy', 'late'), refusing('busy'), 'the code late of the response 409 is gone'],
  [
    'a token that is asked for now',
    documentOf({ security: [] }),
    documentOf({ security: [{ token: [] }] }),
    'takes a token now',
  ],
  [
    'another scope',
    documentOf({ 'x-required-scope': 'read' }),
    documentOf({ 'x-required-scope': 'admin' }),
    'takes the scope admin instead of read',
  ],
];

const COMPATIBLE: [what: string, before: Json, after: Json][] = [
  ['a new path', { paths: {} }, documentOf({})],
  ['a new optional parameter', documentOf({}), having({})],
  ['a new optional property of a request', taking(object({})), taking(object({ a: text }))],
  ['a property that is required no more', taking(object({ a: text }, ['a'])), taking(object({ a: text }))],
  ['a higher maximum', taking(number({ maximum: 9 })), taking(number({ maximum: 10 }))],
  ['one more word to send', taking(words('a')), taking(words('a', 'b'))],
  ['null that is taken now', taking(object({ a: text })), taking(object({ a: { ...text, nullable: true } }))],
  ['a wider type to send', taking(number({})), taking(object({ n: { type: 'number' } }))],
  ['a new response property', giving(object({})), giving(object({ a: text }))],
  ['one more word to get, which clients have to expect', giving(words('a')), giving(words('a', 'b'))],
  ['a limit of what is got', giving(number({})), giving(number({ maximum: 9 }))],
  ['a new code', refusing('busy'), refusing('busy', 'late')],
  ['no token any more', documentOf({ security: [{ token: [] }] }), documentOf({ security: [] })],
];

/** One process for all of them: what is compared is an ECMAScript module. */
function breaksOfAll(pairs: [Json, Json][]): string[][] {
  const program =
    "import { breaksBetween } from './scripts/lib/api-breaks.mjs'; import { readFileSync } from 'node:fs';" +
    'process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0)).map(([before, after]) => breaksBetween(before, after))))';
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: join(__dirname, '../..'),
    input: JSON.stringify(pairs),
    encoding: 'utf8',
  });
  return JSON.parse(output) as string[][];
}

describe('What breaks clients of the last release', () => {
  let found: string[][];
  beforeAll(() => (found = breaksOfAll(BREAKS.map(([, before, after]) => [before, after]))));

  it.each(BREAKS.map(([what, , , line], index) => [what, line, index] as const))('is %s', (_, line, index) => {
    expect(found[index]).toEqual([`POST /things: ${line}`]);
  });
});

describe('What breaks no client', () => {
  let found: string[][];
  beforeAll(() => (found = breaksOfAll(COMPATIBLE.map(([, before, after]) => [before, after]))));

  it.each(COMPATIBLE.map(([what], index) => [what, index] as const))('is %s', (_, index) => {
    expect(found[index]).toEqual([]);
  });
});
