import { Injectable } from '@nestjs/common';
import type { Querier } from '../../platform/database/database';

/** The SQL of how many agents a client owns. Whose an agent is stands in access control's table: hence the look at it. */
@Injectable()
export class OwnerQuotaRepository {
  /**
   * Those of the ids whose registration would give their owner more than `most` registered agents. Each is the claimant's, unless it has an
   * owner already. An agent that is registered and has an owner adds nothing; several new ones of one owner share the places that are left.
   */
  async beyond(querier: Querier, ids: string[], claimants: string[], most: number): Promise<string[]> {
    const rows = await querier.query<{ id: string }>(
      `WITH added AS MATERIALIZED (
         SELECT claim.id, coalesce(known.owner, claim.claimant) AS owner
           FROM unnest($1::text[], $2::text[]) AS claim (id, claimant)
           LEFT JOIN agent_credentials AS known ON known.agent_id = claim.id
          WHERE known.owner IS NULL OR NOT EXISTS (SELECT FROM agents WHERE agents.id = claim.id AND deregistered_at IS NULL)),
       owned AS MATERIALIZED (
         SELECT owner, (SELECT count(*) FROM agent_credentials AS credential JOIN agents ON agents.id = credential.agent_id
                         WHERE credential.owner = client.owner AND deregistered_at IS NULL) AS agents
           FROM (SELECT DISTINCT owner FROM added) AS client)
       SELECT id FROM (SELECT id, agents + row_number() OVER (PARTITION BY owner ORDER BY id) AS agents
                         FROM added JOIN owned USING (owner)) AS counted
        WHERE agents > $3`,
      [ids, claimants, most],
    );
    return rows.map(({ id }) => id);
  }
}
