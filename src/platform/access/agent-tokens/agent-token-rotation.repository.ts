import { Injectable } from '@nestjs/common';
import { appendEvents, aboutAgent, provenanceJson } from '../../../events/append-events.sql';
import type { Provenance } from '../../../events/agent-event';
import { Configuration } from '../../config/configuration';
import type { Querier } from '../../database/database';
import { isValid } from './agent-credentials.repository';

/** What an agent's credentials are, locked until the end of the transaction. */
export interface HeldCredential {
  owner: string;
  /** SHA-256 of the agent's token, base64. */
  digest: string;
  /** Whether that token has not expired. */
  isValid: boolean;
  /** Whether the agent is registered, and no tombstone. */
  isRegistered: boolean;
}

export interface Rotation {
  agentId: string;
  /** SHA-256 of the agent's token so far, base64. */
  from: string;
  /** SHA-256 of the one that takes its place. */
  to: Buffer;
  /** For how long the one so far is accepted; 0: it is void at once, as are those before it. */
  overlapSeconds: number;
  provenance: Provenance;
}

export interface RotationTimes {
  /** When the new token ends, unless it is used. */
  expiresAt: Date;
  /** When the one before it ends; null: it has ended. */
  previousValidUntil: Date | null;
}

/** Tokens of one agent that are accepted beside its present one: what rotates more often loses the oldest before its time. */
const MOST_FORMER = 10;
/** Ended tokens of other agents that a rotation deletes: more than it adds, so that the table holds little but what is accepted. */
const SWEPT_TOGETHER = 20;

/** The SQL of replacing agents' tokens on request. */
@Injectable()
export class AgentTokenRotationRepository {
  constructor(private readonly configuration: Configuration) {}

  /** Undefined when there is no agent of this id that somebody owns. */
  async hold(transaction: Querier, agentId: string): Promise<HeldCredential | undefined> {
    const [held] = await transaction.query<HeldCredential>(
      `SELECT owner, encode(sha256, 'base64') AS digest, ${isValid('$2')} AS "isValid",
              EXISTS (SELECT FROM agents WHERE id = agent_id AND deregistered_at IS NULL) AS "isRegistered"
         FROM agent_credentials WHERE agent_id = $1 FOR UPDATE`,
      [agentId, this.configuration.AGENT_TOKEN_TTL_SECONDS],
    );
    return held;
  }

  /** Whether a token, by its digest in base64, was replaced by others of which `successor` is the last, and is still accepted. */
  async isAccepted(transaction: Querier, agentId: string, digest: string, successor: string): Promise<boolean> {
    const rows = await transaction.query(
      `SELECT 1 FROM agent_former_tokens
        WHERE sha256 = decode($2, 'base64') AND agent_id = $1 AND successor_sha256 = decode($3, 'base64') AND valid_until > now()`,
      [agentId, digest, successor],
    );
    return rows.length > 0;
  }

  /** Replaces the token of an agent that is held, and appends the event. */
  async rotate(
    transaction: Querier,
    { agentId, from, to, overlapSeconds, provenance }: Rotation,
  ): Promise<RotationTimes> {
    const [times] = await transaction.query<RotationTimes>(ROTATE, [
      agentId,
      from,
      to,
      overlapSeconds,
      this.configuration.AGENT_TOKEN_TTL_SECONDS,
      JSON.stringify(provenanceJson(provenance)),
    ]);
    return times!;
  }
}

const ROTATED = appendEvents(
  {
    agent: 'agents',
    type: `'token_rotated'`,
    provenance: '$6::jsonb',
    data: `${aboutAgent('agents')} || jsonb_build_object('overlap_seconds', $4::float8)`,
  },
  'agents WHERE id = $1 AND EXISTS (SELECT FROM rotated)',
);

/**
 * Each part changes rows of its own: the former tokens that go, those that stay, those of other agents that have ended. Rows that another
 * rotation is about to delete are left to it, so that none waits for the other.
 */
const ROTATE = `
  WITH kept AS MATERIALIZED (
    SELECT sha256 FROM agent_former_tokens
     WHERE agent_id = $1 AND successor_sha256 = decode($2, 'base64') AND valid_until > now() AND $4::float8 > 0
     ORDER BY valid_until DESC LIMIT ${MOST_FORMER - 1}),
  dropped AS (
    DELETE FROM agent_former_tokens WHERE sha256 IN (
      SELECT sha256 FROM agent_former_tokens WHERE agent_id = $1 AND sha256 NOT IN (SELECT sha256 FROM kept) FOR UPDATE SKIP LOCKED)),
  ended AS (
    DELETE FROM agent_former_tokens WHERE sha256 IN (
      SELECT sha256 FROM agent_former_tokens WHERE valid_until <= now() AND agent_id <> $1
       ORDER BY valid_until LIMIT ${SWEPT_TOGETHER} FOR UPDATE SKIP LOCKED)),
  chained AS (UPDATE agent_former_tokens SET successor_sha256 = $3 WHERE sha256 IN (SELECT sha256 FROM kept)),
  added AS (
    INSERT INTO agent_former_tokens (sha256, agent_id, successor_sha256, valid_until)
    SELECT sha256, agent_id, $3, now() + make_interval(secs => $4::float8)
      FROM agent_credentials WHERE agent_id = $1 AND $4::float8 > 0 AND ${isValid('$5')}
    RETURNING valid_until),
  rotated AS (
    UPDATE agent_credentials SET sha256 = $3, issued_at = now(), renewed_at = now() WHERE agent_id = $1 RETURNING agent_id),
  logged AS (${ROTATED})
  SELECT now() + make_interval(secs => $5) AS "expiresAt", (SELECT valid_until FROM added) AS "previousValidUntil"`;
