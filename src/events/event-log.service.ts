import { Injectable } from '@nestjs/common';
import { decodeCursor, isRevision, pageOf, type Page } from '../platform/validation/paging';
import type { AgentEvent } from './agent-event';
import { EventLogRepository } from './event-log.repository';

/** What became of agents, for other modules to read. */
@Injectable()
export class EventLogService {
  constructor(private readonly log: EventLogRepository) {}

  /**
   * One page of an agent's events, newest first.
   * @throws DomainError `validation_failed` for a cursor of another list
   */
  async ofAgent(agentId: string, limit: number, cursor?: string): Promise<Page<AgentEvent>> {
    const list = `events of ${agentId}`;
    const before = cursor === undefined ? undefined : decodeCursor(list, cursor, isRevision);
    const events = await this.log.ofAgent(agentId, limit + 1, before);
    return pageOf(events, limit, list, ({ revision }) => revision);
  }
}
