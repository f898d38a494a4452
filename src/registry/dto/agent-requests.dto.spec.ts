import * as fc from 'fast-check';
import type { FieldError } from '../../platform/validation/domain-error';
import { jsonViolations } from '../../platform/validation/json-limits';
import { violationsOf } from '../../platform/validation/validate';
import { unstorable } from '../../platform/validation/json-limits';
import {
  agentId,
  agentPath,
  capabilities,
  chosenAgentId,
  definitions,
  endpoints,
  metadata,
  RESERVED_IDS,
  storableId,
} from '../../agent/agent-fields';
import {
  AgentDefinitionDto,
  AgentFieldsDto,
  DiscoverAgentsDto,
  ImportAgentsDto,
  RegisterAgentDto,
  SetStatusDto,
} from './agent-requests.dto';

const MINIMAL = { name: 'a', type: 't' };
const fieldsOf = (violations: FieldError[]): string[] => violations.map(({ field }) => field);
const many = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => item(index));
const named = (count: number): Record<string, string> =>
  Object.fromEntries(many(count, (index) => [`e${index}`, `http://host/${index}`]));
/** A URI of so many characters. */
const uri = (length: number): string => 'urn:'.padEnd(length, 'x');
/** Metadata of so many bytes as JSON. */
const bytes = (count: number): object => ({ key: 'x'.repeat(count - '{"key":""}'.length) });
/** Metadata of so many levels. */
const levels = (count: number): unknown => JSON.parse('{"a":'.repeat(count - 1) + '{}' + '}'.repeat(count - 1));

/** A registration that is at a limit, one that is past it, and the field that is wrong with the latter. */
const LIMITS: [limit: string, within: object, beyond: object, field: string][] = [
  ['a name has a character', { name: 'a' }, { name: '' }, 'name'],
  ['a name has 255 characters', { name: 'x'.repeat(255) }, { name: 'x'.repeat(256) }, 'name'],
  ['a name has 255 characters, astral ones', { name: '😀'.repeat(255) }, { name: '😀'.repeat(256) }, 'name'],
  ['a name counts U+FE0F', { name: '❤\ufe0f'.repeat(127) }, { name: '❤\ufe0f'.repeat(128) }, 'name'],
  ['a type has a character', { type: 'a' }, { type: '' }, 'type'],
  ['a type has 100 characters', { type: 'x'.repeat(100) }, { type: 'x'.repeat(101) }, 'type'],
  ['a category has 100 characters', { category: 'x'.repeat(100) }, { category: 'x'.repeat(101) }, 'category'],
  ['a version has 50 characters', { version: 'x'.repeat(50) }, { version: 'x'.repeat(51) }, 'version'],
  ['an id has a character', { id: 'a' }, { id: '' }, 'id'],
  ['an id has 255 characters', { id: 'x'.repeat(255) }, { id: 'x'.repeat(256) }, 'id'],
  ['256 capabilities', { capabilities: many(256, String) }, { capabilities: many(257, String) }, 'capabilities'],
  [
    'a capability has 256 characters',
    { capabilities: ['a', 'x'.repeat(256)] },
    { capabilities: ['a', 'x'.repeat(257)] },
    'capabilities[1]',
  ],
  ['a capability has a character', { capabilities: ['a'] }, { capabilities: [''] }, 'capabilities[0]'],
  ['a capability is there once', { capabilities: ['a', 'A'] }, { capabilities: ['a', 'a'] }, 'capabilities[1]'],
  ['64 endpoints', { endpoints: named(64) }, { endpoints: named(65) }, 'endpoints'],
  ['an endpoint has 2048 characters', { endpoints: { e: uri(2048) } }, { endpoints: { e: uri(2049) } }, 'endpoints.e'],
  [
    'the name of an endpoint has 256 characters',
    { endpoints: { ['x'.repeat(256)]: 'urn:x' } },
    { endpoints: { ['x'.repeat(257)]: 'urn:x' } },
    `endpoints.${'x'.repeat(257)}`,
  ],
  [
    'the name of an endpoint has 256 characters, astral ones',
    { endpoints: { ['😀'.repeat(256)]: 'urn:x' } },
    { endpoints: { ['😀'.repeat(257)]: 'urn:x' } },
    `endpoints["${'😀'.repeat(257)}"]`,
  ],
  ['an endpoint has a name', { endpoints: { ' ': 'urn:x' } }, { endpoints: { '': 'urn:x' } }, 'endpoints[""]'],
  ['metadata has 64 KiB', { metadata: bytes(65_536) }, { metadata: bytes(65_537) }, 'metadata'],
  ['metadata has 8 levels', { metadata: levels(8) }, { metadata: levels(9) }, 'metadata'],
  [
    'metadata counts arrays as levels',
    { metadata: { a: [[[[[[[]]]]]]] } },
    { metadata: { a: [[[[[[[[]]]]]]]] } },
    'metadata',
  ],
  [
    'an interval of a second',
    { heartbeat: { interval_seconds: 1 } },
    { heartbeat: { interval_seconds: 0 } },
    'heartbeat.interval_seconds',
  ],
  [
    'an interval of an hour',
    { heartbeat: { interval_seconds: 3600 } },
    { heartbeat: { interval_seconds: 3601 } },
    'heartbeat.interval_seconds',
  ],
];

describe('a registration', () => {
  it.each(LIMITS)('may be at the limit and not past it: %s', (_, within, beyond, field) => {
    expect(violationsOf(RegisterAgentDto, { ...MINIMAL, ...within })).toEqual([]);
    expect(fieldsOf(violationsOf(RegisterAgentDto, { ...MINIMAL, ...beyond }))).toEqual([field]);
  });

  it('measures metadata in bytes of UTF-8, not in characters', () => {
    const text = '€'.repeat((65_536 - '{"key":""}'.length) / 3);
    expect(metadata({ key: text })).toEqual([]);
    expect(metadata({ key: `${text}€` })).toHaveLength(1);
  });

  it.each<[object, string[]]>([
    [{}, ['name', 'type']],
    [{ name: null, type: null }, ['name', 'type']],
    [{ ...MINIMAL, name: 7 }, ['name']],
    [{ ...MINIMAL, type: ['worker'] }, ['type']],
    [{ ...MINIMAL, category: 7 }, ['category']],
    [{ ...MINIMAL, version: 1.0 }, ['version']],
    [{ ...MINIMAL, capabilities: 'x' }, ['capabilities']],
    [{ ...MINIMAL, capabilities: { 0: 'x' } }, ['capabilities']],
    [{ ...MINIMAL, capabilities: ['x', 1, null, 'x'] }, ['capabilities[1]', 'capabilities[2]', 'capabilities[3]']],
    [{ ...MINIMAL, endpoints: ['http://x'] }, ['endpoints']],
    [{ ...MINIMAL, endpoints: { a: 'x', 'b c': null } }, ['endpoints.a', 'endpoints["b c"]']],
    [{ ...MINIMAL, metadata: [] }, ['metadata']],
    [{ ...MINIMAL, metadata: 'x' }, ['metadata']],
    [{ ...MINIMAL, heartbeat: 10 }, ['heartbeat']],
    [{ ...MINIMAL, heartbeat: { enabled: 'yes' } }, ['heartbeat.enabled']],
    [{ ...MINIMAL, heartbeat: { interval: 10 } }, ['heartbeat.interval']],
    [{ ...MINIMAL, status: 'active' }, ['status']],
    [{ ...MINIMAL, health: {} }, ['health']],
    [{ ...MINIMAL, registered_at: '2026-01-01T00:00:00.000Z' }, ['registered_at']],
    [{ ...MINIMAL, last_seen: null }, ['last_seen']],
  ])('of %j is refused for %j', (body, fields) => {
    expect(fieldsOf(violationsOf(RegisterAgentDto, body))).toEqual(fields);
  });

  it('may have null for everything that may be left out', () => {
    const nulls = { id: null, category: null, version: null, capabilities: null, endpoints: null, metadata: null };
    expect(violationsOf(RegisterAgentDto, { ...MINIMAL, ...nulls, heartbeat: null })).toEqual([]);
  });

  it('is judged without failing, whatever its fields are', () => {
    const trap = fc.constantFrom('toString', 'valueOf', 'toJSON', 'then', 'constructor', '__proto__', 'length');
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.tuple(trap, fc.jsonValue({ maxDepth: 1 })).map(([name, inner]) => Object.fromEntries([[name, inner]])),
    );
    const names = ['id', 'name', 'type', 'category', 'version', 'capabilities', 'endpoints', 'metadata', 'heartbeat'];
    fc.assert(
      fc.property(fc.constantFrom(...names), value, (name, given) => {
        const violations = violationsOf(RegisterAgentDto, { ...MINIMAL, [name]: given });
        for (const { field } of violations) expect(field.startsWith(name)).toBe(true);
      }),
    );
  });
});

describe('agentId', () => {
  it.each(['a', '0', 'agent-1', 'urn:noa.agent_1', '-', '...', 'register'])('takes %j', (id) => {
    expect(agentId(id)).toEqual([]);
  });

  it.each([
    '',
    'a b',
    'a/b',
    'a\\b',
    'a?b',
    'a#b',
    'a%20b',
    'ä',
    '😀',
    'a\n',
    '\ta',
    'a\0',
    'ſ',
    '\u212a',
    null,
    7,
    ['a'],
  ])('refuses %j', (id) => {
    expect(agentId(id)).toHaveLength(1);
  });
});

describe('chosenAgentId', () => {
  it.each(['register', 'discover', 'import', 'heartbeats', '.', '..'])('refuses %s, which is a path', (id) => {
    expect(chosenAgentId(id)).toEqual([{ field: '', message: 'is a reserved word' }]);
  });

  it.each(['Register', 'registers', 'health', 'status', '...', 'constructor', '__proto__'])('takes %s', (id) => {
    expect(chosenAgentId(id)).toEqual([]);
  });

  it.each([[['register']], [{}], [{ toString: 'register' }], [{ toString: null, valueOf: null }], [7], [true]])(
    'refuses %j, which is no string',
    (id) => {
      expect(chosenAgentId(id)).toEqual([{ field: '', message: 'must be a string' }]);
    },
  );

  it('survives a URL as one segment of its path', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9._:-]{1,20}$/).filter((text) => chosenAgentId(text).length === 0);
    fc.assert(
      fc.property(id, (text) => new URL(`/agents/${text}/health`, 'http://host').pathname === `/agents/${text}/health`),
    );
  });
});

const isStorable = (text: string): boolean => unstorable(text) === undefined;

describe('storableId', () => {
  const judged = (id: string): string => storableId.transform(id, { type: 'param' });

  it.each(['a', 'a b', 'ä/ö', '%', '😀'.repeat(255)])('lets through %j, which the store can be asked about', (id) => {
    expect(judged(id)).toBe(id);
  });

  it.each([
    ['~', ''],
    ['~.', '.'],
    ['~register', 'register'],
    ['~~', '~'],
    ['~agent-7', 'agent-7'],
  ])('takes %j for the id %j', (segment, id) => {
    expect(judged(segment)).toBe(id);
  });

  it.each(['', 'a\0b', '\ud800', '😀'.repeat(256)])('refuses %j, which no agent can be called', (id) => {
    expect(() => judged(id)).toThrow(expect.objectContaining({ errors: [expect.objectContaining({ field: 'id' })] }));
  });
});

describe('agentPath', () => {
  it('is a path of which a URL keeps every character and that gives the id back, whatever the id', () => {
    const ids = ['', '.', '..', 'register', '~', '~register', 'a/b', '?#%', '😀', ...RESERVED_IDS].map(String);
    const id = fc.oneof(fc.constantFrom(...ids), fc.string({ unit: 'binary', maxLength: 20 }).filter(isStorable));
    fc.assert(
      fc.property(id, (each) => {
        const { pathname } = new URL(agentPath(each), 'http://host');
        expect(pathname).toBe(agentPath(each));
        const segment = decodeURIComponent(pathname.slice('/agents/'.length));
        expect([RESERVED_IDS.has(segment), storableId.transform(segment, { type: 'param' })]).toEqual([false, each]);
      }),
    );
  });
});

describe('capabilities', () => {
  it('names every repetition but the first occurrence', () => {
    expect(capabilities(['a', 'b', 'a', 'c', 'b', 'a'])).toEqual(
      [2, 4, 5].map((index) => ({ field: `[${index}]`, message: 'is there twice' })),
    );
  });

  it('are distinct as JavaScript and PostgreSQL see them, byte by byte', () => {
    expect(capabilities(['é', 'e\u0301', 'É', ' é'])).toEqual([]);
  });

  it('are all right exactly when there are at most 256 different ones', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 300, size: 'max' }), (words) => {
        const isFine = words.length <= 256 && new Set(words).size === words.length;
        expect(capabilities(words).length === 0).toBe(isFine);
      }),
    );
  });
});

describe('endpoints', () => {
  it.each([
    'http://localhost:5000',
    'https://user:pass@host:8443/path?query#fragment',
    'http://[::1]:8080/',
    'ws://host',
    'grpc://host:9000',
    'unix:/run/agent.sock',
    'urn:noa:agent:1',
    'mailto:agent@example.com',
    'tcp://10.0.0.1:9000',
    'HTTP://HOST',
    'a+b-c.d:x',
    'data:,x',
  ])('take %s', (endpoint) => {
    expect(endpoints({ api: endpoint })).toEqual([]);
  });

  it.each([
    '',
    'x',
    '/path',
    '//host/path',
    '../path',
    'host:',
    ':8080',
    'http://',
    'http:// host',
    'http://host/a b',
    'http://host\n',
    ' http://host',
    'http://host\u0007',
    'http://host:99999',
    'http://[::1',
    '1http://host',
    'localhost',
    7,
    null,
    true,
    {},
    ['http://host'],
  ])('refuse %j as no absolute URI', (endpoint) => {
    expect(endpoints({ api: endpoint })).toEqual([{ field: 'api', message: 'must be an absolute URI' }]);
  });

  it('take every URL that a browser would', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
        expect(endpoints({ api: url })).toEqual([]);
      }),
    );
  });

  it.each(['__proto__', 'constructor', 'toString'])('may be called %s', (name) => {
    const value = Object.fromEntries([[name, 'nonsense']]);
    expect(endpoints(value)).toEqual([{ field: name, message: 'must be an absolute URI' }]);
  });
});

describe('metadata', () => {
  it('may hold every JSON value within its limits', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        fc.pre(JSON.stringify(value).length < 60_000);
        expect(metadata({ value })).toEqual([]);
      }),
    );
  });

  it.each([[null], [[]], ['{}'], [1], [true]])('refuses %j', (value) => {
    expect(metadata(value)).toEqual([{ field: '', message: 'must be an object' }]);
  });

  it('counts the name __proto__ like any other', () => {
    expect(metadata(JSON.parse(`{"__proto__":${JSON.stringify(bytes(65_536))}}`))).toHaveLength(1);
    expect(metadata(JSON.parse(`{"__proto__":${JSON.stringify(levels(8))}}`))).toHaveLength(1);
  });
});

describe('definitions', () => {
  it.each<[unknown, boolean]>([
    [[{}], true],
    [many(500, () => null), true],
    [[], false],
    [many(501, () => null), false],
    [{ length: 1 }, false],
    ['x', false],
  ])('of %.30j are a batch: %s', (value, isBatch) => {
    expect(definitions(value).length === 0).toBe(isBatch);
  });

  it('are missed when they are not there', () => {
    expect(fieldsOf(violationsOf(ImportAgentsDto, {}))).toEqual(['agents']);
    expect(fieldsOf(violationsOf(ImportAgentsDto, { agents: null }))).toEqual(['agents']);
  });

  it('need an id each', () => {
    expect(fieldsOf(violationsOf(AgentDefinitionDto, MINIMAL))).toEqual(['id']);
    expect(violationsOf(AgentDefinitionDto, { ...MINIMAL, id: 'a' })).toEqual([]);
  });
});

describe('a replacement', () => {
  it('takes no id', () => {
    expect(violationsOf(AgentFieldsDto, { ...MINIMAL, id: 'a' })).toEqual([
      { field: 'id', message: 'is not a known property' },
    ]);
  });
});

describe('a change of status', () => {
  it.each<[object, string[]]>([
    [{ status: 'active' }, []],
    [{ status: 'maintenance', reason: null }, []],
    [{ status: 'maintenance', reason: 'x' }, []],
    [{ status: 'maintenance', reason: 'x'.repeat(1000) }, []],
    [{ status: 'maintenance', reason: 'x'.repeat(1001) }, ['reason']],
    [{ status: 'maintenance', reason: '' }, ['reason']],
    [{ status: 'maintenance', reason: 7 }, ['reason']],
    [{ status: 'unhealthy' }, ['status']],
    [{ status: 'inactive' }, ['status']],
    [{ status: 'deregistered' }, ['status']],
    [{ status: 'Active' }, ['status']],
    [{ status: ['active'] }, ['status']],
    [{ status: null }, ['status']],
    [{}, ['status']],
    [{ status: 'active', by: 'me' }, ['by']],
  ])('of %.60j is refused for %j', (body, fields) => {
    expect(fieldsOf(violationsOf(SetStatusDto, body))).toEqual(fields);
  });
});

describe('a discovery', () => {
  it.each<[object, string[]]>([
    [{}, []],
    [{ type: 'x'.repeat(100), category: 'x'.repeat(100), status: 'active', capabilities: ['x'], limit: 1000 }, []],
    [{ type: 'x'.repeat(101) }, ['type']],
    [{ category: 'x'.repeat(101) }, ['category']],
    [{ status: 'gone' }, ['status']],
    [{ capabilities: ['x', 'x'] }, ['capabilities[1]']],
    [{ limit: 0 }, ['limit']],
    [{ limit: 1001 }, ['limit']],
    [{ limit: '10' }, ['limit']],
    [{ cursor: 'x'.repeat(1024) }, []],
    [{ cursor: 'x'.repeat(2049) }, ['cursor']],
    [{ name: 'x' }, ['name']],
  ])('of %.60j is refused for %j', (body, fields) => {
    expect(fieldsOf(violationsOf(DiscoverAgentsDto, body))).toEqual(fields);
  });
});

describe('what the rules let pass', () => {
  it('can be stored, when the limits of all JSON have been held as well', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    const body = fc.record({
      name: text,
      type: text,
      capabilities: fc.uniqueArray(text),
      metadata: fc.dictionary(text, text),
    });
    fc.assert(
      fc.property(body, (registration) => {
        fc.pre(jsonViolations(registration).length === 0);
        expect(violationsOf(RegisterAgentDto, registration)).toEqual([]);
        expect(JSON.parse(Buffer.from(JSON.stringify(registration)).toString())).toEqual(registration);
      }),
    );
  });
});
