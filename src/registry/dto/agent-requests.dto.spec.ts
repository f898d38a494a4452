import * as fc from 'fast-check';
import type { FieldError } from '../../platform/validation/domain-error';
import { jsonViolations } from '../../platform/validation/json-limits';
import { violationsOf } from '../../platform/validation/validate';
import { definitions, metadata } from '../../agent/agent-fields';
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

/** Skills of so many bytes as JSON. */
const skillsOf = (count: number): object[] => {
  const skills = many(20, (index) => ({ id: `s${index}`, description: 'x'.repeat(3200) }));
  return [
    ...skills,
    {
      id: 'x',
      name: '',
      description: 'x'.repeat(count - JSON.stringify(skills).length - '{"id":"x","name":"n","description":""},'.length),
    },
  ].map((skill) => ('name' in skill ? { ...skill, name: 'n' } : skill));
};
/** A schema of so many levels, an even number of them or one more. */
const schemaOf = (count: number): object =>
  count <= 1 ? { title: 'x' } : count === 2 ? { properties: {} } : { properties: { a: schemaOf(count - 2) } };

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
    'a description has 4096 characters',
    { description: '😀'.repeat(4096) },
    { description: 'x'.repeat(4097) },
    'description',
  ],
  ['a locality has 255 characters', { locality: 'x'.repeat(255) }, { locality: 'x'.repeat(256) }, 'locality'],
  ['a locality is a path', { locality: 'eu/de/fra1/rack:7' }, { locality: 'eu//fra1' }, 'locality'],
  ['a locality begins with a part', { locality: 'eu' }, { locality: '/eu' }, 'locality'],
  ['64 actions', { accepts: many(64, (n) => `a${n}`) }, { accepts: many(65, (n) => `a${n}`) }, 'accepts'],
  ['an action has 63 characters', { accepts: ['a'.repeat(63)] }, { accepts: ['a', 'a'.repeat(64)] }, 'accepts[1]'],
  ['an action begins with a letter', { accepts: ['re-start2'] }, { accepts: ['2re'] }, 'accepts[0]'],
  [
    '64 skills',
    { skills: many(64, (n) => ({ id: `s${n}` })) },
    { skills: many(65, (n) => ({ id: `s${n}` })) },
    'skills',
  ],
  [
    'a skill is there once',
    { skills: [{ id: 'a' }, { id: 'A' }] },
    { skills: [{ id: 'a' }, { id: 'a' }] },
    'skills[1].id',
  ],
  ['skills have 64 KiB', { skills: skillsOf(65_536) }, { skills: skillsOf(65_537) }, 'skills'],
  ['a skill has an id', { skills: [{ id: 'a' }] }, { skills: [{ id: 'a' }, { name: 'b' }] }, 'skills[1].id'],
  [
    'a skill has a semantic version',
    { skills: [{ id: 'a', version: '2.1.0-rc.1+b7' }] },
    { skills: [{ id: 'a', version: '2.1' }] },
    'skills[0].version',
  ],
  [
    'a version has no v in front',
    { skills: [{ id: 'a', version: '0.0.0' }] },
    { skills: [{ id: 'a', version: 'v1.0.0' }] },
    'skills[0].version',
  ],
  [
    'a mode is a media type',
    { skills: [{ id: 'a', input_modes: ['text/plain; charset="utf-8"', 'application/vnd.a+json'] }] },
    { skills: [{ id: 'a', input_modes: ['text/plain', 'pdf'] }] },
    'skills[0].input_modes[1]',
  ],
  [
    'a schema is one of the dialect',
    { skills: [{ id: 'a', input_schema: { type: ['object', 'null'], properties: { 'a/b': { $ref: '#/$defs/c' } } } }] },
    { skills: [{ id: 'a', output_schema: { properties: { 'a/b': { type: 'int' } } } }] },
    'skills[0].output_schema.properties["a/b"].type',
  ],
  [
    'a schema may name its dialect',
    { skills: [{ id: 'a', input_schema: { $schema: 'https://json-schema.org/draft/2020-12/schema' } }] },
    { skills: [{ id: 'a', input_schema: { $schema: 'http://json-schema.org/draft-07/schema#' } }] },
    'skills[0].input_schema.$schema',
  ],
  [
    'a schema has 24 levels',
    { skills: [{ id: 'a', input_schema: schemaOf(24) }] },
    { skills: [{ id: 'a', input_schema: schemaOf(25) }] },
    'skills[0].input_schema',
  ],
  [
    '64 dependencies',
    { depends_on: many(64, () => ({ agent: 'a' })) },
    { depends_on: many(65, () => ({ agent: 'a' })) },
    'depends_on',
  ],
  [
    'a dependency says who',
    { depends_on: [{ skill: 'a' }] },
    { depends_on: [{ name: 'a', required: false }] },
    'depends_on[0]',
  ],
  [
    'a dependency needs one',
    { depends_on: [{ agent: 'a', min: 1 }] },
    { depends_on: [{ agent: 'a', min: 0 }] },
    'depends_on[0].min',
  ],
  [
    'a dependency has an expression',
    { depends_on: [{ filter: 'agent.type == "a"' }] },
    { depends_on: [{ agent: 'a' }, { filter: 'agent.staus == "a"' }] },
    'depends_on[1].filter',
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
    [{ ...MINIMAL, skills: {} }, ['skills']],
    [{ ...MINIMAL, skills: ['a', null] }, ['skills[0]', 'skills[1]']],
    [{ ...MINIMAL, skills: [{ id: 'a', inputs: [] }] }, ['skills[0].inputs']],
    [{ ...MINIMAL, skills: [{ id: 'a', tags: ['x', 'x', 7] }] }, ['skills[0].tags[1]', 'skills[0].tags[2]']],
    [{ ...MINIMAL, skills: [{ id: 'a', input_schema: true }] }, ['skills[0].input_schema']],
    [{ ...MINIMAL, skills: [{ id: 'a', input_schema: { required: 'x' } }] }, ['skills[0].input_schema.required']],
    [{ ...MINIMAL, accepts: 'stop' }, ['accepts']],
    [{ ...MINIMAL, depends_on: { agent: 'a' } }, ['depends_on']],
    [{ ...MINIMAL, depends_on: [{ agent: 'a', required: 'yes' }] }, ['depends_on[0].required']],
    [{ ...MINIMAL, depends_on: [{ skill: 'a', version: 'new' }] }, ['depends_on[0].version']],
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
    const schema = fc.jsonValue({ maxDepth: 3 }).map((each) => ({ id: 'a', input_schema: each }));
    const trap = fc.constantFrom('toString', 'valueOf', 'toJSON', 'then', 'constructor', '__proto__', 'length');
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.tuple(schema),
      fc.tuple(trap, fc.jsonValue({ maxDepth: 1 })).map(([name, inner]) => Object.fromEntries([[name, inner]])),
    );
    const names = [
      'id',
      'name',
      'type',
      'category',
      'version',
      'capabilities',
      'endpoints',
      'metadata',
      'heartbeat',
      'description',
      'locality',
      'skills',
      'accepts',
      'depends_on',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...names), value, (name, given) => {
        const violations = violationsOf(RegisterAgentDto, { ...MINIMAL, [name]: given });
        for (const { field } of violations) expect(field.startsWith(name)).toBe(true);
      }),
    );
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
