import { Injectable } from '@nestjs/common';
import { DatabaseTimeline } from '../platform/database/database-timeline';
import { decodeLogCursor, encodeLogCursor, type LogHead } from '../platform/validation/paging/log-cursor';
import type { Page } from '../platform/validation/paging/paging';
import type { AgentEvent } from './agent-event';
import { EventLogRepository } from './event-log.repository';

/** What became of agents, for other modules to read. */
@Injectable()
export class EventLogService {
  constructor(
    private readonly log: EventLogRepository,
    private readonly timeline: DatabaseTimeline,
  ) {}

  /**
   * One page of an agent's events, newest first: at most `limit`, and fewer when they are large (4 MiB together).
   * @throws DomainError `validation_failed` for a cursor of another list, `cursor_invalid` for one from before a backup was restored
   */
  async ofAgent(agentId: string, limit: number, cursor?: string): Promise<Page<AgentEvent>> {
    const list = `events of ${agentId}`;
    const before = cursor === undefined ? undefined : decodeLogCursor(list, cursor, await this.head());
    const { events, hasMore } = await this.log.ofAgent(agentId, limit, before);
    const last = events.at(-1);
    const nextCursor = last && hasMore ? encodeLogCursor(list, last.revision, await this.head()) : null;
    return { items: events, nextCursor };
  }

  /** The next events of an agent after a revision, oldest first, as the primary has them. */
  ofAgentAfter(agentId: string, revision: string, limit: number): Promise<AgentEvent[]> {
    return this.log.ofAgentAfter(agentId, revision, limit);
  }

  /** The event of this revision; undefined when the log does not have it, or no longer. */
  find(revision: string): Promise<AgentEvent | undefined> {
    return this.log.find(revision);
  }

  private head(): Promise<LogHead> {
    return this.timeline.headOf('agent_events_revision_seq');
  }
}
