import { extname } from 'node:path';
import { readCsvRows } from './csv-rows';
import type { DirectoryEntry } from './directory-entry';
import { readLines } from './line-reader';
import { LineWindow } from './line-window';
import { readNdjsonRows } from './ndjson-rows';
import { isBlank } from './utf8';

/** How a directory file is written. */
export type DirectoryFormat = 'csv' | 'ndjson';

/** A record beyond this is broken; nothing that large fits the registry's limits, and it bounds an unclosed quote. */
const MAX_RECORD_BYTES = 4 * 1024 * 1024;
const OPENING_BRACE = 0x7b;

/** The format that a file's name promises; undefined when it promises none. */
export function formatByName(name: string): DirectoryFormat | undefined {
  const extension = extname(name).toLowerCase();
  if (extension === '.csv') return 'csv';
  if (extension === '.ndjson' || extension === '.jsonl') return 'ndjson';
  return undefined;
}

/**
 * Reads a directory of agents row by row, in one pass and bounded memory. Without a `format` the first character that
 * is not blank decides: `{` is NDJSON, anything else CSV. A broken row is an entry of its own and reading goes on.
 *
 * @throws UnreadableDirectoryError when nothing can be made of the whole (an empty file, a CSV without a usable header);
 * errors of the stream itself pass through.
 */
export async function* readDirectory(
  source: AsyncIterable<Buffer | string>,
  format?: DirectoryFormat,
): AsyncGenerator<DirectoryEntry, void, undefined> {
  const window = new LineWindow(readLines(source, MAX_RECORD_BYTES));
  const rows = (format ?? (await detectFormat(window))) === 'ndjson' ? readNdjsonRows : readCsvRows;
  yield* rows(window, MAX_RECORD_BYTES);
}

async function detectFormat(window: LineWindow): Promise<DirectoryFormat> {
  for (;;) {
    const next = await window.peek(0);
    if (next === undefined) return 'csv';
    if (!isBlank(next.bytes)) {
      return next.bytes.find((byte) => byte > 0x20) === OPENING_BRACE ? 'ndjson' : 'csv';
    }
    if (next.tooLong) return 'csv';
    // Blank lines are dropped, but the reader counts by `PhysicalLine.line`, so that line numbers stay right.
    window.drop(1);
  }
}
