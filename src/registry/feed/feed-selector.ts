import { Injectable } from '@nestjs/common';
import type { AgentEvent } from '../../events/agent-event';
import { encodePosition, type LogPosition } from '../../events/log/log-position';
import { isNarrowed, type Principal } from '../../platform/access/principal';
import type { StreamFormat } from '../../platform/streams/stream-format';
import { isAskedFor, type FeedItem, type FeedSelection } from './feed-item';
import { FeedItems } from './feed-items';

/** An event as it is sent. */
export interface FeedMessage {
  revision: bigint;
  text: Buffer;
}

/** Finds the events that a caller asks for and may see. */
@Injectable()
export class FeedSelector {
  constructor(private readonly items: FeedItems) {}

  async events(
    events: readonly AgentEvent[],
    selection: FeedSelection,
    principal: Principal,
  ): Promise<readonly AgentEvent[]> {
    // Agents are read only where they decide.
    if (selection.filter === undefined && !isNarrowed(principal))
      return events.filter((event) => isAskedFor(event, selection));
    return (await this.itemsOf(events, selection, principal)).map(({ event }) => event);
  }

  /** As the messages of a stream. `through`: where the log goes on after the events. */
  async messages(
    events: readonly AgentEvent[],
    through: LogPosition,
    selection: FeedSelection,
    principal: Principal,
    format: StreamFormat,
  ): Promise<FeedMessage[]> {
    return (await this.itemsOf(events, selection, principal)).map((item) => {
      const revision = BigInt(item.event.revision);
      return { revision, text: item.messageFor(principal, format, encodePosition({ ...through, revision })) };
    });
  }

  private async itemsOf(
    events: readonly AgentEvent[],
    selection: FeedSelection,
    principal: Principal,
  ): Promise<FeedItem[]> {
    const asked = events.filter((event) => isAskedFor(event, selection));
    if (asked.length === 0) return [];
    return (await this.items.of(asked)).filter((item) => item.isFor(selection, principal));
  }
}
