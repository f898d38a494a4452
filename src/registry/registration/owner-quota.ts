import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/access/principal';
import type { DomainError } from '../../platform/validation/domain-error';
import { Configuration } from '../../platform/config/configuration';
import type { Querier } from '../../platform/database/database';
import { agentLimitReached } from '../../agent/agent.errors';
import { OwnerQuotaRepository } from './owner-quota.repository';

/**
 * `AGENTS_MAX_PER_OWNER`: how many registered agents one client may own. They are counted in the transaction that registers, without a
 * lock: no registration waits for another, and those that commit at the same moment may all find the last place free. A client
 * may get past the limit by what several replicas, or requests with an `Idempotency-Key`, write at that moment, and no further.
 */
@Injectable()
export class OwnerQuota {
  constructor(
    private readonly repository: OwnerQuotaRepository,
    private readonly configuration: Configuration,
  ) {}

  /** The claims that are refused, by their ids, with their errors. */
  async refusals(
    querier: Querier,
    claims: readonly { id: string; principal: Principal }[],
  ): Promise<Map<string, DomainError>> {
    const most = this.configuration.AGENTS_MAX_PER_OWNER;
    const owned = most === 0 ? [] : claims.filter(({ principal }) => claimantOf(principal) !== undefined);
    if (owned.length === 0) return new Map();
    const ids = owned.map(({ id }) => id);
    const claimants = owned.map(({ principal }) => claimantOf(principal)!);
    const beyond = await this.repository.beyond(querier, ids, claimants, most);
    return new Map(beyond.map((id) => [id, agentLimitReached(most)]));
  }
}

/** The client that will own the agent if it has no owner yet; undefined when access control is off. */
function claimantOf(principal: Principal): string | undefined {
  if (principal.kind === 'client') return principal.name;
  return principal.kind === 'agent' ? principal.owner : undefined;
}
