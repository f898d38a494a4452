import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, isRevision, type Page } from '../platform/validation/paging';
import type { AgentEvent } from './agent-event';
import { EventLogRepository } from './event-log.repository';

/** What became of agents, for other modules to read. */
@Injectable()
export class EventLogService {
  constructor(private readonly log: EventLogRepository) {}

  /**
   * One page of an agent's events, newest first: at most `limit`, and fewer when they are large (4 MiB together).
   * @throws DomainError `validation_failed` for a cursor of another list
   */
  async ofAgent(agentId: string, limit: number, cursor?: string): Promise<Page<AgentEvent>> {
    const list = `events of ${agentId}`;
    const before = cursor === undefined ? undefined : decodeCursor(list, cursor, isRevision);
    const { events, hasMore } = await this.log.ofAgent(agentId, limit, before);
    const last = events.at(-1);
    return { items: events, nextCursor: last && hasMore ? encodeCursor(list, last.revision) : null };
  }
}
