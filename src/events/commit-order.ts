/**
 * **Which events of the log may a reader pass?** Revisions are drawn before the commit, so an event may appear after one of a higher
 * revision. A missing revision below a visible one belongs to a transaction that was writing to the log by then: once all of those have
 * ended, the event is there or never will be. Until then a reader stops in front of the gap, so that it skips no event.
 *
 * Who is writing is told by the table's lock, which a transaction takes before it draws a revision and holds to its end. Transaction ids
 * would not do: of one that began late and drew early, `pg_snapshot_xmax` may know nothing yet, because it counts those that have ended.
 */
export class CommitOrder {
  /**
   * Set while the reader waits at a gap: below `revision` all is settled once none of `writers` runs any more; undefined: they have not
   * been asked for since the gap was seen.
   */
  private horizon: { revision: bigint; writers: Set<string> | undefined } | undefined;
  private settledBelow = 0n;

  /** `position`: the revision of the last event that the reader has passed. */
  constructor(public position: bigint) {}

  /** Whether the last {@link pass} has stopped in front of a gap. */
  get isWaiting(): boolean {
    return this.horizon !== undefined;
  }

  /**
   * Passes as many of the events as it may and returns those. The events are those after the position, ascending, as one statement saw
   * them. `writers`: the transactions that were writing to the log at some moment after the pass before, and before these events were read.
   * They count only while the reader {@link isWaiting}.
   */
  pass<Event extends { revision: string }>(events: Event[], writers: ReadonlySet<string>): Event[] {
    const last = events.at(-1);
    if (!last) return events;
    const isSettled = this.horizon === undefined || this.settle(this.horizon, writers);
    const { horizon } = this;
    this.horizon = undefined;
    for (const [index, { revision }] of events.entries()) {
      const next = BigInt(revision);
      if (next !== this.position + 1n && next > this.settledBelow) {
        this.horizon = isSettled ? { revision: BigInt(last.revision), writers: undefined } : horizon;
        return events.slice(0, index);
      }
      this.position = next;
    }
    return events;
  }

  /** Whether all is settled below a horizon. */
  private settle(horizon: NonNullable<CommitOrder['horizon']>, running: ReadonlySet<string>): boolean {
    horizon.writers = new Set([...(horizon.writers ?? running)].filter((writer) => running.has(writer)));
    if (horizon.writers.size > 0) return false;
    this.settledBelow = horizon.revision;
    return true;
  }
}
