import { extname } from 'node:path';
import { errorMessage } from '../../platform/observability/error-message';
import { isJsonObject } from '../../platform/validation/validate';
import { type DirectoryEntry, readCsvRows } from './csv-rows';
import { type Line, LineReader } from './line-reader';

/** How a directory file is written. */
export type DirectoryFormat = 'csv' | 'ndjson';

/** The format that a file's name promises; undefined when it promises none. */
export function formatByName(name: string): DirectoryFormat | undefined {
  const extension = extname(name).toLowerCase();
  if (extension === '.csv') return 'csv';
  return extension === '.ndjson' || extension === '.jsonl' ? 'ndjson' : undefined;
}

/**
 * Reads a directory of agents row by row, in one pass and bounded memory. Without a `format` the first character that
 * is not blank decides: `{` is NDJSON, anything else CSV. A broken row is an entry of its own and reading goes on.
 *
 * @throws ImportError when nothing can be made of the whole (an empty file, a CSV without a usable header); errors of
 * the stream itself pass through.
 */
export async function* readDirectory(
  source: AsyncIterable<Buffer | string>,
  format?: DirectoryFormat,
): AsyncGenerator<DirectoryEntry, void, undefined> {
  const reader = new LineReader(source);
  const looksLikeJson = (await reader.peekText())?.text.search(/^[ \t\r]*{/) === 0;
  const isNdjson = format === undefined ? looksLikeJson : format === 'ndjson';
  yield* isNdjson ? readNdjsonRows(reader) : readCsvRows(reader);
}

async function* readNdjsonRows(reader: LineReader): AsyncGenerator<DirectoryEntry, void, undefined> {
  for (let next = await reader.peekText(); next !== undefined; next = await reader.peekText()) {
    reader.drop(1);
    yield parseObject(next);
  }
}

function parseObject({ line, text, problem }: Line): DirectoryEntry {
  if (problem !== undefined) return { line, error: problem };
  try {
    const row: unknown = JSON.parse(text);
    return isJsonObject(row) ? { line, row } : { line, error: 'is not a JSON object' };
  } catch (error) {
    return { line, error: `is not JSON (${errorMessage(error)})` };
  }
}
