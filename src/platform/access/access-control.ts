import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { DomainError } from '../validation/domain-error';
import { unstorable } from '../validation/json-limits';
import { characterCount } from '../validation/rules';
import { Configuration } from '../config/configuration';
import { agentUnknown, FOREIGN_AGENT, insufficientScope, invalidToken, outsideScope } from './access.errors';
import { mayClaim, decide, type Access, type Need, type Requirement } from './access-rule';
import { AgentScope, type NarrowedClient } from './agent-scope';
import { AgentCredentials } from './agent-tokens/agent-credentials';
import type { AgentCredential } from './agent-tokens/agent-credentials.repository';
import { Authenticator } from './authenticator';
import { bearerToken, isAgentToken } from './bearer-token';
import { ANONYMOUS, isNarrowed, UNRESTRICTED, type Client, type Principal } from './principal';

/**
 * The one place that decides who may do what, whatever way a request came in. Answers at once when nobody has to be asked, so
 * that a lane that is not Express's can call it for every heartbeat.
 */
@Injectable()
export class AccessControl implements OnApplicationBootstrap {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly credentials: AgentCredentials,
    private readonly scope: AgentScope,
    private readonly configuration: Configuration,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(AccessControl.name);
  }

  onApplicationBootstrap(): void {
    if (this.isOff()) this.logger.warn('AUTH_MODE=none: whoever reaches this service may read and change everything');
  }

  /**
   * Who asks, if they may. No requirement: the route has not declared any, and nobody gets through. `isSuspect` says whether the
   * caller's address has sent too many wrong tokens; `note` is called with the caller as soon as it is known, whether it may or not.
   * @throws DomainError `unauthorized` without a good token; what {@link require} throws; one of kind `unavailable` when
   * neither can be told now
   */
  authorize(
    authorization: string | undefined,
    requirement: Requirement | undefined,
    isSuspect = isNever,
    note?: (principal: Principal) => void,
  ): Principal | Promise<Principal> {
    if (this.isOff() || (requirement && this.needOf(requirement.access) === 'open')) {
      const principal = this.isOff() ? UNRESTRICTED : ANONYMOUS;
      note?.(principal);
      return principal;
    }
    const principal = this.authenticate(bearerToken(authorization), requirement, isSuspect);
    if (principal instanceof Promise) return principal.then((known) => this.admitted(known, requirement, note));
    return this.admitted(principal, requirement, note);
  }

  /**
   * Returns when a caller who is known already may do this, too.
   * @throws DomainError `insufficient_scope`; `agent_not_found`, proven, when it takes an owner and there is nothing to own, or when the
   * token is for other agents; `outside_scope`; `store_unavailable`
   */
  require(principal: Principal, requirement: Requirement | undefined): void | Promise<void> {
    const right = this.requireRight(principal, requirement);
    if (!isNarrowed(principal)) return right;
    return this.requireWithin(principal, requirement!, right);
  }

  private requireRight(principal: Principal, requirement: Requirement | undefined): void | Promise<void> {
    const { access, agentId, allowStale } = requirement ?? {};
    const need = access && this.needOf(access);
    const right = decide(principal, need, requirement);
    if (right === 'granted') return undefined;
    if (right === 'denied') throw denied(need);
    const client = principal as Client;
    if (!isPossible(agentId!)) return undefined; // whoever reads the request refuses it, as for every caller
    const known = this.credentials.ofAgent(agentId!, { allowStale });
    const isOwner = !(known instanceof Promise) && known?.owner === client.name;
    return isOwner ? undefined : this.requireOwner(client, agentId!, known);
  }

  /**
   * What the client of this name may do now, by the list of tokens, for what is done later on its behalf; everybody may do everything while
   * access control is off. undefined: it has no token any more, or never had one of that list.
   */
  standingOf(name: string | null): Principal | undefined {
    if (this.isOff()) return UNRESTRICTED;
    return name === null ? undefined : this.authenticator.clientNamed(name);
  }

  /**
   * Returns when the caller may register an agent under this id (none: the registry makes one up). To be asked before anything
   * that costs; {@link AgentCredentials.issue} decides in the end.
   * @throws DomainError `insufficient_scope`, `store_unavailable`
   */
  async requireClaim(principal: Principal, id: string | null | undefined): Promise<void> {
    if (principal.kind === 'unrestricted') return;
    const isTaken = principal.kind === 'client' && id != null;
    const owner = isTaken ? ((await this.credentials.ofAgentNow(id))?.owner ?? null) : null;
    if (mayClaim(principal, id ?? '', owner)) return;
    throw insufficientScope(
      principal.kind === 'agent' ? 'The token of an agent registers that agent only' : FOREIGN_AGENT,
    );
  }

  /** What a client may not read is not there for it; that it may not change it, it is told. */
  private async requireWithin(
    client: NarrowedClient,
    { access, agentId, isNarrowed: isOpenToNarrowed }: Requirement,
    right: void | Promise<void>,
  ): Promise<void> {
    await right;
    if (agentId === undefined) {
      if (!isOpenToNarrowed) throw outsideScope('This takes a token that is for all agents');
      return;
    }
    if (!isPossible(agentId)) return; // whoever reads the request refuses it, as for every caller
    const isWithin = await this.scope.contains(client, agentId);
    if (isWithin !== false) return;
    throw access === 'read' ? agentUnknown(agentId) : outsideScope();
  }

  private isOff(): boolean {
    return this.configuration.AUTH_MODE === 'none';
  }

  private needOf(access: Access): Need {
    if (access === 'health') return this.configuration.AUTH_HEALTH === 'open' ? 'open' : 'read';
    if (access === 'metrics') return this.configuration.AUTH_METRICS === 'open' ? 'open' : 'read';
    return access;
  }

  private authenticate(
    token: string,
    requirement: Requirement | undefined,
    isSuspect: () => boolean,
  ): Principal | Promise<Principal> {
    if (!isAgentToken(token)) return this.authenticator.authenticate(token);
    const credential = this.credentials.ofToken(token, isSuspect, requirement);
    return credential instanceof Promise ? credential.then((known) => this.agentOf(known)) : this.agentOf(credential);
  }

  /** An agent's token is good as long as the client that registered the agent is. */
  private agentOf(credential: AgentCredential | undefined): Principal {
    const { owner = null, digest = null } = credential ?? {};
    if (!credential || owner === null || digest === null || !this.authenticator.knows(owner)) throw invalidToken();
    return { kind: 'agent', id: credential.agentId, owner, digest };
  }

  private admitted(
    principal: Principal,
    requirement: Requirement | undefined,
    note?: (principal: Principal) => void,
  ): Principal | Promise<Principal> {
    note?.(principal);
    const required = this.require(principal, requirement);
    return required instanceof Promise ? required.then(() => principal) : principal;
  }

  private async requireOwner(
    { name }: Client,
    agentId: string,
    known: AgentCredential | undefined | Promise<AgentCredential | undefined>,
  ): Promise<void> {
    if ((await known)?.owner === name) return;
    // What is remembered refuses nobody: another replica may have registered the agent just now.
    const credential = await this.credentials.ofAgentNow(agentId);
    if (credential?.owner === name) return;
    if (!credential) throw agentUnknown(agentId);
    const isFree = credential.owner === null;
    throw insufficientScope(
      isFree ? 'Nobody has claimed this agent: register it under its id first' : FOREIGN_AGENT,
      'admin',
    );
  }
}

const LONGEST_ID = 255;

const isNever = (): boolean => false;

function denied(need: Need | undefined): DomainError {
  if (need === undefined) return insufficientScope('This route has not declared who may use it, so nobody may');
  return insufficientScope(`This takes a token with the scope ${need}`, need);
}

/** Whether the store could hold an agent of this id. */
function isPossible(id: string): boolean {
  return (id.length <= LONGEST_ID || characterCount(id) <= LONGEST_ID) && unstorable(id) === undefined;
}
