import { UsageError } from './usage-error.js';

/** One record and the line where it starts, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A cell, quoted (its quotes doubled) or not, and what ends it. */
const CELL = /(?:"([^"]*(?:""[^"]*)*)"|([^",\n]*?))(,|\r?\n|$)/y;

/**
 * Reads comma-separated text (RFC 4180; lines may also end in a line feed alone). Blank lines are no records.
 *
 * @throws UsageError with the line, for a quote that is never closed or stands in the wrong place.
 */
export function* parseCsv(text: string): Generator<CsvRecord, void, undefined> {
  let line = 1;
  CELL.lastIndex = 0;
  for (let position = 0; position < text.length;) {
    const start = line;
    const cells: string[] = [];
    let isBlank = true;
    for (let end = ','; end === ',';) {
      CELL.lastIndex = position;
      const match = CELL.exec(text);
      if (!match) throw new UsageError(`line ${start}: a quote is never closed, or in the wrong place`);
      const [whole, quoted, plain = '', separator = ''] = match;
      cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
      isBlank &&= cells.length === 1 && quoted === undefined && /^[ \t\r]*$/.test(plain);
      line += whole.split('\n').length - 1;
      position += whole.length;
      end = separator;
    }
    if (!isBlank) yield { line: start, cells };
  }
}
