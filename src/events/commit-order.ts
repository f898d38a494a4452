/** A moment of the database, by transaction ids: of `xmin` and below all have ended, of `xmax` and above none had begun. */
export interface DatabaseSnapshot {
  xmin: bigint;
  xmax: bigint;
}

/**
 * **Which events of the log may a reader pass?** Revisions are drawn before the commit, so an event may appear after one of a higher
 * revision. A missing revision below a visible one belongs to a transaction that had begun by then: once all of those have ended, the
 * event is there or never will be. Until then a reader stops in front of the gap, so that it skips no event. (A transaction that writes
 * an event holds its agent before it draws the revision, and so has an id; the idea is that of a transactional outbox's "horizon".)
 */
export class CommitOrder {
  /** Set while the reader waits at a gap: below `revision` all is settled once no transaction below `xmax` runs any more. */
  private horizon: { revision: bigint; xmax: bigint } | undefined;
  private settledBelow = 0n;

  /** `position`: the revision of the last event that the reader has passed. */
  constructor(public position: bigint) {}

  /** Whether the last {@link pass} has stopped in front of a gap. */
  get isWaiting(): boolean {
    return this.horizon !== undefined;
  }

  /** Passes as many of the events as it may and returns those. The events after the position, ascending, as one statement saw them. */
  pass<Event extends { revision: string }>(events: Event[], { xmin, xmax }: DatabaseSnapshot): Event[] {
    const last = events.at(-1);
    if (!last) return events;
    const horizon = this.horizon ?? { revision: BigInt(last.revision), xmax };
    if (xmin >= horizon.xmax) this.settledBelow = horizon.revision;
    this.horizon = undefined;
    for (const [index, { revision }] of events.entries()) {
      const next = BigInt(revision);
      if (next !== this.position + 1n && next > this.settledBelow) {
        this.horizon = xmin >= horizon.xmax ? { revision: BigInt(last.revision), xmax } : horizon;
        return events.slice(0, index);
      }
      this.position = next;
    }
    return events;
  }
}
