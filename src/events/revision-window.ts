/** How long a revision may be late: drawn, and not committed yet. */
const PATIENCE_MS = 10_000;
const MOST_MISSING = 50_000;

/**
 * Which revisions of the event log have been seen. They are drawn before the commit, so a lower one may appear after a higher
 * one: those that are skipped count as missing for ten seconds, after which their transaction must have failed.
 */
export class RevisionWindow {
  private last = 0;
  /** By revision, until when it is waited for. In the order of that time. */
  private readonly skipped = new Map<number, number>();

  /** `revisions` are the last ones of the log, already there at time `now` (milliseconds). */
  constructor(revisions: number[], now: number) {
    const ascending = [...revisions].sort((a, b) => a - b);
    this.last = (ascending[0] ?? 1) - 1; // what came before these is too old to be late
    for (const revision of ascending) this.see(revision, now);
  }

  /** The highest revision seen. */
  get highest(): number {
    return this.last;
  }

  /** Those below the highest that may still appear. */
  missing(now: number): number[] {
    for (const [revision, until] of this.skipped) {
      if (until > now && this.skipped.size <= MOST_MISSING) break;
      this.skipped.delete(revision);
    }
    return [...this.skipped.keys()];
  }

  see(revision: number, now: number): void {
    this.skipped.delete(revision);
    const first = Math.max(this.last + 1, revision - MOST_MISSING);
    for (let between = first; between < revision; between++) this.skipped.set(between, now + PATIENCE_MS);
    this.last = Math.max(this.last, revision);
  }
}
