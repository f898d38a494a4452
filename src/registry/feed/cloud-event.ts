import type { AgentEvent } from '../../events/agent-event';
import type { AgentDto, AgentEventDto } from '../dto/agent-responses.dto';
import { presentEvent } from '../agent.presenter';

/** An event of the feed as clients see it. */
export interface FeedEvent extends AgentEventDto {
  agent_id: string;
  /** The record now; absent when the agent is gone. */
  agent?: AgentDto;
}

/** The attributes of a CloudEvent 1.0.2 in the structured mode. */
export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  data: FeedEvent;
}

/** An event of the feed, without its agent. */
export function feedEventOf(event: AgentEvent): FeedEvent {
  const { revision, type, ...rest } = presentEvent(event);
  return { revision, type, agent_id: event.agentId, ...rest };
}

/** An event as a CloudEvent. `source` names this registry; id and source together are unique, however often it is sent. */
export function cloudEventOf(event: AgentEvent, agent: AgentDto | undefined, source: string): CloudEvent {
  return {
    specversion: '1.0',
    id: event.revision,
    source,
    type: `ai.noaark.agent.${event.type}.v1`,
    subject: event.agentId,
    time: event.occurredAt.toISOString(),
    datacontenttype: 'application/json',
    data: { ...feedEventOf(event), ...(agent && { agent }) },
  };
}
