import { Injectable } from '@nestjs/common';
import { decodeCursor, pageOf, type Page } from '../common/paging';
import type { AgentEventEntity } from '../events/agent-event.entity';
import { EventLogRepository } from '../events/event-log.repository';
import { AgentService } from './agent.service';

/** What became of an agent. */
@Injectable()
export class AgentHistoryService {
  constructor(
    private readonly agents: AgentService,
    private readonly log: EventLogRepository,
  ) {}

  /**
   * One page of an agent's events, newest first.
   * @throws DomainError `agent_not_found`, `agent_deregistered`, or `validation_failed` for a cursor of another list
   */
  async of(id: string, limit: number, cursor?: string): Promise<Page<AgentEventEntity>> {
    const list = `events of ${id}`;
    const before = cursor === undefined ? undefined : decodeCursor(list, cursor);
    await this.agents.find(id);
    const events = await this.log.ofAgent(id, limit + 1, before);
    return pageOf(events, limit, list, ({ revision }) => revision);
  }
}
