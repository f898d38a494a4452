import type { AgentEvent } from '../agent-event';

/** About what an event takes beside its data. */
const EVENT_BYTES = 512;

/** The last settled events of the log, in memory: as many as there is room for, without a gap. */
export class EventWindow {
  private events: { event: AgentEvent; revision: bigint; bytes: number }[] = [];
  private bytes = 0;
  private first = 0n;

  constructor(
    private readonly most: { events: number; bytes: number },
    /** How much the data of an event take. */
    private readonly sizeOf = (event: AgentEvent): number => JSON.stringify(event.data).length,
  ) {}

  /** It holds all settled events after this revision. */
  get start(): bigint {
    return this.first;
  }

  get size(): { events: number; bytes: number } {
    return { events: this.events.length, bytes: this.bytes };
  }

  /** Begins anew, with none, after a revision. */
  restart(revision: bigint): void {
    this.first = revision;
    this.events = [];
    this.bytes = 0;
  }

  /** Adds the events that follow; the oldest go for them. */
  add(events: readonly AgentEvent[]): void {
    for (const event of events) {
      const bytes = EVENT_BYTES + this.sizeOf(event);
      this.events.push({ event, revision: BigInt(event.revision), bytes });
      this.bytes += bytes;
    }
    let gone = 0;
    while (this.bytes > this.most.bytes || this.events.length - gone > this.most.events) {
      const oldest = this.events[gone++]!;
      this.bytes -= oldest.bytes;
      this.first = oldest.revision;
    }
    if (gone > 0) this.events.splice(0, gone);
  }

  /** At most `limit` events after a revision that is not before the {@link start}. */
  after(revision: bigint, limit: number): AgentEvent[] {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.events[middle]!.revision > revision) high = middle;
      else low = middle + 1;
    }
    return this.events.slice(low, low + limit).map(({ event }) => event);
  }
}
