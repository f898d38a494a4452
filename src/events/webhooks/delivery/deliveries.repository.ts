import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database';
import type { LogPosition } from '../../log/log-position';
import type { DeliveryState } from '../webhook-delivery.entity';
import type { DisabledReason, WebhookEntity } from '../webhook.entity';
import { WEBHOOK_COLUMNS } from '../webhook-columns.sql';

/** A webhook that this replica delivers for. */
export interface Lease {
  id: string;
  run: string;
  /** Whether a delivery's time has come. */
  hasDue: boolean;
  /** Whether the secret before the last one signs too. */
  isOverlapping: boolean;
}

/** What became of an event, as it is written. */
export interface Acknowledgement {
  revision: string;
  agentId: string;
  eventType: string;
  state: DeliveryState;
  attempts: number;
  /** Seconds until the next attempt; null: none, or not before another event's. */
  pause: number | null;
  /** Whether there was an attempt at all just now. */
  isAttempt: boolean;
  status: number | null;
  error: string | null;
  durationMs: number | null;
  requestBytes: number | null;
  responseBytes: number | null;
}

/** The first of the events of an agent that wait. */
export interface WaitingHead {
  agentId: string;
  revision: string;
  attempts: number;
  isDue: boolean;
}

/** What a replica has to know to go on where another one has stopped. */
export interface Resumption {
  webhook: WebhookEntity;
  /** How many events of each agent wait. */
  waiting: Map<string, number>;
  /** Revisions after the position of which all is done. */
  ahead: Set<string>;
}

const HEAD = 'agent_id AS "agentId", revision, attempts, coalesce(next_attempt_at <= now(), true) AS "isDue"';

/** The SQL of deliveries. Times are the database's. */
@Injectable()
export class DeliveriesRepository {
  constructor(private readonly database: Database) {}

  /** Renews the leases of a replica and takes those that nobody has: for so many seconds. Gives all that it has then. */
  async renewLeases(holder: string, seconds: number): Promise<Lease[]> {
    return this.database.query<Lease>(
      `WITH free AS (
         SELECT id FROM webhooks WHERE enabled AND (lease_holder = $1 OR lease_until IS NULL OR lease_until < now()) ORDER BY id FOR UPDATE),
       leased AS (
         UPDATE webhooks SET lease_holder = $1, lease_until = now() + make_interval(secs => $2)
           FROM free WHERE webhooks.id = free.id RETURNING webhooks.id, run, former_secret_until)
       SELECT id, run, coalesce(former_secret_until > now(), false) AS "isOverlapping",
              EXISTS (SELECT FROM webhook_deliveries WHERE webhook_id = leased.id AND state = 'waiting' AND next_attempt_at <= now()) AS "hasDue"
         FROM leased`,
      [holder, seconds],
    );
  }

  async releaseLeases(holder: string): Promise<void> {
    await this.database.query(
      'WITH released AS (UPDATE webhooks SET lease_holder = NULL, lease_until = NULL WHERE lease_holder = $1) SELECT 1',
      [holder],
    );
  }

  /** undefined: the webhook is gone, or not this replica's. */
  async resume(id: string, holder: string): Promise<Resumption | undefined> {
    const [webhook] = await this.database.query<WebhookEntity>(
      `SELECT ${WEBHOOK_COLUMNS} FROM webhooks WHERE id = $1 AND lease_holder = $2`,
      [id, holder],
    );
    if (!webhook) return undefined;
    const waiting = await this.database.query<{ agentId: string; count: number }>(
      `SELECT agent_id AS "agentId", count(*)::int AS count FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'waiting' GROUP BY 1`,
      [id],
    );
    const ahead = await this.database.query<{ revision: string }>(
      'SELECT revision FROM webhook_deliveries WHERE webhook_id = $1 AND revision > $2',
      [id, webhook.position],
    );
    return {
      webhook,
      waiting: new Map(waiting.map(({ agentId, count }) => [agentId, count])),
      ahead: new Set(ahead.map(({ revision }) => revision)),
    };
  }

  /**
   * Writes what became of events, and how far all are done, if the webhook is this replica's and as it was, and the log still has the
   * events: a standby that has taken over without them gives their revisions to others. Gives for how many seconds there were only
   * failures; undefined: nothing was written.
   */
  async acknowledge(
    { id, run }: { id: string; run: string },
    holder: string,
    position: { revision: string; epoch: string },
    acknowledgements: readonly Acknowledgement[],
  ): Promise<{ failingFor: number | null } | undefined> {
    const attempts = acknowledgements.filter(({ isAttempt }) => isAttempt);
    const last = attempts.at(-1);
    const highest = [position, ...acknowledgements].reduce((most, { revision }) => maxOf(most, BigInt(revision)), 0n);
    const lastSuccess = attempts.findLastIndex(({ state }) => state === 'delivered');
    const [row] = await this.database.query<{ failingFor: number | null }>(
      `WITH webhook AS (
         SELECT id FROM webhooks WHERE id = $1 AND lease_holder = $2 AND run = $3 AND NOT EXISTS (
                SELECT FROM event_log_epochs WHERE began_after < $12::bigint
                   AND number > (SELECT number FROM event_log_epochs WHERE epoch = $11)) FOR UPDATE),
       written AS (
         INSERT INTO webhook_deliveries AS delivery
                (webhook_id, revision, agent_id, event_type, state, attempts, next_attempt_at, last_attempt_at, status, error,
                 duration_ms, request_bytes, response_bytes)
         SELECT webhook.id, revision, "agentId", "eventType", state, attempts, now() + make_interval(secs => pause),
                CASE WHEN "isAttempt" THEN now() END, status, error, "durationMs", "requestBytes", "responseBytes"
           FROM webhook, jsonb_to_recordset($5::jsonb) AS item (
                revision bigint, "agentId" text, "eventType" text, state text, attempts int, pause float8, "isAttempt" boolean,
                status int, error text, "durationMs" float8, "requestBytes" int, "responseBytes" int)
             ON CONFLICT (webhook_id, revision) DO UPDATE
            SET state = excluded.state, attempts = excluded.attempts, next_attempt_at = excluded.next_attempt_at,
                last_attempt_at = excluded.last_attempt_at, status = excluded.status, error = excluded.error,
                duration_ms = excluded.duration_ms, request_bytes = excluded.request_bytes, response_bytes = excluded.response_bytes),
       updated AS (
         UPDATE webhooks
            SET position = greatest(position, $4::bigint), epoch = $11,
              failing_since = CASE WHEN $6 THEN CASE WHEN $7 THEN now() END WHEN $7 THEN coalesce(failing_since, now()) ELSE failing_since END,
              last_success_at = CASE WHEN $6 THEN now() ELSE last_success_at END,
              last_attempt_at = CASE WHEN $8 THEN now() ELSE last_attempt_at END,
              last_status = CASE WHEN $8 THEN $9::int ELSE last_status END,
              last_error = CASE WHEN $8 THEN $10 ELSE last_error END
         FROM webhook WHERE webhooks.id = webhook.id
       RETURNING extract(epoch FROM now() - failing_since)::float8 AS failing_for)
       SELECT failing_for AS "failingFor" FROM updated`,
      [
        id,
        holder,
        run,
        position.revision,
        JSON.stringify(acknowledgements),
        lastSuccess >= 0,
        lastSuccess < attempts.length - 1,
        last !== undefined,
        last?.status ?? null,
        last?.error ?? null,
        position.epoch,
        String(highest),
      ],
    );
    return row;
  }

  /** The first of the waiting events of each agent. */
  async heads(id: string): Promise<WaitingHead[]> {
    return this.database.query<WaitingHead>(
      `SELECT DISTINCT ON (agent_id) ${HEAD} FROM webhook_deliveries
        WHERE webhook_id = $1 AND state = 'waiting' ORDER BY agent_id, revision`,
      [id],
    );
  }

  async headOf(id: string, agentId: string): Promise<WaitingHead | undefined> {
    const [head] = await this.database.query<WaitingHead>(
      `SELECT ${HEAD} FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'waiting' AND agent_id = $2 ORDER BY revision LIMIT 1`,
      [id, agentId],
    );
    return head;
  }

  /** The sink answers again: what waits for its next attempt waits no longer. */
  async hurry(id: string): Promise<void> {
    await this.database.query(
      `WITH hurried AS (
         UPDATE webhook_deliveries SET next_attempt_at = now() WHERE webhook_id = $1 AND state = 'waiting' AND next_attempt_at > now())
       SELECT 1`,
      [id],
    );
  }

  /** Whether it was enabled until now, and is as it was. */
  async disable({ id, run }: { id: string; run: string }, reason: DisabledReason): Promise<boolean> {
    const rows = await this.database.query(
      `WITH disabled AS (
         UPDATE webhooks SET enabled = false, disabled_reason = $3, disabled_at = now(), lease_holder = NULL, lease_until = NULL
          WHERE id = $1 AND run = $2 AND enabled RETURNING id)
       SELECT id FROM disabled`,
      [id, run, reason],
    );
    return rows.length > 0;
  }

  /** The log has lost the events after the position: it goes on with the oldest that there are. */
  async skipTo({ id, run }: { id: string; run: string }, { epoch, revision }: LogPosition): Promise<void> {
    await this.database.query(
      `WITH moved AS (UPDATE webhooks SET position = $3, epoch = $4, last_error = 'events_lost', last_status = NULL WHERE id = $1 AND run = $2) SELECT 1`,
      [id, run, String(revision), epoch],
    );
  }

  /** Notes why nothing can be sent. */
  async note(id: string, error: string): Promise<void> {
    await this.database.query(
      'WITH noted AS (UPDATE webhooks SET last_error = $2, last_status = NULL WHERE id = $1) SELECT 1',
      [id, error],
    );
  }
}

function maxOf(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
