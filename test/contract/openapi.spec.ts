import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeAccess } from '../../src/platform/access/describe-access';
import type { OpenAPIObject } from '@nestjs/swagger';

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
}
interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  deprecated?: boolean;
  security: object[];
  parameters?: { name: string; description?: string; schema: { type?: string } }[];
  responses: Record<string, { description: string; content?: Record<string, { examples?: Record<string, object> }> }>;
}
interface Document {
  info: { version: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    examples: Record<string, { value: { code: string; status: number } }>;
  };
}

const ROOT = join(__dirname, '../..');
const document = JSON.parse(readFileSync(join(ROOT, 'openapi.json'), 'utf8')) as Document;
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

/** They come before any operation is known, or out of the importer, or inside of an answer to a batch. */
const OF_NO_OPERATION = [
  'client_certificate_required',
  'host_not_allowed',
  'id_collision',
  'issuer_unavailable',
  'method_not_allowed',
  'origin_not_allowed',
  'overloaded',
  'route_not_found',
  'starting',
];

describe('openapi.json', () => {
  it('describes every operation, parameter, response and property in words', () => {
    const silent = operations.flatMap(({ operationId, summary, description, parameters = [], responses }) => [
      ...(description && description !== summary ? [] : [operationId]),
      ...parameters.filter((each) => !each.description).map(({ name }) => `${operationId} ${name}`),
      ...Object.keys(responses)
        .filter((status) => !responses[status]!.description)
        .map((status) => `${operationId} ${status}`),
    ]);
    const properties = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      Object.entries(schema.properties ?? {}).flatMap(([key, { description }]) =>
        description ? [] : [`${name}.${key}`],
      ),
    );
    expect([...silent, ...properties]).toEqual([]);
  });

  it('has an example of every error answer, with the status under which it stands', () => {
    for (const { operationId, responses } of operations) {
      const errors = Object.entries(responses).filter(([, { content }]) => content?.['application/problem+json']);
      for (const [status, { content }] of errors) {
        const examples = Object.entries(content!['application/problem+json']!.examples ?? {}) as [
          string,
          { $ref: string },
        ][];
        const problems = examples.map(([, { $ref }]) => document.components.examples[$ref.split('/').at(-1)!]!.value);
        expect([operationId, status, examples.length]).not.toEqual([operationId, status, 0]);
        expect(problems).toEqual(examples.map(([code]) => expect.objectContaining({ code, status: Number(status) })));
      }
    }
  });

  it('names every code of the sources', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'),
    );
    const thrown = sources.flatMap((file) => {
      const text = readFileSync(join(ROOT, 'src', file), 'utf8');
      return [...text.matchAll(/new DomainError\(\s*'\w+',\s*'(\w+)'/g)].map(([, code]) => code!);
    });
    const named = Object.values(document.components.examples).map(({ value }) => value.code);
    expect(thrown.length).toBeGreaterThan(30);
    expect([...new Set(thrown)].filter((code) => !named.includes(code)).toSorted()).toEqual(OF_NO_OPERATION);
  });

  it('has the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(document.info.version).toBe(version);
  });

  it('names a server that programs can reach, and marks what stands in for another path as deprecated', () => {
    expect(URL.canParse(document.servers[0]!.url)).toBe(true);
    const deprecated = operations.filter((each) => each.deprecated).map(({ operationId }) => operationId);
    expect(deprecated.toSorted()).toEqual(['deregisterAgentByPath', 'setAgentStatusByPost']);
  });
});

describe('What an operation asks of its caller', () => {
  const described = (access: object, settings: Parameters<typeof describeAccess>[1]): object => {
    const operation = { 'x-access': access, security: [{ token: [] }], responses: { 200: {}, 401: {}, 403: {} } };
    describeAccess({ paths: { '/x': { get: operation } } } as unknown as OpenAPIObject, settings);
    return operation;
  };
  const closed = { AUTH_HEALTH: 'closed', AUTH_METRICS: 'closed' } as const;

  it.each([
    ['health', { ...closed, AUTH_HEALTH: 'open' }],
    ['metrics', { ...closed, AUTH_METRICS: 'open' }],
  ] as const)('is no token where %s is open', (access, settings) => {
    expect(described({ access }, settings)).toEqual({
      security: [],
      responses: { 200: {} },
      description: expect.stringContaining('Needs'),
    });
  });

  it.each(['health', 'metrics'])('is the scope read where %s is closed', (access) => {
    const expected = {
      security: [{ token: [] }],
      responses: { 200: {}, 401: {}, 403: {} },
      'x-required-scope': 'read',
    };
    expect(described({ access }, closed)).toMatchObject(expected);
  });

  it.each([
    [{ access: 'admin' }, 'Needs the scope `admin`.', 'admin'],
    [{ access: 'authenticated' }, 'Needs any valid token.', undefined],
    [
      { access: 'agent', ownAgent: 'id', allowOperators: true },
      'Needs the agent’s own token, the scope `agent` of the client that owns it, the scope `operate`, or the scope `admin`.',
      'agent',
    ],
    [
      { access: 'operate', ownAgent: 'id', allowItself: true },
      'Needs the scope `operate` or the agent’s own token.',
      'operate',
    ],
  ])('of %j is in words: %s', (access, description, scope) => {
    expect(described(access, closed)).toMatchObject({ description, ...(scope && { 'x-required-scope': scope }) });
  });
});
