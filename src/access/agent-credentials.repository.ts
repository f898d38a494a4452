import { Injectable } from '@nestjs/common';
import { Database, type Querier } from '../database/database';

/** What access control must know of an agent that is registered, or was (a tombstone keeps its owner). */
export interface AgentCredential {
  agentId: string;
  /** null: nobody has claimed the agent, it has no token either. */
  owner: string | null;
  /** SHA-256 of the agent's token, base64. */
  digest: string | null;
}

/** A token to give. */
export interface CredentialIssue {
  agentId: string;
  owner: string;
  /** SHA-256 of the token. */
  digest: Buffer;
  isAdmin: boolean;
}

const COLUMNS = `owner, encode(sha256, 'base64') AS digest`;

/** The SQL of agents' credentials. */
@Injectable()
export class AgentCredentialsRepository {
  constructor(private readonly database: Database) {}

  /** By agent. Those that are missing from the answer are no agents: hence the one look at a table of the registry's. */
  async ofAgents(ids: string[]): Promise<Map<string, AgentCredential>> {
    const rows = await this.database.query<AgentCredential>(
      `SELECT agents.id AS "agentId", ${COLUMNS} FROM agents LEFT JOIN agent_credentials ON agent_id = agents.id
        WHERE agents.id = ANY ($1)`,
      [ids],
    );
    return new Map(rows.map((row) => [row.agentId, row]));
  }

  /** By the digest of a token, base64. */
  async ofTokens(digests: string[]): Promise<Map<string, AgentCredential>> {
    const rows = await this.database.query<AgentCredential & { digest: string }>(
      `SELECT agent_id AS "agentId", ${COLUMNS} FROM agent_credentials WHERE sha256 = ANY ($1)`,
      [digests.map((digest) => Buffer.from(digest, 'base64'))],
    );
    return new Map(rows.map((row) => [row.digest, row]));
  }

  /**
   * Gives agents, each named once, new tokens in place of those they may have. The first caller becomes an agent's owner, for
   * good. An agent that is somebody else's is left as it is, unless the caller is an administrator. Returns how many were given.
   */
  async issue(transaction: Querier, issues: CredentialIssue[]): Promise<number> {
    const written = await transaction.query(
      `INSERT INTO agent_credentials AS known (agent_id, owner, sha256)
       SELECT agent_id, owner, decode(digest, 'base64') FROM unnest($1::text[], $2::text[], $3::text[]) AS issue (agent_id, owner, digest)
        ORDER BY agent_id
       ON CONFLICT (agent_id) DO UPDATE SET sha256 = excluded.sha256, issued_at = now()
         WHERE known.owner = excluded.owner OR known.agent_id = ANY ($4)
       RETURNING agent_id`,
      [
        issues.map(({ agentId }) => agentId),
        issues.map(({ owner }) => owner),
        issues.map(({ digest }) => digest.toString('base64')),
        issues.filter(({ isAdmin }) => isAdmin).map(({ agentId }) => agentId),
      ],
    );
    return written.length;
  }
}
