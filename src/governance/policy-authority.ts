import type { Actor } from '../events/agent-event';

/** What may be asked. Never a heartbeat, never a read. */
export const GOVERNED_ACTIONS = ['register_agent', 'update_agent', 'set_agent_status', 'deregister_agent'] as const;
export type GovernedAction = (typeof GOVERNED_ACTIONS)[number];

/** An action that somebody wants to take, and all that the authority may know about it. Holds no secrets, see {@link withoutSecrets}. */
export interface Question {
  action: GovernedAction;
  context: Record<string, unknown> & {
    agent_id: string;
    /** Who wants to take it. */
    principal: Actor;
  };
}

export interface Findings {
  scripture?: unknown;
  geometry?: unknown;
  law?: unknown;
}

/** What the authority says. `unreachable`: it gave no usable answer, for the `reason` given. */
export interface Judgement {
  outcome: 'allowed' | 'denied' | 'unreachable';
  reason?: string;
  findings?: Findings;
  /** The state of the circuit breaker in front of the authority, if there is one. */
  breakerState?: string;
}

/** How the way to the authority is; `off`: there is none, and nothing is asked. */
export interface AuthorityState {
  status: 'up' | 'down' | 'off';
  details?: Record<string, unknown>;
}

/**
 * Whoever decides which changes of agents are allowed. An abstract class, so that it is its own injection token: bind another
 * implementation and nothing else in the service changes.
 */
export abstract class PolicyAuthority {
  /** Judges one question. Never throws. */
  abstract judge(question: Question): Promise<Judgement>;

  abstract state(): AuthorityState;
}

/** The default: nobody to ask. */
export class AllowEverything extends PolicyAuthority {
  judge(): Promise<Judgement> {
    return Promise.resolve({ outcome: 'allowed' });
  }

  state(): AuthorityState {
    return { status: 'off' };
  }
}
