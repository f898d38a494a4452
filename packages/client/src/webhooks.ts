import type { paths } from './openapi.js';
import type { Call, RequestOptions } from './transport.js';
import type {
  NewWebhook,
  Webhook,
  WebhookDelivery,
  WebhookDeliveryPage,
  WebhookDeliveryQuery,
  WebhookFields,
  WebhookTest,
  WebhookWithSecret,
} from './types.js';

/** Sends one request, as the client does. */
type Send = (method: 'get' | 'post' | 'patch' | 'delete', path: keyof paths, call: Call) => Promise<unknown>;

/** Addresses that events are sent to. The scopes `operate` (one's own) and `admin` may. */
export class Webhooks {
  readonly #send: Send;

  /** @internal */
  constructor(send: Send) {
    this.#send = send;
  }

  /** Makes one. `secret` is told only here. */
  async create(webhook: NewWebhook, options: RequestOptions = {}): Promise<WebhookWithSecret> {
    const call = { body: webhook, isRepeatable: false, options };
    return (await this.#send('post', '/webhooks', call)) as WebhookWithSecret;
  }

  /** All that the token may see, the oldest first. */
  async list(options: RequestOptions = {}): Promise<Webhook[]> {
    const answer = await this.#send('get', '/webhooks', { isRepeatable: true, options });
    return (answer as { webhooks: Webhook[] }).webhooks;
  }

  async get(id: string, options: RequestOptions = {}): Promise<Webhook> {
    return (await this.#send('get', '/webhooks/{id}', { id, isRepeatable: true, options })) as Webhook;
  }

  /** A value sets, null clears, what is absent stays; `headers` are replaced as a whole. */
  async update(id: string, fields: WebhookFields, options: RequestOptions = {}): Promise<Webhook> {
    const call = { id, body: fields, isRepeatable: true, options };
    return (await this.#send('patch', '/webhooks/{id}', call)) as Webhook;
  }

  /** With all that is known of its deliveries. */
  async delete(id: string, options: RequestOptions = {}): Promise<void> {
    const replayed = { code: 'webhook_not_found', body: { id, deleted: true } };
    await this.#send('delete', '/webhooks/{id}', { id, isRepeatable: true, replayed, options });
  }

  /** Gives it a new secret; for `overlapSeconds` (a day unless given) the one so far signs as well. */
  async rotateSecret(
    id: string,
    { overlapSeconds, ...options }: RequestOptions & { overlapSeconds?: number } = {},
  ): Promise<WebhookWithSecret> {
    const body = overlapSeconds === undefined ? undefined : { overlap_seconds: overlapSeconds };
    const call = { id, body, isRepeatable: false, options };
    return (await this.#send('post', '/webhooks/{id}/rotate-secret', call)) as WebhookWithSecret;
  }

  /** Sends it a test event at once; what came of it is the answer. */
  async test(id: string, options: RequestOptions = {}): Promise<WebhookTest> {
    return (await this.#send('post', '/webhooks/{id}/test', { id, isRepeatable: false, options })) as WebhookTest;
  }

  /** Sends all events after a cursor again; `oldest`: all that are kept. */
  async replay(id: string, after: string, options: RequestOptions = {}): Promise<Webhook> {
    const call = { id, body: { after }, isRepeatable: true, options };
    return (await this.#send('post', '/webhooks/{id}/replay', call)) as Webhook;
  }

  /** One page of what became of its deliveries, newest event first. */
  async deliveries(
    id: string,
    query: WebhookDeliveryQuery = {},
    options: RequestOptions = {},
  ): Promise<WebhookDeliveryPage> {
    const call = { id, query, isRepeatable: true, options };
    return (await this.#send('get', '/webhooks/{id}/deliveries', call)) as WebhookDeliveryPage;
  }

  /** All of them, page by page as they are taken; `limit` is the size of a page. */
  async *deliveriesAll(
    id: string,
    query: WebhookDeliveryQuery = {},
    options: RequestOptions = {},
  ): AsyncGenerator<WebhookDelivery, void, undefined> {
    for (let cursor: string | null | undefined = query.cursor; cursor !== null;) {
      const page: WebhookDeliveryPage = await this.deliveries(id, { ...query, cursor }, options);
      yield* page.deliveries;
      cursor = page.next_cursor;
    }
  }

  /** Has one event sent again, with all of its attempts. */
  async retryDelivery(id: string, delivery: string, options: RequestOptions = {}): Promise<WebhookDelivery> {
    const call = { id: [id, delivery], isRepeatable: true, options };
    return (await this.#send('post', '/webhooks/{id}/deliveries/{delivery}/retry', call)) as WebhookDelivery;
  }
}
