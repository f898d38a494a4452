import { Injectable } from '@nestjs/common';
import { Configuration } from '../../config/configuration';
import { Database, type Querier } from '../../database/database';
import type { Provenance } from '../../../events/agent-event';
import { appendEvents, provenanceJson } from '../../../events/append-events.sql';

/** What access control must know of an agent that is registered, or was (a tombstone keeps its owner). */
export interface AgentCredential {
  agentId: string;
  /** null: nobody has claimed the agent, it has no token either. */
  owner: string | null;
  /** SHA-256 of the agent's token, base64; null when it has expired. */
  digest: string | null;
  /** For how long the token is valid from the look on, unless it is used. */
  validForMs: number;
  /** Whether the token's use should be written down, so that it stays valid. */
  isRenewalDue: boolean;
  /** Whether the token was replaced on request, and is accepted for the rest of its overlap only. */
  isFormer: boolean;
}

/** A token to give. */
export interface CredentialIssue {
  agentId: string;
  owner: string;
  /** SHA-256 of the token. */
  digest: Buffer;
  /** SHA-256 of the agent's own token that asks for this, base64; undefined when a client asks. It must still be the agent's. */
  presented?: string;
  isAdmin: boolean;
}

/** A token ends so long after it was given or last used. Uses are written down when this share of that time has passed. */
const RENEWAL_SHARE = 1 / 30;
const REVOKED_TOGETHER = 500;

/** Whether a former token still counts, over its row and that of its agent's credentials. */
const IS_ACCEPTED = 'valid_until > now() AND successor_sha256 = agent_credentials.sha256';
const USED_AT = 'greatest(issued_at, renewed_at)';

/** The SQL of agents' credentials. */
@Injectable()
export class AgentCredentialsRepository {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  /** By agent. Those that are missing from the answer are no agents: hence the one look at a table of the registry's. */
  async ofAgents(ids: string[]): Promise<Map<string, AgentCredential>> {
    const rows = await this.database.query<AgentCredential>(
      `SELECT agents.id AS "agentId", ${columns('$2')}
         FROM agents LEFT JOIN agent_credentials ON agent_id = agents.id
        WHERE agents.id = ANY ($1)`,
      [ids, this.ttlSeconds()],
    );
    return new Map(rows.map((row) => [row.agentId, row]));
  }

  /** By the digest of a token that is valid, base64: an agent's present one, or one that was replaced and still counts. */
  async ofTokens(digests: string[]): Promise<Map<string, AgentCredential>> {
    const rows = await this.database.query<AgentCredential & { digest: string }>(
      `SELECT agent_id AS "agentId", ${columns('$2')}
         FROM agent_credentials
        WHERE sha256 = ANY ($1) AND ${isValid('$2')}
       UNION ALL
       SELECT agent_id, owner, encode(former.sha256, 'base64'),
              extract(epoch FROM valid_until - now())::float8 * 1000, false, true
         FROM agent_former_tokens AS former JOIN agent_credentials USING (agent_id)
        WHERE former.sha256 = ANY ($1) AND ${IS_ACCEPTED}`,
      [digests.map((digest) => Buffer.from(digest, 'base64')), this.ttlSeconds()],
    );
    return new Map(rows.map((row) => [row.digest, row]));
  }

  /** When a token ends unless it is used, by its digest in base64; undefined when it is not valid. */
  async expiryOf(digest: string): Promise<Date | undefined> {
    const [token] = await this.database.query<{ expiry: Date }>(
      `SELECT ${USED_AT} + make_interval(secs => $2) AS expiry FROM agent_credentials
        WHERE sha256 = decode($1, 'base64') AND ${isValid('$2')}
       UNION ALL
       SELECT valid_until FROM agent_former_tokens AS former JOIN agent_credentials USING (agent_id)
        WHERE former.sha256 = decode($1, 'base64') AND ${IS_ACCEPTED}`,
      [digest, this.ttlSeconds()],
    );
    return token?.expiry;
  }

  /** Notes that the tokens of these agents are in use. One that has expired stays so. */
  async renew(agentIds: string[]): Promise<void> {
    await this.database.query(
      `WITH due AS (SELECT agent_id FROM agent_credentials WHERE agent_id = ANY ($1) ORDER BY agent_id FOR NO KEY UPDATE SKIP LOCKED),
            renewed AS (UPDATE agent_credentials SET renewed_at = now() FROM due
                         WHERE agent_credentials.agent_id = due.agent_id AND ${isValid('$2')} RETURNING 1)
       SELECT count(*) FROM renewed`,
      [agentIds, this.ttlSeconds()],
    );
  }

  /**
   * Gives agents, each named once, new tokens in place of those they may have. The first caller becomes an agent's owner, for
   * good. An agent that is somebody else's is left as it is, unless the caller is an administrator; so is one whose token is not the
   * presented one any more. Returns how many were given.
   */
  async issue(transaction: Querier, issues: CredentialIssue[]): Promise<number> {
    const byThemselves = issues.filter(({ presented }) => presented !== undefined);
    const written = await transaction.query(
      `INSERT INTO agent_credentials AS known (agent_id, owner, sha256)
       SELECT agent_id, owner, decode(digest, 'base64') FROM unnest($1::text[], $2::text[], $3::text[]) AS issue (agent_id, owner, digest)
        WHERE agent_id <> ALL ($5) OR EXISTS (SELECT FROM agent_credentials AS held WHERE held.agent_id = issue.agent_id)
        ORDER BY agent_id
       ON CONFLICT (agent_id) DO UPDATE SET sha256 = excluded.sha256, issued_at = now(), renewed_at = now()
         WHERE known.agent_id = ANY ($4)
            OR known.owner = excluded.owner AND (known.agent_id <> ALL ($5) OR known.sha256 = ANY ($6))
       RETURNING agent_id`,
      [
        issues.map(({ agentId }) => agentId),
        issues.map(({ owner }) => owner),
        issues.map(({ digest }) => digest.toString('base64')),
        issues.filter(({ isAdmin }) => isAdmin).map(({ agentId }) => agentId),
        byThemselves.map(({ agentId }) => agentId),
        byThemselves.map(({ presented }) => Buffer.from(presented!, 'base64')),
      ],
    );
    return written.length;
  }

  /**
   * Replaces the tokens of some of an owner's agents, those after an id in the order of ids, by random digests to which there is no
   * token, and appends an event for each that is registered. Returns the ids, ascending; none when all are done.
   */
  async revokeSome(owner: string, after: string, provenance: Provenance): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `WITH chosen AS MATERIALIZED (
         SELECT agent_id FROM agent_credentials WHERE owner = $1 AND agent_id > $2
          ORDER BY agent_id LIMIT ${REVOKED_TOGETHER} FOR UPDATE),
       revoked AS (
         UPDATE agent_credentials SET sha256 = sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
           FROM chosen WHERE agent_credentials.agent_id = chosen.agent_id
         RETURNING agent_credentials.agent_id),
       logged AS (${TOKEN_REVOKED})
       SELECT agent_id AS id FROM revoked ORDER BY agent_id`,
      [owner, after, JSON.stringify(provenanceJson(provenance))],
    );
    return rows.map(({ id }) => id);
  }

  private ttlSeconds(): number {
    return this.configuration.AGENT_TOKEN_TTL_SECONDS;
  }
}

const TOKEN_REVOKED = appendEvents(
  { agent: 'agents', type: `'token_revoked'`, provenance: '$3::jsonb' },
  'agents WHERE id IN (SELECT agent_id FROM revoked) AND deregistered_at IS NULL',
);

/** Whether a token has not expired, in SQL over a row of `agent_credentials`; `ttl`: how many seconds it lasts. */
export function isValid(ttl: string): string {
  return `${USED_AT} > now() - make_interval(secs => ${ttl})`;
}

function columns(ttl: string): string {
  return `owner, CASE WHEN ${isValid(ttl)} THEN encode(sha256, 'base64') END AS digest,
          extract(epoch FROM ${USED_AT} + make_interval(secs => ${ttl}) - now())::float8 * 1000 AS "validForMs",
          ${USED_AT} < now() - make_interval(secs => ${ttl} * ${RENEWAL_SHARE}::float8) AS "isRenewalDue", false AS "isFormer"`;
}
