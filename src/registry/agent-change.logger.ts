import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { PinoLogger } from 'nestjs-pino';
import { AgentChanged, type AgentEventType } from '../events/agent-changed.event';

const MESSAGE: Record<AgentEventType, string> = {
  registered: 'Agent registered successfully',
  imported: 'Agent definition imported',
  updated: 'Agent updated',
  status_changed: 'Agent status changed',
  deregistered: 'Agent deregistered',
  unbanned: 'Ban of an id lifted',
  superseded: 'Another process than the agent has sent its heartbeats',
  availability: 'Agent has become available or unavailable because of others',
};

/** One log line for every change of an agent. */
@Injectable()
export class AgentChangeLogger {
  constructor(private readonly logger: PinoLogger) {}

  @OnEvent(AgentChanged.topic)
  log({ type, agent, provenance, reason }: AgentChanged): void {
    const subject = { agent_id: agent.id, agent_name: agent.name, agent_type: agent.type, agent_status: agent.status };
    const { cause, actor, requestId, clientRequestId } = provenance;
    const origin = { cause, actor_kind: actor.kind, actor_name: actor.name };
    // The line has the request's id; where a client has chosen that, ours as well.
    const own = clientRequestId === null ? undefined : requestId;
    this.logger.info(
      { ...subject, ...origin, own_request_id: own ?? undefined, reason: reason ?? undefined },
      MESSAGE[type],
    );
  }
}
