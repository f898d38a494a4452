import { isUtf8 } from 'node:buffer';

/** Bytes. A longer line or record is broken: no agent that large is legal, and it bounds what an unclosed quote takes. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** A line without its line feed. */
export interface Line {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
  /** Why the text is not what the file says. */
  readonly problem?: string;
}

const LINE_FEED = 0x0a;

/**
 * Reads a stream of bytes line by line and looks ahead without consuming, so that a reader can go back to just after a
 * bad start. A line ends at its line feed and nowhere else; a byte order mark is dropped.
 */
export class LineReader {
  private readonly source: AsyncIterator<Line>;
  private lines: Line[] = [];
  private head = 0;
  private ended = false;

  constructor(source: AsyncIterable<Buffer | string>) {
    this.source = splitLines(source);
  }

  /** The line `offset` places ahead (0 is the next one); undefined past the end. */
  async peek(offset: number): Promise<Line | undefined> {
    while (!this.ended && this.lines.length - this.head <= offset) {
      const next = await this.source.next();
      if (next.done === true) this.ended = true;
      else this.lines.push(next.value);
    }
    return this.lines[this.head + offset];
  }

  /** The next line that is not blank; those before it are dropped. */
  async peekText(): Promise<Line | undefined> {
    for (;;) {
      const next = await this.peek(0);
      if (next === undefined || next.problem !== undefined || !/^[ \t\r]*$/.test(next.text)) return next;
      this.drop(1);
    }
  }

  /** Consumes `count` lines that were peeked at. */
  drop(count: number): void {
    this.head += count;
    // Not at every drop: moving a long tail each time would make a long look-ahead quadratic.
    if (this.head > 1024 && this.head * 2 > this.lines.length) {
      this.lines = this.lines.slice(this.head);
      this.head = 0;
    }
  }
}

/** Splits bytes, not text: a character cut in two by a chunk stays whole, and bad UTF-8 is a matter of one line. */
async function* splitLines(source: AsyncIterable<Buffer | string>): AsyncGenerator<Line, void, undefined> {
  let line = 1;
  let rest = Buffer.alloc(0);
  let tooLong = false;
  const lineOf = (bytes: Buffer): Line => {
    if (tooLong || bytes.length > MAX_RECORD_BYTES) {
      tooLong = false;
      return { line: line++, text: '', problem: `is longer than ${MAX_RECORD_BYTES} bytes` };
    }
    const text = line === 1 ? bytes.toString().replace(/^\ufeff/, '') : bytes.toString();
    return { line: line++, text, ...(!isUtf8(bytes) && { problem: 'is not valid UTF-8' }) };
  };

  for await (const chunk of source) {
    const bytes = Buffer.concat([rest, typeof chunk === 'string' ? Buffer.from(chunk) : chunk]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
      yield lineOf(bytes.subarray(start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > MAX_RECORD_BYTES) {
      tooLong = true;
      rest = Buffer.alloc(0);
    }
  }
  if (tooLong || rest.length > 0) yield lineOf(rest);
}
