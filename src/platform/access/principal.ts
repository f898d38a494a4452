/**
 * What a token may be good for. `agent`: registering agents, and whatever concerns those that it has registered. `operate`: reading, and
 * what operators do to agents of others, which is to set their status and to deregister them.
 */
export const SCOPES = ['read', 'agent', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** A bearer token of the configuration, or the subject of a JWT. */
export interface Client {
  kind: 'client';
  /** Owns the agents that it registers. */
  name: string;
  scopes: readonly Scope[];
  /** The expression that holds for the agents that the token is for; undefined: it is for all. */
  where?: string;
  /** When the token that was presented ends, milliseconds since 1970; Infinity: it does not. */
  expiresAt: number;
}

/** One agent, by the token that its registration gave it. */
export interface AgentPrincipal {
  kind: 'agent';
  id: string;
  /** The client that registered it first. */
  owner: string;
  /** SHA-256 of the token that it has presented, base64. */
  digest: string;
}

/** Who asks. `unrestricted`: access control is off. `anonymous`: it is on, and the route is open to everybody. */
export type Principal = { kind: 'unrestricted' } | { kind: 'anonymous' } | Client | AgentPrincipal;

export const UNRESTRICTED: Principal = { kind: 'unrestricted' };
export const ANONYMOUS: Principal = { kind: 'anonymous' };

/** Whether nothing of any agent is a secret to them. */
export function isAllSeeing(principal: Principal): boolean {
  return principal.kind === 'unrestricted' || (principal.kind === 'client' && principal.scopes.includes('admin'));
}

/** A client's name as the database can hold it, and as people can read it in a log. */
export function isClientName(name: unknown): name is string {
  return typeof name === 'string' && /^[^\p{Cc}\p{Cs}]{1,255}$/u.test(name);
}

/** Whether the token that came is for some agents only. */
export function isNarrowed(principal: Principal): principal is Client & { where: string } {
  return principal.kind === 'client' && principal.where !== undefined;
}
