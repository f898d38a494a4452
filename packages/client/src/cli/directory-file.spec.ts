import { readRow } from '#agent-directory/directory-row';
import * as fc from 'fast-check';
import { Readable } from 'node:stream';
import { AgentDirectory } from '../../../../src/import/directory/agent-directory';
import { readDirectory } from '../../../../src/import/directory/directory-reader';
import { SMALL_DIRECTORY } from '../../../../test/support/directory.fixture';
import { formatOf, readDefinitions } from './directory-file';

/** What the service's own importer makes of the same file; undefined when it rejects anything of it. */
async function importerReads(text: string, format: 'csv' | 'ndjson'): Promise<unknown[] | undefined> {
  const directory = new AgentDirectory();
  try {
    for await (const entry of readDirectory(Readable.from([Buffer.from(text)]), format)) {
      if ('error' in entry) return undefined;
      directory.add(entry.line, readRow(entry.row));
    }
  } catch {
    return undefined;
  }
  const { agents, rejected } = directory.resolve();
  return rejected.length > 0 || agents.length === 0 ? undefined : agents.map(({ definition }) => definition);
}

function weRead(text: string, format: 'csv' | 'ndjson'): unknown[] | undefined {
  try {
    return readDefinitions(text, format);
  } catch {
    return undefined;
  }
}

describe('readDefinitions', () => {
  it('reads a directory as the importer of the service does', async () => {
    expect(readDefinitions(SMALL_DIRECTORY, 'csv')).toEqual(await importerReads(SMALL_DIRECTORY, 'csv'));
    expect(readDefinitions(SMALL_DIRECTORY, 'csv')).toHaveLength(4);
  });

  const cell = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom('', ' ', 'a', 'b', 'A b', 'x;y', 'x; x;', 'n=http://h', '{"k":1}', '{"k":"a"', 'null'),
    },
    {
      weight: 1,
      arbitrary: fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ';', '=', 'é', ' '), maxLength: 6 }),
    },
  );
  const names = [
    'agent_id',
    'agent_name',
    'id',
    'name',
    'type',
    'role',
    'category',
    'version',
    'capabilities',
    'endpoints',
    'metadata',
    'other',
    '__proto__',
    '',
  ];
  const columns = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 7 });
  const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  it('makes the same of any CSV', async () => {
    const files = columns.chain((header) =>
      fc
        .array(fc.array(cell, { minLength: header.length, maxLength: header.length }), { maxLength: 5 })
        .map((rows) => [header, ...rows].map((cells) => cells.map(quote).join(',')).join('\n')),
    );
    await fc.assert(
      fc.asyncProperty(files, async (text) => expect(weRead(text, 'csv')).toEqual(await importerReads(text, 'csv'))),
      { numRuns: 400 },
    );
  });

  it('makes the same of any NDJSON', async () => {
    const value = fc.oneof(
      cell,
      fc.constantFrom(null, 1, true),
      fc.array(cell, { maxLength: 3 }),
      fc.dictionary(cell, cell, { maxKeys: 2 }),
    );
    const rows = fc.array(fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 6 }), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(rows, async (objects) => {
        const text = objects.map((object) => JSON.stringify(object)).join('\n');
        expect(weRead(text, 'ndjson')).toEqual(await importerReads(text, 'ndjson'));
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['csv', 'agent_id,capabilities\na,x\n,y\nb,z\n,y', ['line 3: neither agent_id', 'line 5: neither agent_id']],
    ['csv', 'agent_id\nR&D\nR D\n', ['line 3: "R D" would get the id of "R&D" in line 2']],
    ['csv', 'agent_id,x\na\n', ['line 2: 1 cells where the header has 2']],
    ['csv', 'x,y\n', ['line 1: the header has no agent_id']],
    ['csv', 'agent_id;b\na;b\n', ['columns are separated by commas']],
    ['csv', 'agent_id,b\ra,1\rb,2\r', ['line 1: the header has a carriage return in it']],
    ['csv', 'id,b\n,\n , \n', ['there is no agent in it']],
    ['csv', 'id,id\n', ['line 1: the header names the column "id" twice']],
    ['csv', '', ['not even a header line']],
    ['csv', 'id\n', ['there is no agent in it']],
    ['csv', 'id,endpoints\na,nowhere\n', ['line 2: endpoints must be']],
    ['ndjson', '{"id":"a"}\n{"id":1}\n', ['line 2: id must be text']],
    ['ndjson', '{"id":"a"}\n{', ['line 2 is not JSON']],
    ['json', '{"agents":[]}', ['there is no agent in it']],
    ['json', '{"agents":[{},1]}', ['agents[1] is not an object']],
    ['json', '{"agent":{}}', ['must be an array of agents']],
  ] as const)('refuses %s %j', (format, text, messages) => {
    for (const message of messages) expect(() => readDefinitions(text, format)).toThrow(message);
  });

  it('keeps apart what a legal id cannot tell apart, by the same ids in every file', () => {
    const idsOf = (text: string): unknown[] => readDefinitions(`agent_id,type\n${text}`, 'csv').map(({ id }) => id);
    expect(idsOf('日本,Chief\n')).toEqual(['--cf2abf0c5be326cb']);
    expect(idsOf('中国,Scout\n')).toEqual(['--f0e9521611bb290d']);
    expect(idsOf('team/a,x\n')).toEqual(['team-a']);
  });

  it('passes over rows of nothing but commas', () => {
    expect(readDefinitions('agent_id,type\n,\na,t\n,,,\n" ",\nb,t\n,', 'csv')).toMatchObject([
      { id: 'a' },
      { id: 'b' },
    ]);
  });

  it('passes JSON on as it is', () => {
    const agents = [{ id: 'a', heartbeat: { enabled: false }, colour: 'red' }];
    expect(readDefinitions(JSON.stringify(agents), 'json')).toEqual(agents);
    expect(readDefinitions(JSON.stringify({ agents }), 'json')).toEqual(agents);
  });
});

describe('formatOf', () => {
  it.each([
    ['a.csv', '[', 'csv'],
    ['a.JSON', 'x', 'json'],
    ['a.jsonl', 'x', 'ndjson'],
    ['-', ' [{}]', 'json'],
    ['-', '{ "agents": [] }', 'json'],
    ['-', '{"id":"a"}', 'ndjson'],
    ['-', 'agent_id', 'csv'],
    ['-', '', 'csv'],
  ])('%s with %j is %s', (name, text, format) => expect(formatOf(name, text)).toBe(format));
});
