import type { Clock } from '../platform/common/clock';
import type { Actor } from '../events/agent-event';

/** What is put before a policy. Never a heartbeat, never a read. */
export const GOVERNED_ACTIONS = ['register_agent', 'update_agent', 'set_agent_status', 'deregister_agent'] as const;
export type GovernedAction = (typeof GOVERNED_ACTIONS)[number];

/** An action that is asked for, and all that the policy may know about it. Holds no secrets, see {@link withoutSecrets}. */
export interface PolicyRequest {
  action: GovernedAction;
  context: Record<string, unknown> & {
    agent_id: string;
    /** Who asks for it. */
    principal: Actor;
  };
}

/** `indeterminate`: there is no usable decision, for the `reason` given. */
export interface PolicyDecision {
  outcome: 'allowed' | 'denied' | 'indeterminate';
  reason?: string;
  /** What the policy found, for the audit trail. */
  findings?: Record<string, unknown>;
  /** Members of the 403 that a denial is answered with, beside the reason. */
  problem?: Record<string, unknown>;
  /** The state of the circuit breaker in front of the policy, if there is one. */
  breakerState?: string;
}

/** `off`: there is no policy, and nothing is asked. */
export interface DecisionPointState {
  status: 'up' | 'down' | 'off';
  /** Shown in `/health`. */
  details?: Record<string, unknown>;
}

/**
 * Decides which changes of agents are allowed (the policy decision point of XACML). {@link GovernanceModule} asks it, keeps the audit
 * trail and enforces what it says.
 */
export abstract class PolicyDecisionPoint {
  /** Never throws. */
  abstract decide(request: PolicyRequest): Promise<PolicyDecision>;

  abstract state(): DecisionPointState;
}

/** No policy. */
export class AllowAll extends PolicyDecisionPoint {
  decide(): Promise<PolicyDecision> {
    return Promise.resolve({ outcome: 'allowed' });
  }

  state(): DecisionPointState {
    return { status: 'off' };
  }
}

/** Which policy decides, and what becomes of changes that it does not decide. */
export abstract class GovernancePolicy {
  /** Of its health check. */
  abstract readonly name: string;
  /** What becomes of a change when there is no usable decision: it is refused, or goes on. */
  abstract readonly failMode: 'closed' | 'open';
  /** How long a decision stands for the same request; 0: each is asked for. */
  abstract readonly cacheSeconds: number;

  abstract decisionPoint(clock: Clock): PolicyDecisionPoint;
}
