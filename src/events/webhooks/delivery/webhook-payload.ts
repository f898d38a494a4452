import { Injectable } from '@nestjs/common';
import { agentFilter } from '../../../registry/search/agent-filter';
import { isWithin } from '../../../registry/search/expression-scope';
import { AgentPresenter, presentEvent } from '../../../registry/agent.presenter';
import { AgentReader } from '../../../registry/agent.reader';
import { AccessControl } from '../../../platform/access/access-control';
import { isOperator, seesSecrets } from '../../../platform/access/access-rule';
import { isNarrowed, type Principal } from '../../../platform/access/principal';
import { Clock } from '../../../platform/common/clock';
import { Configuration } from '../../../platform/config/configuration';
import type { AgentEvent } from '../../agent-event';
import { eventFilter, type EventRecord } from '../event-filter';
import { cloudEvent, cloudEventType } from '../feed-contract';
import type { WebhookEntity, WebhookFormat } from '../webhook.entity';

/** What an event becomes for a webhook: a body, or nothing that it is to get. */
export type Payload = Buffer | 'not_wanted' | 'token_ended';

export const CONTENT_TYPES: Record<WebhookFormat, string> = {
  cloudevents: 'application/cloudevents+json; charset=utf-8',
  standard: 'application/json; charset=utf-8',
};

/** Decides at each attempt, by what the client may do then and what the agent is then, and writes the body. */
@Injectable()
export class WebhookPayload {
  constructor(
    private readonly access: AccessControl,
    private readonly agents: AgentReader,
    private readonly presenter: AgentPresenter,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
  ) {}

  /** Whether the client may still have webhooks. */
  isEntitled(owner: string | null): boolean {
    const principal = this.access.standingOf(owner);
    return principal !== undefined && isOperator(principal);
  }

  /** @throws DomainError `store_unavailable` */
  async of(event: AgentEvent, webhook: Pick<WebhookEntity, 'owner' | 'types' | 'filter' | 'format'>): Promise<Payload> {
    const principal = this.access.standingOf(webhook.owner);
    if (!principal || !isOperator(principal)) return 'token_ended';
    const { types, filter, format } = webhook;
    if (types.length > 0 && !types.includes(event.type)) return 'not_wanted';
    const agent = await this.agents.row(event.agentId);
    const isShown = agent !== undefined && seesSecrets(principal, agent);
    const record: EventRecord = { event, agent };
    if (!mayRead(principal, record)) return 'not_wanted';
    const moment = { now: this.clock.now(), timeoutSeconds: this.configuration.HEARTBEAT_TIMEOUT_SECONDS };
    if (filter !== null && !eventFilter(filter).matches(record, moment, isShown)) return 'not_wanted';
    const isThere = agent !== undefined && agent.deregisteredAt === null;
    const data = {
      ...presentEvent(event),
      agent_id: event.agentId,
      ...(isThere && { agent: this.presenter.record(agent, isShown) }),
    };
    return Buffer.from(JSON.stringify(format === 'cloudevents' ? cloudEvent(event, data) : standard(event, data)));
  }
}

/** Of an agent that has left no row behind it cannot be told for whom it was. */
function mayRead(principal: Principal, { agent }: EventRecord): boolean {
  if (!isNarrowed(principal)) return true;
  return agent !== undefined && isWithin(agentFilter(principal.where, 'where'), agent);
}

function standard({ type, occurredAt }: AgentEvent, data: object): object {
  return { type: cloudEventType(type), timestamp: occurredAt.toISOString(), data };
}
