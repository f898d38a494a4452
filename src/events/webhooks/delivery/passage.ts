interface Outstanding {
  revision: string;
  occurredAt: Date;
  isDone: boolean;
}

/** How far all events are done that come in order and end in any order. */
export class Passage {
  private readonly outstanding: Outstanding[] = [];
  private readonly byRevision = new Map<string, Outstanding>();

  /** @param position all up to it is done */
  constructor(private passed: string) {}

  /** Of this revision and all before it everything is done. */
  get position(): string {
    return this.passed;
  }

  /** When the oldest event happened that is not done; undefined when all are. */
  get oldestAt(): Date | undefined {
    return this.outstanding[0]?.occurredAt;
  }

  get size(): number {
    return this.outstanding.length;
  }

  begin(revision: string, occurredAt: Date): void {
    const event = { revision, occurredAt, isDone: false };
    this.outstanding.push(event);
    this.byRevision.set(revision, event);
  }

  /** There is no event up to this revision but those that have begun. */
  skip(revision: string): void {
    if (this.outstanding.length === 0) this.passed = revision;
  }

  end(revision: string): void {
    const event = this.byRevision.get(revision);
    if (!event) return;
    event.isDone = true;
    while (this.outstanding[0]?.isDone) {
      this.passed = this.outstanding.shift()!.revision;
      this.byRevision.delete(this.passed);
    }
  }
}
