import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { newId } from '../../agent/agent-id';
import { isAllSeeing, type Principal } from '../../platform/access/principal';
import { Clock } from '../../platform/common/clock';
import { SealedSecrets, UnreadableSecret } from '../../platform/common/sealed-secrets/sealed-secrets';
import { Configuration } from '../../platform/config/configuration';
import { GuardedFetch } from '../../platform/http/guarded-fetch';
import { PeriodicTasks } from '../../platform/scheduling/periodic-tasks';
import { validationError } from '../../platform/validation/domain-error';
import { pageOf, type Page } from '../../platform/validation/paging/paging';
import { EventLogService } from '../event-log.service';
import { eventSource } from '../event-source';
import { newSecret } from './delivery/signature';
import { WebhookSender, type Attempt, type Sink } from './delivery/webhook-sender';
import { testEvent } from './delivery/test-event';
import type { CreateWebhookDto, UpdateWebhookDto } from './dto/webhook-requests.dto';
import { eventFilter } from '../../registry/feed/feed-names';
import { FeedCursors } from './feed-cursors';
import { headersPurpose, secretPurpose } from './webhook-secrets';
import type { DeliveryState, WebhookDeliveryEntity } from './webhook-delivery.entity';
import {
  deliveryNotFound,
  eventExpired,
  secretUnreadable,
  webhookNotFound,
  webhooksNeedListedToken,
} from './webhook.errors';
import { WebhooksRepository, type ListedWebhook, type WebhookChanges } from './webhooks.repository';

const ID = /^wh-[0-9a-f-]{36}$/;

const RESEAL_EVERY_MS = 60_000;

/** Webhooks as clients make and change them. Each belongs to its client; `admin` sees those of all. */
@Injectable()
export class WebhooksService implements OnApplicationBootstrap {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly cursors: FeedCursors,
    private readonly log: EventLogService,
    private readonly outbound: GuardedFetch,
    private readonly secrets: SealedSecrets,
    private readonly sender: WebhookSender,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly tasks: PeriodicTasks,
  ) {}

  onApplicationBootstrap(): void {
    this.tasks.add({ name: 'webhook-secrets', everyMs: RESEAL_EVERY_MS, run: () => this.reseal() });
  }

  /**
   * Makes one, and gives its secret, which is never shown again.
   * @throws DomainError `validation_failed`, `invalid_filter`, `cursor_invalid`, `secrets_key_missing`, `webhook_limit_reached`,
   *   `webhooks_need_listed_token`
   */
  async create(body: CreateWebhookDto, principal: Principal): Promise<{ webhook: ListedWebhook; secret: string }> {
    const owner = this.ownerFor(principal);
    const id = newId('wh', this.clock.now());
    const { url, description = null, filter = null, format, enabled, headers = null, start } = body;
    const changes = this.written(id, {
      url,
      description,
      filter,
      format: format ?? 'cloudevents',
      headers,
      types: body.types ?? [],
    });
    const secret = newSecret();
    const sealed = this.secrets.seal(secret, secretPurpose(id));
    const { epoch, revision } = await this.cursors.positionOf(start ?? 'now', 'start');
    const webhook = {
      ...changes,
      id,
      owner,
      enabled: enabled ?? true,
      secret: sealed,
      epoch,
      position: String(revision),
    };
    await this.webhooks.insert(webhook as Required<typeof webhook>, this.configuration.WEBHOOKS_MAX);
    return { webhook: await this.find(id, principal), secret };
  }

  list(principal: Principal): Promise<ListedWebhook[]> {
    return this.webhooks.list(isAllSeeing(principal) ? null : nameOf(principal));
  }

  /** @throws DomainError `webhook_not_found`, also for one of another client */
  async find(id: string, principal: Principal): Promise<ListedWebhook> {
    const webhook = ID.test(id) ? await this.webhooks.find(id) : undefined;
    const isVisible = webhook && (isAllSeeing(principal) || webhook.owner === nameOf(principal));
    if (!isVisible) throw webhookNotFound(id);
    return webhook;
  }

  /**
   * Changes what the body has; null clears. One that has ended with its token belongs to the client that enables it.
   * @throws DomainError as {@link find} and {@link create}
   */
  async update(id: string, body: UpdateWebhookDto, principal: Principal): Promise<ListedWebhook> {
    const webhook = await this.find(id, principal);
    if (body.url === null) throw validationError([{ field: 'url', message: 'must not be cleared' }]);
    const given = Object.fromEntries(
      Object.entries(body).filter(([, value]) => value !== undefined),
    ) as UpdateWebhookDto;
    const changes = this.written(id, given);
    if (body.enabled === true && webhook.disabledReason === 'token_ended') changes.owner = this.ownerFor(principal);
    if (Object.keys(changes).length > 0) await this.webhooks.update(id, changes);
    return this.find(id, principal);
  }

  async delete(id: string, principal: Principal): Promise<void> {
    await this.find(id, principal);
    await this.webhooks.delete(id);
  }

  /** A new secret; the one so far signs as well for so many seconds. */
  async rotate(
    id: string,
    overlapSeconds: number,
    principal: Principal,
  ): Promise<{ webhook: ListedWebhook; secret: string }> {
    await this.find(id, principal);
    const secret = newSecret();
    await this.webhooks.rotate(id, this.secrets.seal(secret, secretPurpose(id)), overlapSeconds);
    return { webhook: await this.find(id, principal), secret };
  }

  /** Sends an event that tells of nothing, once, also to a webhook that is disabled, and gives what came of it. */
  async test(id: string, principal: Principal): Promise<Attempt> {
    const webhook = await this.find(id, principal);
    const { id: eventId, body } = testEvent(webhook.format, id, eventSource(this.configuration), this.clock.now());
    const sink = this.sinkOf(webhook);
    const isOverlapping = webhook.formerSecretUntil !== null && webhook.formerSecretUntil > this.clock.now();
    const secrets = isOverlapping ? sink.secrets : sink.secrets.slice(0, 1);
    return this.sender.send({ ...sink, secrets }, eventId, body);
  }

  /** Has all events after a place sent again. */
  async replay(id: string, after: string, principal: Principal): Promise<ListedWebhook> {
    await this.find(id, principal);
    await this.webhooks.moveTo(id, await this.cursors.positionOf(after, 'after'));
    return this.find(id, principal);
  }

  async deliveries(
    id: string,
    query: { states: DeliveryState[]; limit: number; before?: string },
    principal: Principal,
  ): Promise<Page<WebhookDeliveryEntity>> {
    await this.find(id, principal);
    const rows = await this.webhooks.deliveries(id, query.states, query.limit + 1, query.before);
    return pageOf(rows, query.limit, listOf(id), ({ revision }) => revision);
  }

  /** @throws DomainError `delivery_not_found`, `event_expired` */
  async retry(id: string, revision: string, principal: Principal): Promise<WebhookDeliveryEntity> {
    await this.find(id, principal);
    if (!(await this.webhooks.delivery(id, revision))) throw deliveryNotFound(revision);
    if (!(await this.log.find(revision))) throw eventExpired();
    await this.webhooks.retry(id, revision);
    return (await this.webhooks.delivery(id, revision))!;
  }

  cursorOf(webhook: ListedWebhook): string {
    return this.cursors.cursorOf(webhook);
  }

  private sinkOf(webhook: ListedWebhook): Sink {
    try {
      return this.sender.sinkOf(webhook);
    } catch (error) {
      throw error instanceof UnreadableSecret ? secretUnreadable() : error;
    }
  }

  private ownerFor(principal: Principal): string | null {
    if (this.configuration.AUTH_MODE === 'jwt') throw webhooksNeedListedToken();
    return nameOf(principal);
  }

  /** What a body says, as it is kept. */
  private written(id: string, body: UpdateWebhookDto): WebhookChanges {
    const { url, description, types, filter, format, enabled, headers } = body;
    if (filter != null) eventFilter(filter);
    return {
      ...(url != null && { url: this.outbound.check(url, 'url').href }),
      ...(description !== undefined && { description: description === '' ? null : description }),
      ...(types !== undefined && { types: [...new Set(typeof types === 'string' ? types.split(',') : (types ?? []))] }),
      ...(filter !== undefined && { filter }),
      ...(format !== undefined && { format: format ?? 'cloudevents' }),
      ...(enabled !== undefined && { enabled: enabled ?? true }),
      ...(headers !== undefined && this.sealedHeaders(id, headers ?? {})),
    };
  }

  private sealedHeaders(id: string, headers: Record<string, string>): Pick<WebhookChanges, 'headers' | 'headerNames'> {
    const fields = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    const text =
      fields.length === 0 ? null : this.secrets.seal(JSON.stringify(Object.fromEntries(fields)), headersPurpose(id));
    return { headers: text, headerNames: fields.map(([name]) => name) };
  }

  /** What is sealed under a key that is not the first one any more is sealed under that. */
  private async reseal(): Promise<void> {
    for (const was of await this.webhooks.sealed()) {
      const { id, secret, formerSecret, headers } = was;
      if (![secret, formerSecret, headers].some((text) => text !== null && this.secrets.isOutdated(text))) continue;
      const again = (text: string | null, purpose: string): string | null =>
        text === null ? null : this.secrets.seal(this.secrets.open(text, purpose), purpose);
      try {
        await this.webhooks.reseal(was, {
          secret: again(secret, secretPurpose(id))!,
          formerSecret: again(formerSecret, secretPurpose(id)),
          headers: again(headers, headersPurpose(id)),
        });
      } catch (error) {
        if (!(error instanceof UnreadableSecret)) throw error; // the dispatcher says so
      }
    }
  }
}

/** Of the cursors of its deliveries. */
export function listOf(id: string): string {
  return `deliveries of ${id}`;
}

function nameOf(principal: Principal): string | null {
  return principal.kind === 'client' ? principal.name : null;
}
