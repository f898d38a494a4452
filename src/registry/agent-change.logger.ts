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
};

/** One log line for every change of an agent. */
@Injectable()
export class AgentChangeLogger {
  constructor(private readonly logger: PinoLogger) {}

  @OnEvent(AgentChanged.topic)
  log({ type, agent, reason }: AgentChanged): void {
    const subject = { agent_id: agent.id, agent_name: agent.name, agent_type: agent.type, agent_status: agent.status };
    this.logger.info(reason === null ? subject : { ...subject, reason }, MESSAGE[type]);
  }
}
