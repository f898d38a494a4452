import * as fc from 'fast-check';
import { Readable } from 'node:stream';
import type { DirectoryEntry } from './csv-rows';
import { type DirectoryFormat, formatByName, readDirectory } from './directory-reader';
import { ImportError } from '../import.error';

async function read(content: string | Buffer, format?: DirectoryFormat, chunkSize = 7): Promise<DirectoryEntry[]> {
  const bytes = Buffer.from(content);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkSize) chunks.push(bytes.subarray(at, at + chunkSize));
  const entries: DirectoryEntry[] = [];
  for await (const entry of readDirectory(Readable.from(chunks), format)) entries.push(entry);
  return entries;
}

/** `line: id` of a row, `line: !` of a broken one. */
async function outline(content: string | Buffer): Promise<string[]> {
  return (await read(content)).map((entry) => `${entry.line}: ${'row' in entry ? String(entry.row['agent_id']) : '!'}`);
}

describe('formatByName', () => {
  it.each([
    ['a.csv', 'csv'],
    ['A.CSV', 'csv'],
    ['x/a.ndjson', 'ndjson'],
    ['a.jsonl', 'ndjson'],
    ['a.txt', undefined],
    ['-', undefined],
    ['csv', undefined],
  ])('%s is %s', (name, format) => {
    expect(formatByName(name)).toBe(format);
  });
});

describe('readDirectory: CSV', () => {
  it('reads cells that span lines and names the line where the row starts', async () => {
    const entries = await read('agent_id,note\na,"one\ntwo ""x"", \nthree"\n\nb,\n');
    expect(entries).toEqual([
      { line: 2, row: { agent_id: 'a', note: 'one\ntwo "x", \nthree' } },
      { line: 6, row: { agent_id: 'b', note: '' } },
    ]);
  });

  it('copes with a byte order mark, CRLF, a missing last line end and characters cut by chunks', async () => {
    const entries = await read('\ufeffagent_id,note\r\nä,"1\r\n2"\r\n日本,x', undefined, 1);
    expect(entries).toEqual([
      { line: 2, row: { agent_id: 'ä', note: '1\r\n2' } },
      { line: 4, row: { agent_id: '日本', note: 'x' } },
    ]);
  });

  it('reads a quoted header with line ends and names columns that have no name', async () => {
    expect(await read('"agent_id","a\nb",\nx,1,2\n')).toEqual([
      { line: 3, row: { agent_id: 'x', 'a\nb': '1', column_3: '2' } },
    ]);
  });

  it.each([
    ['too few columns', 'agent_id,b\na,1\nbad\nc,3\n', ['2: a', '3: !', '4: c']],
    ['too many columns', 'agent_id,b\na,1\nbad,2,3\nc,3\n', ['2: a', '3: !', '4: c']],
    ['wrong count over several lines', 'agent_id,b\n"bad\n1,2\n"\nc,3\n', ['2: !', '5: c']],
    ['a quote inside a cell', 'agent_id,b\na,1\nbad,x"y"\nc,3\n', ['2: a', '3: !', '4: c']],
    ['text after a closing quote', 'agent_id,b\n"bad"x,1\nc,3\n', ['2: !', '3: c']],
    ['a quote that is never closed', 'agent_id,b\nbad,"1\nc,3\nd,4\n', ['2: !', '3: c', '4: d']],
    ['an unclosed quote before a quoted cell', 'agent_id,b\nbad,"1\nc,3\nd,"4"\n', ['2: !', '3: c', '4: d']],
    ['an unclosed quote on the last line', 'agent_id,b\nc,3\nbad,"1', ['2: c', '3: !']],
    ['bad quoting over several lines', 'agent_id,b\n"bad"x,"1\nmore\nof it"\nc,3\n', ['2: !', '5: c']],
    ['two in a row', 'agent_id,b\nbad,"\nbad,"x"y\nc,3\n', ['2: !', '4: c']],
    ['no UTF-8', Buffer.from('agent_id,b\nb\xe4d,1\nc,3\n', 'latin1'), ['2: !', '3: c']],
  ])('reports one broken row and reads on: %s', async (_, content, expected) => {
    expect(await outline(content)).toEqual(expected);
  });

  it.each([
    ['bad', 'has 1 column where the header has 2'],
    ['b"a"d,1', 'has bad quoting (a quote inside an unquoted cell)'],
    ['"bad"x,1', 'has bad quoting (something follows a closing quote)'],
    ['bad,"', 'has a quote that is never closed'],
    ['bad,"1\nand\nmore', 'has a quote that is never closed; nothing of lines 3 to 5 is in'],
  ])('says what is wrong with %j', async (bad, error) => {
    const [first, broken, next] = await read(`agent_id,b\na,1\n${bad}\nb,2\n`);
    expect(first).toMatchObject({ line: 2 });
    expect(broken).toEqual({ line: 3, error });
    expect(next).toMatchObject({ row: { agent_id: 'b' } });
  });

  it('bounds what an unclosed quote or an endless line can take', async () => {
    const filler = `x,${'y'.repeat(1022)}\n`.repeat(5 * 1024);
    const entries = await read(`agent_id,b\nbad,"\n${filler}bad${'z'.repeat(5 << 20)}\nlast,1\n`, 'csv', 65_536);
    expect(entries).toHaveLength(1 + 5 * 1024 + 1 + 1);
    expect(entries.filter((entry) => 'error' in entry).map(({ line }) => line)).toEqual([2, 5 * 1024 + 3]);
    expect(entries.at(-1)).toEqual({ line: 5 * 1024 + 4, row: { agent_id: 'last', b: '1' } });
  });

  it.each([
    ['nothing', '', 'nothing in it'],
    ['only blank lines', '\n \n', 'nothing in it'],
    ['no column to go by', 'a,b\n1,2\n', 'no agent_id'],
    ['another separator', 'agent_id;b\n1;2\n', 'no agent_id'],
    ['a column twice', 'agent_id,b,b\n', '"b" twice'],
    ['lines that end in a carriage return alone', 'agent_id,b\ra,1\rb,2\r', 'carriage return'],
    ['a broken header', 'agent_id,"b\n', 'the header has a quote'],
  ])('refuses the whole when its header is of no use: %s', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(ImportError);
    await expect(read(content)).rejects.toThrow(message);
  });

  it('passes over rows of nothing but commas', async () => {
    expect(await outline('agent_id,b\n,\na,1\n,,,\n" ",\nc,3\n,')).toEqual(['3: a', '6: c']);
  });

  it('reads back whatever cells were written', async () => {
    const cells = fc
      .array(fc.string({ unit: 'binary' }), { minLength: 3, maxLength: 3 })
      .filter((row) => row.some((cell) => cell.trim() !== ''));
    await fc.assert(
      fc.asyncProperty(fc.array(cells, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), async (rows, chunkSize) => {
        const text = rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n');
        const entries = await read(`agent_id,b,c\n${text}\n`, 'csv', chunkSize);
        expect(entries.map((entry) => 'row' in entry && Object.values(entry.row))).toEqual(rows);
      }),
    );
  });
});

describe('readDirectory: NDJSON', () => {
  it('reads an object a line, whatever is wrong with its neighbours', async () => {
    const entries = await read('\n {"id":"a"}\n[1]\n{"id":\nnull\n  \r\n{"id":"b"}');
    expect(entries).toEqual([
      { line: 2, row: { id: 'a' } },
      { line: 3, error: 'is not a JSON object' },
      { line: 4, error: expect.stringContaining('is not JSON') as unknown },
      { line: 5, error: 'is not a JSON object' },
      { line: 7, row: { id: 'b' } },
    ]);
  });

  it('is recognised by its first character, and --format overrides that', async () => {
    expect(await read('\ufeff \n\t{"id":"a"}\n')).toEqual([{ line: 2, row: { id: 'a' } }]);
    await expect(read('{"id":"a"}\n', 'csv')).rejects.toThrow(ImportError);
    expect(await read('agent_id\n', 'ndjson')).toMatchObject([{ line: 1 }]);
  });
});
