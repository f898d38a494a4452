import * as fc from 'fast-check';
import { unstorable } from '../platform/validation/json-limits';
import {
  agentId,
  agentPath,
  capabilities,
  chosenAgentId,
  endpoints,
  metadata,
  RESERVED_IDS,
  agentIdPipe,
} from './agent-fields';

/** Metadata of so many bytes as JSON. */
const bytes = (count: number): object => ({ key: 'x'.repeat(count - '{"key":""}'.length) });
/** Metadata of so many levels. */
const levels = (count: number): unknown => JSON.parse('{"a":'.repeat(count - 1) + '{}' + '}'.repeat(count - 1));

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

describe('agentIdPipe', () => {
  const judged = (id: string): string => agentIdPipe.transform(id, { type: 'param' });

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
        expect([RESERVED_IDS.has(segment), agentIdPipe.transform(segment, { type: 'param' })]).toEqual([false, each]);
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
