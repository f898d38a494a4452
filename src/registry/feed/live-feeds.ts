import { Injectable } from '@nestjs/common';
import { EventStream } from '../../events/event-stream';
import type { LogPosition } from '../../events/log/log-position';
import { isAllSeeing, type Principal } from '../../platform/access/principal';
import { Clock } from '../../platform/common/clock';
import type { OutStream } from '../../platform/streams/out-stream';
import type { FeedSelection } from './feed-item';
import { FeedSelector } from './feed-selector';
import { LiveFeed } from './live-feed';
import { whereOf } from '../search/expression-scope';

/** The present end of the feed. Streams that ask for the same and may see the same are one {@link LiveFeed}. */
@Injectable()
export class LiveFeeds {
  private readonly feeds = new Map<string, LiveFeed>();

  constructor(
    private readonly stream: EventStream,
    private readonly selector: FeedSelector,
    private readonly clock: Clock,
  ) {}

  /** How many there are. */
  get size(): number {
    return this.feeds.size;
  }

  /**
   * Has what comes after a position written to a stream for as long as it reads fast enough. Undefined: it has to catch up first. Resolves
   * with where the stream has to go on by itself.
   * @throws DomainError (410) when the log loses the position; `store_unavailable`
   */
  join(
    out: OutStream,
    at: LogPosition,
    selection: FeedSelection,
    principal: Principal,
  ): Promise<LogPosition> | undefined {
    const key = `${out.formatName} ${keyOf(selection, principal)}`;
    const known = this.feeds.get(key);
    if (known) return known.join(out, at);
    const feed: LiveFeed = new LiveFeed(at, out.formatName, {
      clock: this.clock,
      slices: (position, signal) => this.stream.slices(position, signal),
      messages: ({ events, through }) => this.selector.messages(events, through, selection, principal, out.formatName),
      onEnd: () => {
        if (this.feeds.get(key) === feed) this.feeds.delete(key);
      },
    });
    this.feeds.set(key, feed);
    return feed.join(out, at);
  }
}

/** The same for two who get the same events, written in the same way. */
function keyOf({ types, agentIds, filter }: FeedSelection, principal: Principal): string {
  return JSON.stringify([
    [...types].sort(),
    [...agentIds].sort(),
    filter?.canonical,
    whereOf(principal)?.canonical,
    sightOf(principal),
  ]);
}

/** Whose secrets the caller sees. */
function sightOf(principal: Principal): string {
  if (isAllSeeing(principal)) return 'all';
  if (principal.kind === 'client') return `client ${principal.name}`;
  return principal.kind === 'agent' ? `agent ${principal.id}` : principal.kind;
}
