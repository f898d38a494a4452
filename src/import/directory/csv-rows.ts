import { types } from 'node:util';
import { readHeader as columnsOf } from '#agent-directory/directory-header';
import { parse } from 'csv-parse/sync';
import { errorMessage } from '../../platform/observability/error-message';
import { ImportError } from '../import.error';
import { type Line, type LineReader, MAX_RECORD_BYTES } from './line-reader';

/** One row with the line where it starts, or what was wrong with the row that starts there. */
export type DirectoryEntry =
  { readonly line: number; readonly row: Record<string, unknown> } | { readonly line: number; readonly error: string };

interface CsvRecord {
  readonly lines: readonly Line[];
  /** The cells, or what is wrong with the text. */
  readonly cells: readonly string[] | string;
}

/**
 * Reads comma-separated rows after a header line.
 *
 * A record is cut out by its quotes (it ends at the first line end outside quotes) and then parsed on its own, so that
 * one broken record cannot take the rest of the file along. When the quoting itself is broken nobody can tell where the
 * record was meant to end: it is reported once, with the line where it starts, and reading goes on at the first later
 * line that is a whole, well-formed row.
 *
 * @throws ImportError when there is no usable header.
 */
export async function* readCsvRows(reader: LineReader): AsyncGenerator<DirectoryEntry, void, undefined> {
  const columns = await readHeader(reader);
  for (let first = await reader.peekText(); first !== undefined; first = await reader.peekText()) {
    const { line } = first;
    const { lines, cells } = await peekRecord(reader, first);
    if (typeof cells === 'string') {
      reader.drop(1);
      const lost = await dropRemains(reader, columns.length, line + lines.length - 1);
      yield { line, error: lost === undefined ? cells : `${cells}; nothing of lines ${line} to ${lost} is in` };
    } else {
      reader.drop(lines.length);
      if (cells.every((cell) => cell.trim() === '')) continue; // spreadsheets write rows of nothing but commas
      const count = cells.length === 1 ? '1 column' : `${cells.length} columns`;
      if (cells.length !== columns.length) yield { line, error: `has ${count} where the header has ${columns.length}` };
      else yield { line, row: Object.fromEntries(columns.map((column, index) => [column, cells[index]])) };
    }
  }
}

/** Up to the line `last`, drops what makes no row: remains of the broken record before. Gives the last such line. */
async function dropRemains(reader: LineReader, columns: number, last: number): Promise<number | undefined> {
  let lost: number | undefined;
  for (;;) {
    const next = await reader.peekText();
    if (next === undefined || next.line > last) return lost;
    const { cells } = await peekRecord(reader, next);
    if (typeof cells !== 'string' && cells.length === columns) return lost;
    lost = next.line;
    reader.drop(1);
  }
}

async function readHeader(reader: LineReader): Promise<string[]> {
  const first = await reader.peekText();
  if (first === undefined) throw new ImportError('there is nothing in it, not even a header line');
  const { lines, cells } = await peekRecord(reader, first);
  const refuse = (problem: string) => new ImportError(`line ${first.line}: the header ${problem}`);
  if (lines.some(({ text }) => /\r(?!$)/.test(text))) {
    throw refuse('has a carriage return in it: lines must end in a line feed, or in both');
  }
  if (typeof cells === 'string') throw refuse(cells);
  const columns = columnsOf(cells);
  if (typeof columns === 'string') throw refuse(columns);
  reader.drop(lines.length);
  return columns;
}

/** What starts with the line `first` and goes up to the first line end that is outside quotes. Consumes nothing. */
async function peekRecord(reader: LineReader, first: Line): Promise<CsvRecord> {
  const lines = [first];
  let size = Buffer.byteLength(first.text);
  let open = hasOddQuotes(first.text);
  while (open) {
    const next = await reader.peek(lines.length);
    if (next === undefined) return { lines, cells: 'has a quote that is never closed' };
    size += Buffer.byteLength(next.text) + 1;
    if (size > MAX_RECORD_BYTES) return { lines, cells: `has a quote that is not closed in ${MAX_RECORD_BYTES} bytes` };
    lines.push(next);
    open = !hasOddQuotes(next.text);
  }
  return { lines, cells: lines.find(({ problem }) => problem !== undefined)?.problem ?? parseCells(lines) };
}

function parseCells(lines: readonly Line[]): string[] | string {
  const text = lines.map((line) => line.text).join('\n');
  try {
    const records: string[][] = parse(text.replace(/\r$/, ''), {
      // Fixed, not discovered: a lone carriage return inside a cell must not end the record.
      record_delimiter: '\n',
      relax_column_count: true,
    });
    return records.length === 1 && records[0] !== undefined ? records[0] : 'has a quote in the wrong place';
  } catch (error) {
    return `has bad quoting (${describe(error)})`;
  }
}

/** The parser's own line numbers are those within one record and would only mislead. */
function describe(error: unknown): string {
  const code: unknown = types.isNativeError(error) && 'code' in error ? error.code : undefined;
  if (code === 'CSV_INVALID_CLOSING_QUOTE') return 'something follows a closing quote';
  if (code === 'INVALID_OPENING_QUOTE') return 'a quote inside an unquoted cell';
  return errorMessage(error);
}

function hasOddQuotes(text: string): boolean {
  return text.split('"').length % 2 === 0;
}
