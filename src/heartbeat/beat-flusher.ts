import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Clock, type Timer } from '../platform/common/clock';
import { Histogram } from '../platform/observability/histogram';
import { isAboutData } from '../platform/database/database-errors';
import { Lifecycle } from '../platform/runtime/lifecycle';
import { Configuration } from '../platform/config/configuration';
import { AgentEvents } from '../events/agent-events';
import { AgentCache } from '../registry/agent-cache';
import { HeartbeatBuffer, type Beat } from '../liveness/heartbeat-buffer';
import { BeatsRepository, type BeatToWrite, type WrittenBeats } from './beats.repository';
import { AgentDirectoryCache } from './agent-directory-cache';
import { ReplicaLease } from './replica-lease';

/** Beats in one statement: few, so that neither we nor PostgreSQL keep others waiting for long … */
const SMALL_BATCH = 500;
/** … unless more wait than there is time to spread. */
const MANY = 20_000;
/** Then the fixed cost of a statement matters. Still more beats would only make its locks last longer. */
const LARGE_BATCH = 2_000;
/** Statements are spread over no more than this, however long the interval. */
const LONGEST_SPREAD_MS = 250;
const LONGEST_BACKOFF_MS = 5_000;
/** Beats that wait longer than this, and the interval, wait for something that is not there. */
const LATE_MS = 10_000;

/**
 * Writes acknowledged heartbeats behind, within `HEARTBEAT_FLUSH_INTERVAL_MS`: for half of it they gather, over the other half the
 * statements that write them are spread, as far as they leave time for that. And once more before the service stops.
 */
@Injectable()
export class BeatFlusher implements OnApplicationBootstrap {
  /** Flushes that had something to write, also those that failed. */
  readonly durations = new Histogram();
  private timer: Timer | undefined;
  private flushing: Promise<boolean> | undefined;
  private failures = 0;
  /** In the flush that is under way or was the last: how long there was nothing to do. */
  private pausedMs = 0;
  private stopped = false;

  constructor(
    private readonly buffer: HeartbeatBuffer,
    private readonly beats: BeatsRepository,
    private readonly directory: AgentDirectoryCache,
    private readonly cache: AgentCache,
    private readonly events: AgentEvents,
    private readonly lease: ReplicaLease,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
    lifecycle: Lifecycle,
  ) {
    logger.setContext(BeatFlusher.name);
    lifecycle.onStop('last writes', 'heartbeats', () => this.end());
  }

  /** Without the lease no beat is taken, so the service begins with it. */
  async onApplicationBootstrap(): Promise<void> {
    await this.flush();
    this.schedule();
  }

  /** Runs after the last request has been answered and before the connections close. */
  private async end(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.flush();
    if (!(await this.flush())) {
      this.logger.error({ beats: this.buffer.size }, 'Heartbeats could not be written before the stop');
      return;
    }
    await this.lease.release().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'The lease could not be released: silent agents are found later');
    });
  }

  /** Milliseconds that the oldest acknowledged beat has waited so far; 0 when none waits. */
  lagMs(): number {
    const oldest = this.buffer.oldest();
    return oldest === undefined ? 0 : this.clock.monotonicMs() - oldest;
  }

  /** Whether acknowledged beats have waited far longer than they should. */
  get isLate(): boolean {
    return this.lagMs() > LATE_MS + this.configuration.HEARTBEAT_FLUSH_INTERVAL_MS;
  }

  /** Writes what is there; true when nothing waits any more that was there before the call. Never throws. */
  async flush(): Promise<boolean> {
    if (this.flushing) await this.flushing; // that one may have started before the latest beat
    this.flushing ??= this.write().finally(() => (this.flushing = undefined));
    return this.flushing;
  }

  /** The next flush begins half an interval after the last one began, or later when that one failed or took longer. */
  private schedule(lastBegan = this.clock.monotonicMs()): void {
    if (this.stopped) return;
    const pause =
      this.failures > 0
        ? Math.min(this.configuration.HEARTBEAT_FLUSH_INTERVAL_MS * 2 ** this.failures, this.longestBackoff())
        : lastBegan + this.halfInterval() - this.clock.monotonicMs();
    this.timer = this.clock.setTimer(Math.max(pause, 1), () => {
      const began = this.clock.monotonicMs();
      return this.flush().then(() => this.schedule(began));
    });
  }

  /** Beats are refused while flushes fail for long, so an attempt should come soon after the database is back. */
  private longestBackoff(): number {
    return Math.min(LONGEST_BACKOFF_MS, this.configuration.HEARTBEAT_TIMEOUT_SECONDS * 250);
  }

  private halfInterval(): number {
    return this.configuration.HEARTBEAT_FLUSH_INTERVAL_MS / 2;
  }

  private async write(): Promise<boolean> {
    const began = this.clock.monotonicMs();
    const taken = this.buffer.drain();
    const written = new Set<string>();
    this.pausedMs = 0;
    try {
      const ids = [...taken.keys()].sort();
      if (ids.length > MANY) await this.writeAtOnce(ids, taken, written);
      else await this.writeSpread(ids, taken, written);
      this.buffer.commit('all');
      await this.lease.renew(began);
      if (this.failures > 0) this.logger.info('Heartbeats are written again');
      this.failures = 0;
      return true;
    } catch (error) {
      this.buffer.commit(written);
      if (this.failures++ === 0)
        this.logger.warn({ err: error, beats: taken.size - written.size }, 'Heartbeats cannot be written; they wait');
      return false;
    } finally {
      if (taken.size > 0) this.durations.observe((this.clock.monotonicMs() - began - this.pausedMs) / 1000);
    }
  }

  private async writeSpread(ids: string[], taken: ReadonlyMap<string, Beat>, written: Set<string>): Promise<void> {
    const began = this.clock.monotonicMs();
    const spread = Math.min(this.halfInterval(), LONGEST_SPREAD_MS);
    for (let start = 0; start < ids.length; start += SMALL_BATCH) {
      if (start > 0) await this.pauseUntil(began + (start / ids.length) * spread);
      await this.writeBatch(ids.slice(start, start + SMALL_BATCH), taken, written);
    }
  }

  /**
   * Two statements at a time: PostgreSQL works on one while we prepare the next and take in what the last one met. No two are about the
   * same agent, and each locks its rows in the order of their ids, so they cannot deadlock.
   */
  private async writeAtOnce(ids: string[], taken: ReadonlyMap<string, Beat>, written: Set<string>): Promise<void> {
    let next = 0;
    const writer = async (): Promise<void> => {
      while (next < ids.length) {
        const start = next;
        next += LARGE_BATCH;
        await this.writeBatch(ids.slice(start, start + LARGE_BATCH), taken, written);
      }
    };
    const stopped = (error: unknown): never => {
      next = ids.length; // for the other one too
      throw error;
    };
    const ended = await Promise.allSettled([writer().catch(stopped), writer().catch(stopped)]);
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  }

  /** Not when the moment is past, or nothing but the stop is waited for. */
  private async pauseUntil(moment: number): Promise<void> {
    const began = this.clock.monotonicMs();
    if (moment - began < 1 || this.stopped) return;
    await this.clock.sleep(moment - began);
    this.pausedMs += this.clock.monotonicMs() - began;
  }

  private async writeBatch(ids: string[], taken: ReadonlyMap<string, Beat>, written: Set<string>): Promise<void> {
    const now = this.clock.monotonicMs();
    const changes = this.directory.trackInvalidations();
    let met: WrittenBeats;
    try {
      met = await this.beats.write(ids.map((id) => toWrite(id, taken.get(id)!, now)));
    } catch (error) {
      if (!isAboutData(error)) throw error; // not the beats' fault: all of them wait
      return await this.isolate(ids, taken, written, error);
    } finally {
      changes();
    }
    const changed = changes();
    const unmet = new Set(ids);
    this.events.publishAll(met.changes);
    for (const agent of met.agents) {
      unmet.delete(agent.id);
      if (!changed.has(agent.id)) this.directory.confirm(agent);
    }
    for (const id of unmet) this.directory.forget(id);
    for (const id of ids) {
      this.cache.forget(id); // soon nothing covers up any more that the record is older than the beat
      written.add(id);
    }
  }

  /** One beat that PostgreSQL will not have must not hold up all the others for ever: halve until it stands alone. */
  private async isolate(
    ids: string[],
    taken: ReadonlyMap<string, Beat>,
    written: Set<string>,
    error: unknown,
  ): Promise<void> {
    if (ids.length === 1) {
      this.logger.error({ err: error, agent_id: ids[0] }, 'A heartbeat cannot be written and is dropped');
      written.add(ids[0]!);
      return;
    }
    const middle = ids.length >> 1;
    await this.writeBatch(ids.slice(0, middle), taken, written);
    await this.writeBatch(ids.slice(middle), taken, written);
  }
}

function toWrite(id: string, { at, report, reportedAt, ready, load }: Beat, now: number): BeatToWrite {
  const reportAge = reportedAt === undefined ? undefined : now - reportedAt;
  return { id, age: now - at, report, reportAge, ready, load };
}
