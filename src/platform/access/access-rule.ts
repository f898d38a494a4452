import { isAllSeeing, type Principal, type Scope } from './principal';

/** What is asked of a caller in the end. `authenticated`: a valid token, whatever its scopes. */
export type Need = 'open' | 'authenticated' | Scope;

/** What a route asks of a caller. `health` and `metrics` are `open` or `read`, as the configuration has it. */
export type Access = Need | 'health' | 'metrics';

/** What one request asks of its caller. */
export interface Requirement {
  access: Access;
  /** The agent that the request is about: its owner and the agent itself may do what others may not. */
  agentId?: string;
  /** The agent itself may do it as well, whatever the access. */
  allowItself?: boolean;
  /** Operators may do it as well, whoever owns the agent. */
  allowOperators?: boolean;
  /** Whether the route shows and changes only what a narrowed token is for. Others are closed to it, unless they are about one agent. */
  isNarrowed?: boolean;
  /** What is remembered of tokens counts while the database is away, however old: for heartbeats only. */
  allowStale?: boolean;
}

/** What a request is about, as far as the rule asks for it. */
type Exceptions = Pick<Requirement, 'agentId' | 'allowItself' | 'allowOperators'>;

/** `owner`: granted to the client that owns the agent in question, denied to every other one. */
export type AccessDecision = 'granted' | 'owner' | 'denied';

/**
 * The rule of access control, as far as it needs no look into the database. `undefined` in place of a need: the route has
 * not declared any, and nobody gets through.
 */
export function decide(
  principal: Principal,
  need: Need | undefined,
  { agentId, allowItself, allowOperators }: Exceptions = {},
): AccessDecision {
  if (principal.kind === 'unrestricted') return 'granted';
  if (need === undefined) return 'denied';
  if (need === 'open') return 'granted';
  if (principal.kind === 'anonymous') return 'denied';
  if (need === 'authenticated') return 'granted';
  if (principal.kind === 'agent') {
    // What is about no agent in particular (registrations, batches of beats) says in its body whom it is about.
    const isItself = agentId === undefined ? need === 'agent' : agentId === principal.id;
    const isForAgents = need === 'read' || need === 'agent';
    return isItself && (isForAgents || allowItself) ? 'granted' : 'denied';
  }
  const { scopes } = principal;
  if (scopes.includes('admin')) return 'granted';
  if (scopes.includes('operate') && (need === 'read' || need === 'operate' || allowOperators)) return 'granted';
  if (need === 'admin' || need === 'operate') return 'denied';
  if (need === 'read' && scopes.includes('read')) return 'granted';
  if (!scopes.includes('agent')) return 'denied';
  if (agentId !== undefined) return 'owner';
  return need === 'agent' ? 'granted' : 'denied';
}

/** Who may register an agent under an id; `owner` is that of the id, null when nobody has claimed it. */
export function mayClaim(principal: Principal, id: string, owner: string | null): boolean {
  if (principal.kind === 'unrestricted') return true;
  if (principal.kind === 'anonymous') return false;
  if (principal.kind === 'agent') return principal.id === id;
  if (principal.scopes.includes('admin')) return true;
  return principal.scopes.includes('agent') && (owner === null || owner === principal.name);
}

/** Whether the caller may do to any agent what operators do. */
export function isOperator(principal: Principal): boolean {
  return decide(principal, 'operate') === 'granted';
}

/** Who may see the secrets of an agent that they may read: its owner, the agent itself, and `admin`. */
export function seesSecrets(principal: Principal, agent: { id: string; owner?: string | null }): boolean {
  if (isAllSeeing(principal)) return true;
  if (principal.kind === 'agent') return principal.id === agent.id;
  return principal.kind === 'client' && principal.name === agent.owner;
}
