import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { PinoLogger } from 'nestjs-pino';
import { Clock, type Timer } from '../../platform/common/clock';
import { Lifecycle } from '../../platform/runtime/lifecycle';
import { DomainError } from '../../platform/validation/domain-error';
import { AgentChanged } from '../agent-changed.event';
import type { AgentEvent } from '../agent-event';
import { AgentsInvalidated } from '../agents-invalidated.event';
import { CommitOrder } from '../commit-order';
import { EventLogRepository, type LogRead } from '../event-log.repository';
import { EventWindow } from './event-window';
import type { LogPosition } from './log-position';
import { LogPositions } from './log-positions';

/** Events in one read for those who follow. */
const BATCH = 500;
/** Revisions in one read when nobody follows. */
const REVISIONS = 10_000;
/** What another replica has written is seen after this, if its invalidation did not arrive. */
const POLL_MS = 1_000;
/** A gap in the log closes when a transaction ends, of which no replica is notified. */
const GAP_POLL_MS = 50;
/** Between two reads while changes come all the time. */
const PACE_MS = 5;
const NOBODY: ReadonlySet<string> = new Set();
const WINDOW = { events: 10_000, bytes: 32 * 2 ** 20 };

/** What it reads of the database. */
export type LogSource = Pick<EventLogRepository, 'after' | 'between' | 'drawnRevision' | 'revisionsAfter' | 'writers'>;

/** Part of the log. */
export interface LogSlice {
  /** All settled events between the position that was asked for and `through`, in order. They are shared: not to be changed. */
  events: readonly AgentEvent[];
  /** Where to go on. */
  through: LogPosition;
}

/** Somebody who follows the log. */
export interface Follower {
  /** Has the log gone on for them: `wake` is called no more. */
  end(): void;
}

/**
 * Reads the event log once for all who follow it in this process. It knows up to which revision the log is *settled*: no event will ever
 * appear at or below it that is not there already. The last settled events are in memory; those before are read from the database.
 */
@Injectable()
export class EventLogReader implements OnApplicationBootstrap {
  /** Undefined until it is known where the log is settled. */
  private order: CommitOrder | undefined;
  /** All below `drawn` is settled when none of the `writers` runs any more. */
  private start: { drawn: bigint; writers: Set<string> } | undefined;
  private epoch: string | null = null;
  private readonly window = new EventWindow(WINDOW);
  private readonly followers = new Set<() => void>();
  /** Reads of the database of which several may wait for one. */
  private readonly reads = new Map<string, Promise<LogSlice>>();
  private polling: Promise<void> | undefined;
  private isAskedAgain = false;
  private lastPollAt = Number.NEGATIVE_INFINITY;
  private timer: Timer | undefined;
  private isStopped = false;
  private hasFailed = false;
  /** When it last got on or had all that was committed, in milliseconds of the monotonic clock. */
  private movedAt: number;

  constructor(
    @Inject(EventLogRepository) private readonly log: LogSource,
    @Inject(LogPositions) private readonly positions: Pick<LogPositions, 'present' | 'oldest'>,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
    lifecycle: Lifecycle,
  ) {
    logger.setContext(EventLogReader.name);
    this.movedAt = clock.monotonicMs();
    lifecycle.onStop('last writes', 'event log reader', () => this.stop());
  }

  onApplicationBootstrap(): void {
    void this.poll();
  }

  /** The position up to which the log is known to be settled; undefined just after the start. */
  get settled(): LogPosition | undefined {
    return this.order && this.epoch !== null ? { epoch: this.epoch, revision: this.order.position } : undefined;
  }

  /** What the window holds. */
  get held(): { events: number; bytes: number } {
    return this.window.size;
  }

  /** How many follow. */
  get following(): number {
    return this.followers.size;
  }

  /** For how long it has not got on although events may be there: those behind an open transaction, or all when it cannot read. */
  get heldUpSeconds(): number {
    return (this.clock.monotonicMs() - this.movedAt) / 1000;
  }

  /** Has `wake` called whenever the settled position may have moved. */
  follow(wake: () => void): Follower {
    const isFirst = this.followers.size === 0;
    const own = (): void => wake();
    this.followers.add(own);
    if (isFirst) this.pollSoon(); // until now it has read no more than revisions
    return { end: () => this.unfollow(own) };
  }

  /**
   * The settled position, after what was committed before the call, unless a transaction is open that may add events before that.
   * @throws DomainError `store_unavailable` when the database cannot be asked
   */
  async settledNow(): Promise<LogPosition> {
    if (this.polling) await this.polling; // that one may have read before the call
    await this.poll();
    const { settled } = this;
    if (settled && !this.hasFailed) return settled;
    const detail = 'The present end of the event log is not known yet';
    throw new DomainError('unavailable', 'store_unavailable', detail);
  }

  /**
   * The events after a position, at most `limit`, as far as the log is settled; those in memory at once.
   * @throws DomainError (410) `cursor_invalid` or `cursor_expired` when the log has lost the position; `store_unavailable`
   */
  read(position: LogPosition, limit: number): LogSlice | Promise<LogSlice> {
    const { settled } = this;
    if (!settled) return { events: [], through: position };
    if (position.epoch !== settled.epoch) return this.readPresent(position, limit);
    if (position.revision >= settled.revision) return { events: [], through: position };
    if (this.followers.size > 0 && position.revision >= this.window.start) {
      const events = this.window.after(position.revision, limit);
      return sliceOf(events, events.length === limit, settled);
    }
    return this.readTogether(position, settled, limit);
  }

  @OnEvent(AgentChanged.topic)
  @OnEvent(AgentsInvalidated.topic)
  onChange(): void {
    if (this.followers.size > 0) this.pollSoon();
  }

  private unfollow(wake: () => void): void {
    this.followers.delete(wake);
    if (this.followers.size === 0 && this.order) this.window.restart(this.order.position);
  }

  private async readPresent(position: LogPosition, limit: number): Promise<LogSlice> {
    const now = await this.positions.present(position, 'cursor');
    // The reader itself has not met this epoch yet.
    if (now.epoch !== this.settled?.epoch) return { events: [], through: position };
    return this.read(now, limit);
  }

  private readTogether(position: LogPosition, settled: LogPosition, limit: number): Promise<LogSlice> {
    const key = `${position.epoch} ${position.revision} ${limit}`;
    const known = this.reads.get(key);
    if (known) return known;
    const read = this.readPage(position, settled, limit).finally(() => this.reads.delete(key));
    this.reads.set(key, read);
    return read;
  }

  private async readPage(position: LogPosition, settled: LogPosition, limit: number): Promise<LogSlice> {
    const page = await this.log.between(position.revision, settled.revision, limit);
    if (page.epoch !== settled.epoch) {
      this.pollSoon();
      return { events: [], through: position };
    }
    if (position.revision < page.purgedThrough) await this.positions.present(position, 'cursor'); // which throws
    return sliceOf(page.events, page.isCut || page.events.length === limit, settled);
  }

  /** Another poll, now or after the present one. */
  private pollSoon(): void {
    if (this.polling || this.isAskedAgain) this.isAskedAgain = true;
    else {
      this.isAskedAgain = true;
      this.schedule(Math.max(0, this.lastPollAt + PACE_MS - this.clock.monotonicMs()));
    }
  }

  private schedule(ms: number): void {
    this.timer?.cancel();
    if (!this.isStopped) this.timer = this.clock.setTimer(ms, () => this.poll()).unref();
  }

  /** Never rejects. */
  private poll(): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    this.polling ??= this.pollOnce().finally(() => {
      this.polling = undefined;
      const isCaughtUp = this.order !== undefined && !this.order.isWaiting;
      const pause = isCaughtUp || this.hasFailed ? POLL_MS : GAP_POLL_MS;
      this.schedule(this.isAskedAgain ? PACE_MS : pause);
    });
    return this.polling;
  }

  private async pollOnce(): Promise<void> {
    this.timer?.cancel();
    this.isAskedAgain = false;
    this.lastPollAt = this.clock.monotonicMs();
    const before = this.settled;
    try {
      if (this.order === undefined) await this.findStart();
      if (this.order !== undefined) while (!this.isStopped && (await this.advance(this.order)));
      if (this.hasFailed) this.logger.info('The event log is followed again');
      this.hasFailed = false;
      if (this.order && (!this.order.isWaiting || this.order.position !== before?.revision))
        this.movedAt = this.lastPollAt;
    } catch (error) {
      if (!this.hasFailed) this.logger.warn({ err: error }, 'The event log cannot be followed at the moment');
      this.hasFailed = true;
    }
    const { settled } = this;
    if (settled?.revision !== before?.revision || settled?.epoch !== before?.epoch)
      for (const wake of this.followers) wake();
  }

  /** What was drawn is settled once all have ended that were writing then. */
  private async findStart(): Promise<void> {
    if (this.start === undefined) {
      const drawn = BigInt(await this.log.drawnRevision());
      this.start = { drawn, writers: new Set(await this.log.writers()) };
    } else {
      const running = new Set(await this.log.writers());
      for (const writer of this.start.writers) if (!running.has(writer)) this.start.writers.delete(writer);
    }
    if (this.start.writers.size > 0) return;
    const { epoch } = await this.log.revisionsAfter(this.start.drawn, 1);
    if (epoch === null)
      await this.positions.oldest(); // notes the first one
    else this.begin(epoch, this.start.drawn);
  }

  private begin(epoch: string, revision: bigint): void {
    this.start = undefined;
    this.epoch = epoch;
    this.order = new CommitOrder(revision);
    this.window.restart(revision);
  }

  /** Reads on once; true when there is more to read at once. */
  private async advance(order: CommitOrder): Promise<boolean> {
    const isFollowed = this.followers.size > 0;
    const { position, isWaiting } = order;
    const writers = isWaiting ? new Set(await this.log.writers()) : NOBODY; // before the events are read
    const limit = isFollowed ? BATCH : REVISIONS;
    const read = isFollowed ? await this.log.after(position, limit) : await this.log.revisionsAfter(position, limit);
    if (read.epoch !== this.epoch) {
      // A fail-over: what was settled may be gone.
      this.order = undefined;
      this.start = undefined;
      this.isAskedAgain = true;
      return false;
    }
    const passed = order.pass<{ revision: string }>(read.events, writers);
    // Of those who are not yet there where events have been purged, none may get what is left as if it were all.
    const isWhole = isFollowed && this.followers.size > 0 && read.purgedThrough <= position;
    if (isWhole) this.window.add((read as LogRead<AgentEvent>).events.slice(0, passed.length));
    else this.window.restart(order.position);
    return passed.length > 0 || (order.isWaiting && !isWaiting);
  }

  private async stop(): Promise<void> {
    this.isStopped = true;
    this.timer?.cancel();
    await this.polling;
  }
}

/** `isCut`: there may be more up to the settled position. */
function sliceOf(events: readonly AgentEvent[], isCut: boolean, settled: LogPosition): LogSlice {
  const last = isCut ? events.at(-1) : undefined;
  return { events, through: last ? { epoch: settled.epoch, revision: BigInt(last.revision) } : settled };
}
