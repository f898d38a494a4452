import { Injectable } from '@nestjs/common';
import { FeedItems } from '../../../registry/feed/feed-items';
import { eventFilter } from '../../../registry/feed/feed-names';
import { AccessControl } from '../../../platform/access/access-control';
import { isOperator } from '../../../platform/access/access-rule';
import type { AgentEvent } from '../../agent-event';
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
    private readonly items: FeedItems,
  ) {}

  /** @throws DomainError `store_unavailable` */
  async of(event: AgentEvent, webhook: Pick<WebhookEntity, 'owner' | 'types' | 'filter' | 'format'>): Promise<Payload> {
    const principal = this.access.standingOf(webhook.owner);
    if (!principal || !isOperator(principal)) return 'token_ended';
    const filter = webhook.filter === null ? undefined : eventFilter(webhook.filter);
    const selection = { types: new Set(webhook.types), agentIds: new Set<string>(), filter };
    const [item] = await this.items.of([event]);
    if (!item!.isFor(selection, principal)) return 'not_wanted';
    const text = item!.cloudEventFor(principal);
    return Buffer.from(webhook.format === 'cloudevents' ? text : standardOf(text));
  }
}

/** As Standard Webhooks recommend it. */
function standardOf(cloudEvent: string): string {
  const { type, time, data } = JSON.parse(cloudEvent) as { type: string; time: string; data: unknown };
  return JSON.stringify({ type, timestamp: time, data });
}
