import { Injectable } from '@nestjs/common';
import type { Querier } from '../../platform/database/database';
import { IDEMPOTENCY_SECONDS } from '../agent-retention';

const IDEMPOTENCY_RETENTION = `interval '${IDEMPOTENCY_SECONDS} seconds'`;

export interface RememberedResponse {
  requestHash: string;
  answer: unknown;
}

/** Answers to requests that carried an `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header), kept for 24 h. */
@Injectable()
export class IdempotencyRepository {
  /**
   * Takes the key for a first request and gives undefined, or gives the answer that it got before. A concurrent holder of
   * the same key is waited for: until the transaction ends, the key is ours.
   */
  async claim(transaction: Querier, key: string, requestHash: string): Promise<RememberedResponse | undefined> {
    const claimed = await transaction.query(
      `INSERT INTO idempotency_keys AS known (key, request_hash) VALUES ($1, $2)
       ON CONFLICT (key) DO UPDATE SET request_hash = excluded.request_hash, answer = NULL, created_at = now()
         WHERE known.created_at < now() - ${IDEMPOTENCY_RETENTION}
       RETURNING key`,
      [key, requestHash],
    );
    if (claimed.length > 0) return undefined;
    return this.find(transaction, key);
  }

  /** The answer that was given under this key; undefined when there is none, or none that still counts. */
  async find(querier: Querier, key: string): Promise<RememberedResponse | undefined> {
    const [remembered] = await querier.query<RememberedResponse>(
      `SELECT request_hash AS "requestHash", answer FROM idempotency_keys
        WHERE key = $1 AND created_at >= now() - ${IDEMPOTENCY_RETENTION}`,
      [key],
    );
    return remembered;
  }

  /** Keeps the answer for the repeats of the request. */
  async remember(transaction: Querier, key: string, answer: unknown): Promise<void> {
    await transaction.query('UPDATE idempotency_keys SET answer = $2 WHERE key = $1', [key, JSON.stringify(answer)]);
  }
}
