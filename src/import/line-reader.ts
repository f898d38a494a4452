/** One physical line, without its line feed. */
export interface PhysicalLine {
  /** 1-based. */
  readonly line: number;
  readonly bytes: Buffer;
  /** True when the line was longer than the limit; `bytes` is then empty, the line having been passed over. */
  readonly tooLong: boolean;
}

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Splits a byte stream into lines, holding at most one line of at most `maxBytes` in memory. It works on bytes, so that
 * a character cut in two by a chunk boundary stays whole and bad UTF-8 is a matter of one line. A byte order mark at the
 * very start is dropped; a carriage return before the line feed is kept.
 */
export async function* readLines(
  source: AsyncIterable<Buffer | string>,
  maxBytes: number,
): AsyncGenerator<PhysicalLine, void, undefined> {
  let parts: Buffer[] = [];
  let size = 0;
  let line = 1;

  const take = (): PhysicalLine => {
    const tooLong = size > maxBytes;
    const whole = tooLong ? Buffer.alloc(0) : parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    const bytes =
      line === 1 && whole.subarray(0, 3).equals(BYTE_ORDER_MARK) ? whole.subarray(BYTE_ORDER_MARK.length) : whole;
    parts = [];
    size = 0;
    return { line: line++, bytes, tooLong };
  };
  const keep = (part: Buffer): void => {
    size += part.length;
    if (size <= maxBytes) parts.push(part);
    else parts = [];
  };

  for await (const chunk of source) {
    const buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    let start = 0;
    for (let end = buffer.indexOf(LINE_FEED); end >= 0; end = buffer.indexOf(LINE_FEED, start)) {
      keep(buffer.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < buffer.length) keep(buffer.subarray(start));
  }
  if (size > 0) yield take();
}
