import { Injectable } from '@nestjs/common';
import type { HealthReport, Readiness } from '../agent/agent-health';

/** A heartbeat that was acknowledged. Times are milliseconds of the monotonic clock. */
export interface Beat {
  at: number;
  /** When the first one came of those that this entry stands for, all of which wait to be written. */
  since: number;
  /** The last report that came with a beat since the last flush, and when. */
  report?: HealthReport;
  reportedAt?: number;
  /** What the latest beat said. */
  ready?: boolean;
  load?: number;
}

/**
 * Heartbeats that are acknowledged and not yet in the database: one entry an agent, the latest wins. Reads on this replica
 * look here first, so an agent sees its own beat at once. Never holds more entries than there are known agents.
 */
@Injectable()
export class HeartbeatBuffer {
  private pending = new Map<string, Beat>();
  private inFlight = new Map<string, Beat>();
  /** The smallest `since` of each. */
  private pendingSince = Number.POSITIVE_INFINITY;
  private inFlightSince = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.pending.size + this.inFlight.size;
  }

  record(id: string, at: number, report?: HealthReport, readiness?: Readiness): void {
    const beat = this.pending.get(id);
    const ready = readiness?.ready;
    const load = readiness?.load;
    if (!beat) {
      const reportedAt = report && at;
      this.pending.set(id, { at, since: at, report, reportedAt, ready, load });
      if (at < this.pendingSince) this.pendingSince = at;
      return;
    }
    beat.at = at;
    beat.ready = ready;
    beat.load = load;
    if (!report) return;
    beat.report = report;
    beat.reportedAt = at;
  }

  get(id: string): Beat | undefined {
    const newer = this.pending.get(id);
    const older = this.inFlight.get(id);
    if (!newer || newer.report || !older) return newer ?? older;
    return { ...older, at: newer.at, ready: newer.ready, load: newer.load };
  }

  /** Hands out all that is there, for a flush; it stays readable until {@link commit}. One flush at a time. */
  drain(): ReadonlyMap<string, Beat> {
    this.inFlight = this.pending;
    this.inFlightSince = this.pendingSince;
    this.pending = new Map();
    this.pendingSince = Number.POSITIVE_INFINITY;
    return this.inFlight;
  }

  /** Ends a flush: what was written is forgotten, the rest waits for the next one unless a newer beat has come. */
  commit(written: ReadonlySet<string> | 'all'): void {
    const taken = this.inFlight;
    this.inFlight = new Map();
    this.inFlightSince = Number.POSITIVE_INFINITY;
    if (written === 'all') return;
    for (const [id, beat] of taken) {
      if (written.has(id)) continue;
      this.pendingSince = Math.min(this.pendingSince, beat.since);
      const newer = this.pending.get(id);
      if (!newer) {
        this.pending.set(id, beat);
        continue;
      }
      newer.since = beat.since;
      if (!newer.report && beat.report) Object.assign(newer, { report: beat.report, reportedAt: beat.reportedAt });
    }
  }

  /** When the oldest beat came that no flush has written yet, whatever newer beat of the same agent has come since. */
  oldest(): number | undefined {
    const oldest = Math.min(this.inFlightSince, this.pendingSince);
    return oldest === Number.POSITIVE_INFINITY ? undefined : oldest;
  }
}
