import { types } from 'node:util';
import { parse } from 'csv-parse/sync';
import { errorMessage } from './error-message';
import type { DirectoryEntry } from './directory-entry';
import type { PhysicalLine } from './line-reader';
import type { LineWindow } from './line-window';
import { UnreadableDirectoryError } from './unreadable-directory.error';
import { decodeUtf8, isBlank } from './utf8';

const QUOTE = 0x22;
/** The columns of which a file needs one: without any of them no row could say which agent it is about. */
const IDENTITY_COLUMNS = ['agent_id', 'agent_name', 'id', 'name'];

interface Candidate {
  readonly lines: readonly PhysicalLine[];
  readonly problem?: string;
}

interface BrokenRecord {
  readonly line: number;
  readonly error: string;
  /** The last line so far that is taken to be a part of it. */
  reaches: number;
  /** Lines up to this one that make no row are taken to be a part of it, not broken rows of their own. */
  readonly mayReach: number;
}

/**
 * Reads comma-separated rows after a header line.
 *
 * A record is cut out by its quotes (it ends at the first line end outside quotes) and then parsed on its own, so that
 * one broken record cannot take the rest of the file along. When the quoting itself is broken nobody can tell where the
 * record was meant to end: it is reported once, with the line where it starts, and reading goes on at the first later
 * line that is a whole, well-formed row.
 *
 * @throws UnreadableDirectoryError when there is no usable header.
 */
export async function* readCsvRows(
  window: LineWindow,
  maxRecordBytes: number,
): AsyncGenerator<DirectoryEntry, void, undefined> {
  const columns = await readHeader(window, maxRecordBytes);
  let broken: BrokenRecord | undefined;
  for (;;) {
    const first = await window.peek(0);
    if (first === undefined) break;
    if (isBlank(first.bytes) && !first.tooLong) {
      window.drop(1);
      continue;
    }
    const candidate = await nextCandidate(window, first, maxRecordBytes);
    const last = candidate.lines.at(-1) ?? first;
    const record = parseCandidate(candidate);
    if (typeof record !== 'string' && record.length === columns.length) {
      if (broken) yield report(broken);
      broken = undefined;
      window.drop(candidate.lines.length);
      yield { line: first.line, row: Object.fromEntries(columns.map((column, index) => [column, record[index]])) };
    } else if (broken && first.line <= broken.mayReach) {
      broken.reaches = first.line;
      window.drop(1);
    } else {
      if (broken) yield report(broken);
      if (typeof record === 'string') {
        broken = { line: first.line, error: record, reaches: first.line, mayReach: last.line };
        window.drop(1);
      } else {
        const error = `has ${count(record.length)} where the header has ${columns.length}`;
        broken = { line: first.line, error, reaches: first.line, mayReach: first.line };
        window.drop(candidate.lines.length);
      }
    }
  }
  if (broken) yield report(broken);
}

function report({ line, error, reaches }: BrokenRecord): DirectoryEntry {
  return { line, error: reaches > line ? `${error}; nothing of lines ${line} to ${reaches} is in` : error };
}

function count(columns: number): string {
  return columns === 1 ? '1 column' : `${columns} columns`;
}

async function readHeader(window: LineWindow, maxRecordBytes: number): Promise<string[]> {
  let first = await window.peek(0);
  while (first !== undefined && isBlank(first.bytes) && !first.tooLong) {
    window.drop(1);
    first = await window.peek(0);
  }
  if (first === undefined) throw new UnreadableDirectoryError('there is nothing in it, not even a header line');
  const candidate = await nextCandidate(window, first, maxRecordBytes);
  const header = parseCandidate(candidate);
  if (typeof header === 'string') throw new UnreadableDirectoryError(`line ${first.line}: the header ${header}`);
  window.drop(candidate.lines.length);

  const columns = header.map((name, index) => name.trim() || `column_${index + 1}`);
  const repeated = columns.find((name, index) => columns.indexOf(name) !== index);
  if (repeated !== undefined) {
    throw new UnreadableDirectoryError(`line ${first.line}: the header names the column "${repeated}" twice`);
  }
  if (!columns.some((name) => IDENTITY_COLUMNS.includes(name))) {
    throw new UnreadableDirectoryError(
      `line ${first.line}: no agent_id and no agent_name among the header's columns (they are separated by commas)`,
    );
  }
  return columns;
}

/** The lines from `first` up to the first line end that is outside quotes. Consumes nothing. */
async function nextCandidate(window: LineWindow, first: PhysicalLine, maxBytes: number): Promise<Candidate> {
  const lines = [first];
  let size = first.bytes.length;
  if (first.tooLong) return { lines, problem: `is longer than ${maxBytes} bytes` };
  let open = hasOddQuotes(first.bytes);
  while (open) {
    const next = await window.peek(lines.length);
    if (next === undefined) return { lines, problem: 'has a quote that is never closed' };
    size += next.bytes.length + 1;
    if (next.tooLong || size > maxBytes) {
      return { lines, problem: `has a quote that is not closed within ${maxBytes} bytes` };
    }
    lines.push(next);
    if (hasOddQuotes(next.bytes)) open = false;
  }
  return { lines };
}

/** The cells of one record, or what is wrong with it. */
function parseCandidate(candidate: Candidate): string[] | string {
  if (candidate.problem !== undefined) return candidate.problem;
  const texts: string[] = [];
  for (const { bytes } of candidate.lines) {
    const text = decodeUtf8(bytes);
    if (text === undefined) return 'is not valid UTF-8';
    texts.push(text);
  }
  try {
    const records: string[][] = parse(texts.join('\n').replace(/\r$/, ''), {
      // Fixed, not discovered: a lone carriage return inside a cell must not end the record.
      record_delimiter: '\n',
      relax_column_count: true,
    });
    const [record] = records;
    return records.length === 1 && record !== undefined ? record : 'has a quote in the wrong place';
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

function hasOddQuotes(bytes: Buffer): boolean {
  let odd = false;
  for (let at = bytes.indexOf(QUOTE); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) odd = !odd;
  return odd;
}
