import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { askedBy } from '../../../events/provenance';
import { Database } from '../../database/database';
import { DomainError } from '../../validation/domain-error';
import { accessControlOff, FOREIGN_AGENT, insufficientScope, invalidToken, REPLACED } from '../access.errors';
import { actorOf } from '../actor';
import { digestOf, newAgentToken } from '../bearer-token';
import type { AgentPrincipal, Client, Principal } from '../principal';
import { AgentCredentials } from './agent-credentials';
import {
  AgentTokenRotationRepository,
  type HeldCredential,
  type Rotation,
  type RotationTimes,
} from './agent-token-rotation.repository';

/** A token that takes the place of another. */
export interface RotatedToken extends RotationTimes {
  token: string;
}

/** Replaces agents' tokens on request, without a registration. */
@Injectable()
export class AgentTokenRotation {
  constructor(
    private readonly rotations: AgentTokenRotationRepository,
    private readonly credentials: AgentCredentials,
    private readonly database: Database,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(AgentTokenRotation.name);
  }

  /**
   * Gives a registered agent a new token. The one before it is accepted for so many seconds more, for everything but a registration;
   * those before that one as long as they were to be, or with an overlap of 0 not any more. Other replicas void them within seconds.
   * Undefined when the agent is not registered.
   * @throws DomainError `access_control_off`; `agent_unclaimed`; `unauthorized` when an agent's own token was replaced after it was
   * accepted; `insufficient_scope`; `store_unavailable`
   */
  async rotate(agentId: string, principal: Principal, overlapSeconds: number): Promise<RotatedToken | undefined> {
    if (principal.kind === 'unrestricted') throw accessControlOff();
    if (principal.kind === 'anonymous') throw insufficientScope('Replacing a token takes a token');
    const token = newAgentToken();
    const asked = {
      agentId,
      to: digestOf(token),
      overlapSeconds,
      provenance: askedBy(actorOf(principal)),
    };
    const times = await this.write(asked, principal);
    if (!times) return undefined;
    this.credentials.onInvalidated({ ids: [agentId] });
    this.logger.info(
      { agent_id: agentId, overlapSeconds, actor: asked.provenance.actor },
      'The token of an agent is replaced',
    );
    return { token, ...times };
  }

  private write(asked: Omit<Rotation, 'from'>, principal: Client | AgentPrincipal): Promise<RotationTimes | undefined> {
    return this.database.transaction(
      async (transaction) => {
        const { agentId } = asked;
        const held = await this.rotations.hold(transaction, agentId);
        if (!held) throw agentUnclaimed();
        if (!held.isRegistered) return undefined;
        const isFormer = (digest: string): Promise<boolean> =>
          this.rotations.isAccepted(transaction, agentId, digest, held.digest);
        await requireRight(principal, held, isFormer);
        return this.rotations.rotate(transaction, { ...asked, from: held.digest });
      },
      { retry: true },
    );
  }
}

/** As it is in the transaction: what was found when the request came in may have changed. */
async function requireRight(
  principal: Client | AgentPrincipal,
  held: HeldCredential,
  isFormer: (digest: string) => Promise<boolean>,
): Promise<void> {
  if (principal.kind === 'client') {
    if (held.owner !== principal.name && !principal.scopes.includes('admin')) throw insufficientScope(FOREIGN_AGENT);
  } else if (!(principal.digest === held.digest && held.isValid) && !(await isFormer(principal.digest))) {
    throw invalidToken(REPLACED);
  }
}

export function agentUnclaimed(): DomainError {
  const detail = 'Nobody has claimed this agent, so it has no token: register it under its id first';
  return new DomainError('conflict', 'agent_unclaimed', detail);
}
