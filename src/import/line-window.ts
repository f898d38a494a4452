import type { PhysicalLine } from './line-reader';

/** Looks ahead in a stream of lines without consuming them, so that a reader can go back to just after a bad start. */
export class LineWindow {
  private lines: PhysicalLine[] = [];
  private head = 0;
  private ended = false;

  constructor(private readonly source: AsyncIterator<PhysicalLine>) {}

  /** The line `offset` places ahead (0 is the next one); undefined past the end. */
  async peek(offset: number): Promise<PhysicalLine | undefined> {
    while (!this.ended && this.lines.length - this.head <= offset) {
      const next = await this.source.next();
      if (next.done === true) this.ended = true;
      else this.lines.push(next.value);
    }
    return this.lines[this.head + offset];
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
