import { transition, type AgentStatus } from '../../agent/agent-status';

/** What is judged of an agent. All durations in seconds. */
export interface Silence {
  status: AgentStatus;
  /** `heartbeat.enabled`: whether heartbeats of this agent are expected. */
  enabled: boolean;
  /** Since its last heartbeat or registration, or since the registry could receive heartbeats at all, whichever is less. */
  silentFor: number;
  /** Since the last lease of a replica that has vanished, perhaps with beats that it had acknowledged; null when none has. */
  vanishedFor: number | null;
  /** Its own timeout, see `timeoutSeconds`. */
  timeout: number;
  /** `HEARTBEAT_INACTIVE_AFTER_SECONDS`. */
  inactiveAfter: number;
}

/**
 * **When does an agent become unhealthy?** When it is active, is waited for, and has been silent longer than its timeout.
 * An unhealthy one becomes inactive when its silence has lasted longer than `inactiveAfter` (and its timeout, should that
 * be more). Nothing else changes by silence: undefined. A replica that has vanished may have acknowledged beats of the agent for half of
 * its timeout, and then no more (see `ReplicaLease`): silence begins after that.
 */
export function statusAfterSilence({
  status,
  enabled,
  silentFor,
  vanishedFor,
  timeout,
  inactiveAfter,
}: Silence): AgentStatus | undefined {
  if (!enabled) return undefined;
  const silence = vanishedFor === null ? silentFor : Math.min(silentFor, vanishedFor - timeout / 2);
  if (silence <= timeout) return undefined;
  return transition(status, 'silent') ?? (silence > inactiveAfter ? transition(status, 'silent_for_long') : undefined);
}
