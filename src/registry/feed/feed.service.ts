import { Injectable } from '@nestjs/common';
import type { AgentEvent } from '../../events/agent-event';
import { EventStream } from '../../events/event-stream';
import { EventLogReader } from '../../events/log/event-log.reader';
import { encodePosition, type LogPosition } from '../../events/log/log-position';
import { LogPositions } from '../../events/log/log-positions';
import { isNarrowed, type Principal } from '../../platform/access/principal';
import { Clock } from '../../platform/common/clock';
import { Turns } from '../../platform/common/turns';
import { Lifecycle } from '../../platform/runtime/lifecycle';
import type { OutStream } from '../../platform/streams/out-stream';
import { DomainError } from '../../platform/validation/domain-error';
import type { FeedSelection } from './feed-item';
import type { FeedRequest, FeedStart } from './feed-request';
import { FeedSelector } from './feed-selector';
import { bookmarkOf } from './live-feed';
import { LiveFeeds } from './live-feeds';

/** Events that one request looks at, however few of them it is for. */
const MOST_EXAMINED = 5_000;
const SLICE = 1_000;
/** A follower whose selection nothing is in gets a new cursor at least so often. */
const BOOKMARK_MS = 25_000;
/** Streams that are written to in one turn of the event loop. */
const STREAMS_AT_ONCE = 100;

/** One page of the feed. */
export interface FeedPage {
  events: AgentEvent[];
  nextCursor: string;
  hasMore: boolean;
}

function pageOf({
  events,
  through,
  hasMore,
}: {
  events: AgentEvent[];
  through: LogPosition;
  hasMore: boolean;
}): FeedPage {
  return { events, nextCursor: encodePosition(through), hasMore };
}

/** The event log as callers may see it: page by page, or as it grows. */
@Injectable()
export class FeedService {
  private readonly turns = new Turns(STREAMS_AT_ONCE);

  constructor(
    private readonly reader: EventLogReader,
    private readonly positions: LogPositions,
    private readonly stream: EventStream,
    private readonly selector: FeedSelector,
    private readonly live: LiveFeeds,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
  ) {}

  /**
   * Where a follower goes on by now.
   * @throws DomainError (410) `cursor_invalid`, `cursor_expired`; `store_unavailable`
   */
  async begin(start: FeedStart): Promise<LogPosition> {
    if (start === 'oldest') return this.positions.oldest();
    if (start === 'now') return this.reader.settledNow();
    return this.positions.present(start.position, start.field);
  }

  /**
   * The events after a position that the caller asks for and may see; with a time to wait, as soon as there is one. `gone`: the client does
   * not wait any more. The cursor has moved on also where there is none.
   */
  async page(
    from: LogPosition,
    { selection, limit, waitSeconds }: FeedRequest,
    principal: Principal,
    gone: AbortSignal,
  ): Promise<FeedPage> {
    const settled = await this.reader.settledNow();
    const first = await this.collect(from, settled, selection, limit, principal);
    if (first.events.length > 0 || first.hasMore || waitSeconds === 0) return pageOf(first);
    const patience = new AbortController();
    const timer = this.clock.setTimer(waitSeconds * 1000, () => patience.abort()).unref();
    const ending = AbortSignal.any([gone, patience.signal, this.lifecycle.stopping]);
    const { events } = first;
    let { through } = first;
    try {
      for await (const slice of this.stream.slices(through, ending)) {
        through = this.take(
          events,
          await this.selector.events(slice.events, selection, principal),
          limit,
          slice.through,
        );
        if (events.length > 0) break;
      }
    } finally {
      timer.cancel();
    }
    return pageOf({ events, through, hasMore: through.revision < (this.reader.settled?.revision ?? 0n) });
  }

  /** Writes to a stream what comes after a position, until it ends. */
  async follow(out: OutStream, from: LogPosition, selection: FeedSelection, principal: Principal): Promise<void> {
    try {
      await this.write(out, from, selection, principal);
    } catch (error) {
      const isGone = error instanceof DomainError && error.kind === 'gone';
      const { code, members } = error instanceof DomainError ? error : { code: 'internal_error', members: {} };
      const data = JSON.stringify({ code, ...members });
      out.end(isGone ? 'gone' : 'failed', { event: isGone ? 'gone' : 'end', data });
      if (!(error instanceof DomainError)) throw error;
    }
  }

  /** What is behind the present is read for this stream alone; then it is one of those of a live feed for as long as it reads fast enough. */
  private async write(
    out: OutStream,
    from: LogPosition,
    selection: FeedSelection,
    principal: Principal,
  ): Promise<void> {
    let at = from;
    let bookmarkedAt = -Infinity;
    const bookmark = (): void => {
      out.write(bookmarkOf(out.formatName, at));
      bookmarkedAt = this.clock.monotonicMs();
    };
    const initial = await this.reader.settledNow().catch(() => undefined); // where the initial part ends
    let isInitial = at.revision < (initial?.revision ?? 0n);
    if (!isInitial) bookmark();
    let live = isInitial ? undefined : this.live.join(out, at, selection, principal);
    while (!out.signal.aborted) {
      if (live) at = await live;
      const regular = this.clock.every(BOOKMARK_MS, () => (out.isCongested ? undefined : bookmark()));
      try {
        for await (const { events, through } of this.stream.slices(at, out.signal)) {
          if (events.length > 0) await this.turns.next();
          for (const { text, revision } of await this.selector.messages(
            events,
            through,
            selection,
            principal,
            out.formatName,
          )) {
            await out.drained();
            if (out.signal.aborted) return;
            at = { ...through, revision };
            out.write(text);
          }
          at = through;
          const wasInitial = isInitial;
          isInitial &&= at.revision < initial!.revision;
          if (wasInitial !== isInitial || this.clock.monotonicMs() - bookmarkedAt > BOOKMARK_MS) bookmark();
          live = isInitial || out.isCongested ? undefined : this.live.join(out, at, selection, principal);
          if (live) break;
        }
      } finally {
        regular.cancel();
      }
    }
  }

  /** What there is up to a settled position: until the page is full, or many events were looked at. */
  private async collect(
    from: LogPosition,
    settled: LogPosition,
    selection: FeedSelection,
    limit: number,
    principal: Principal,
  ): Promise<{ events: AgentEvent[]; through: LogPosition; hasMore: boolean }> {
    const events: AgentEvent[] = [];
    let through = from;
    const size = selection.filter === undefined && !isNarrowed(principal) ? limit : SLICE;
    for (let examined = 0; through.revision < settled.revision && examined < MOST_EXAMINED;) {
      const slice = await this.reader.read(through, size);
      if (slice.through.revision === through.revision) break;
      examined += slice.events.length;
      through = this.take(events, await this.selector.events(slice.events, selection, principal), limit, slice.through);
      // A slice is shorter where its events are large: those are enough for a page.
      if (events.length >= limit || (events.length > 0 && slice.events.length < size)) break;
    }
    return { events, through, hasMore: through.revision < settled.revision };
  }

  /** Adds events to a page as long as there is room; where to go on after it. */
  private take(page: AgentEvent[], events: readonly AgentEvent[], limit: number, through: LogPosition): LogPosition {
    const room = limit - page.length;
    page.push(...events.slice(0, room));
    return events.length > room ? { ...through, revision: BigInt(page.at(-1)!.revision) } : through;
  }
}
