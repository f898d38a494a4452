import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database';
import { ReportingDatabase } from '../../platform/database/reporting-database';
import type { LogPosition } from '../log/log-position';
import { WEBHOOK_COLUMNS } from './webhook-columns.sql';
import type { DeliveryState, WebhookDeliveryEntity } from './webhook-delivery.entity';
import type { WebhookEntity } from './webhook.entity';
import { webhookLimitReached } from './webhook.errors';

/** A number of its own among the advisory locks: webhooks are counted by one at a time. */
const LIMIT_LOCK = 7_264_021;

/** What a client may change, and what follows from it. */
export type WebhookChanges = Partial<
  Pick<
    WebhookEntity,
    'owner' | 'url' | 'description' | 'types' | 'filter' | 'format' | 'enabled' | 'headers' | 'headerNames'
  >
>;

export type NewWebhook = Required<Omit<WebhookChanges, 'enabled'>> &
  Pick<WebhookEntity, 'id' | 'enabled' | 'secret' | 'position' | 'epoch'>;

/** A webhook, and how many of its deliveries wait. */
export type ListedWebhook = WebhookEntity & { waiting: number };

const LISTED = `${WEBHOOK_COLUMNS}, (SELECT count(*)::int FROM webhook_deliveries WHERE webhook_id = webhooks.id AND state = 'waiting') AS waiting`;

const DELIVERY = `webhook_id AS "webhookId", revision, agent_id AS "agentId", event_type AS "eventType", state, attempts,
  next_attempt_at AS "nextAttemptAt", last_attempt_at AS "lastAttemptAt", status, error, duration_ms AS "durationMs",
  request_bytes AS "requestBytes", response_bytes AS "responseBytes", created_at AS "createdAt"`;

/** The columns of a change, each with what is written. */
const COLUMNS: Record<keyof WebhookChanges, string> = {
  owner: 'owner',
  url: 'url',
  description: 'description',
  types: 'types',
  filter: 'filter',
  format: 'format',
  enabled: 'enabled',
  headers: 'headers',
  headerNames: 'header_names',
};

/** The SQL of what clients do with webhooks. */
@Injectable()
export class WebhooksRepository {
  constructor(
    private readonly database: Database,
    private readonly reporting: ReportingDatabase,
  ) {}

  /** @throws DomainError `webhook_limit_reached` */
  async insert(webhook: NewWebhook, most: number): Promise<void> {
    await this.database.transaction(async (transaction) => {
      await transaction.query('SELECT pg_advisory_xact_lock($1)', [LIMIT_LOCK]);
      const [{ count }] = (await transaction.query('SELECT count(*)::int AS count FROM webhooks')) as [
        { count: number },
      ];
      if (count >= most) throw webhookLimitReached(most);
      const { id, owner, url, description, types, filter, format, enabled, secret, headers, headerNames, position } =
        webhook;
      await transaction.query(
        `INSERT INTO webhooks (id, owner, url, description, types, filter, format, enabled, disabled_reason, disabled_at, secret, headers,
                               header_names, position, epoch)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN NOT $8 THEN 'client' END, CASE WHEN NOT $8 THEN now() END, $9, $10, $11, $12, $13)`,
        [
          id,
          owner,
          url,
          description,
          JSON.stringify(types),
          filter,
          format,
          enabled,
          secret,
          headers,
          JSON.stringify(headerNames),
          position,
          webhook.epoch,
        ],
      );
    });
  }

  /** Those of a client, by age; null: all. */
  async list(owner: string | null): Promise<ListedWebhook[]> {
    return this.reporting.query<ListedWebhook>(
      `SELECT ${LISTED} FROM webhooks WHERE $1::text IS NULL OR owner = $1 ORDER BY created_at, id`,
      [owner],
    );
  }

  async find(id: string): Promise<ListedWebhook | undefined> {
    const [webhook] = await this.database.query<ListedWebhook>(`SELECT ${LISTED} FROM webhooks WHERE id = $1`, [id]);
    return webhook;
  }

  /** Writes changes, after which whatever replica delivers begins anew. What waits is due when it is enabled again. */
  async update(id: string, changes: WebhookChanges): Promise<void> {
    const parameters: unknown[] = [id];
    const isJson = (name: string): boolean => name === 'types' || name === 'headerNames';
    const assignments = (Object.entries(changes) as [keyof WebhookChanges, unknown][]).map(([name, value]) => {
      parameters.push(isJson(name) ? JSON.stringify(value) : value);
      return `${COLUMNS[name]} = $${parameters.length}`;
    });
    const { enabled } = changes;
    if (enabled === true)
      assignments.push('disabled_reason = NULL', 'disabled_at = NULL', 'failing_since = NULL', 'last_error = NULL');
    if (enabled === false)
      assignments.push(
        `disabled_reason = coalesce(disabled_reason, 'client')`,
        'disabled_at = coalesce(disabled_at, now())',
      );
    await this.database.query(
      `WITH changed AS (UPDATE webhooks SET ${[...assignments, 'run = run + 1', 'updated_at = now()'].join(', ')} WHERE id = $1 RETURNING enabled),
       hurried AS (
         UPDATE webhook_deliveries SET next_attempt_at = now()
          WHERE ${enabled === true} AND webhook_id = $1 AND state = 'waiting' AND next_attempt_at > now())
       SELECT enabled FROM changed`,
      parameters,
    );
  }

  async delete(id: string): Promise<void> {
    await this.database.query('WITH gone AS (DELETE FROM webhooks WHERE id = $1) SELECT 1', [id]);
  }

  /** The secret so far signs for so many seconds more. */
  async rotate(id: string, secret: string, overlapSeconds: number): Promise<void> {
    await this.database.query(
      `WITH rotated AS (
         UPDATE webhooks
            SET secret = $2, former_secret = CASE WHEN $3 > 0 THEN secret END,
                former_secret_until = CASE WHEN $3 > 0 THEN now() + make_interval(secs => $3) END,
                run = run + 1, updated_at = now()
          WHERE id = $1)
       SELECT 1`,
      [id, secret, overlapSeconds],
    );
  }

  /** Goes back, or on, to a place in the log: nothing is known any more of the events after it. */
  async moveTo(id: string, { epoch, revision }: LogPosition): Promise<void> {
    await this.database.query(
      `WITH moved AS (UPDATE webhooks SET position = $2, epoch = $3, run = run + 1, updated_at = now() WHERE id = $1),
       forgotten AS (DELETE FROM webhook_deliveries WHERE webhook_id = $1 AND revision > $2)
       SELECT 1`,
      [id, String(revision), epoch],
    );
  }

  /** Newest first. */
  async deliveries(
    id: string,
    states: readonly DeliveryState[],
    limit: number,
    before?: string,
  ): Promise<WebhookDeliveryEntity[]> {
    return this.reporting.query<WebhookDeliveryEntity>(
      `SELECT ${DELIVERY} FROM webhook_deliveries
        WHERE webhook_id = $1 AND (cardinality($2::text[]) = 0 OR state = ANY ($2)) AND revision < coalesce($3::bigint, 9223372036854775807)
        ORDER BY revision DESC LIMIT $4`,
      [id, states, before ?? null, limit],
    );
  }

  async delivery(id: string, revision: string): Promise<WebhookDeliveryEntity | undefined> {
    const [delivery] = await this.database.query<WebhookDeliveryEntity>(
      `SELECT ${DELIVERY} FROM webhook_deliveries WHERE webhook_id = $1 AND revision = $2`,
      [id, revision],
    );
    return delivery;
  }

  /** Has a delivery tried again now; one that has failed or was delivered begins its attempts anew. */
  async retry(id: string, revision: string): Promise<void> {
    await this.database.query(
      `WITH retried AS (
         UPDATE webhook_deliveries
            SET state = 'waiting', next_attempt_at = now(), attempts = CASE WHEN state = 'waiting' THEN attempts ELSE 0 END
          WHERE webhook_id = $1 AND revision = $2)
       SELECT 1`,
      [id, revision],
    );
  }

  /** All secrets, as they are sealed. */
  async sealed(): Promise<Pick<WebhookEntity, 'id' | 'secret' | 'formerSecret' | 'headers'>[]> {
    return this.database.query('SELECT id, secret, former_secret AS "formerSecret", headers FROM webhooks ORDER BY id');
  }

  /** Puts the same secrets, sealed anew, in the place of those that were read. */
  async reseal(
    was: Pick<WebhookEntity, 'id' | 'secret'>,
    { secret, formerSecret, headers }: Pick<WebhookEntity, 'secret' | 'formerSecret' | 'headers'>,
  ): Promise<void> {
    await this.database.query(
      `WITH resealed AS (UPDATE webhooks SET secret = $3, former_secret = $4, headers = $5 WHERE id = $1 AND secret = $2) SELECT 1`,
      [was.id, was.secret, secret, formerSecret, headers],
    );
  }
}
