const WIDTH = 30;

/** Where progress is drawn. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A bar on one line that redraws itself; on anything but a terminal it says nothing. */
export class ImportProgress {
  private shown = false;

  constructor(private readonly stream: ProgressStream) {}

  /** Draws how far it is. */
  show(done: number, total: number, what: string): void {
    if (this.stream.isTTY !== true) return;
    const filled = total === 0 ? WIDTH : Math.floor((done / total) * WIDTH);
    this.stream.write(`\r\u001b[K[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${done}/${total} ${what}`);
    this.shown = true;
  }

  /** Takes the line away again. */
  clear(): void {
    if (this.shown) this.stream.write('\r\u001b[K');
    this.shown = false;
  }
}
