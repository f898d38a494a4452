/** Lifecycle: whether the agent is there. How it feels is its health, see `agent-health.ts`. */
export const AGENT_STATUSES = [
  'active',
  'unhealthy',
  'inactive',
  'maintenance',
  'quarantined',
  'deregistered',
] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

export type LifecycleEvent =
  | 'register'
  | 'import'
  | 'heartbeat'
  | 'silent'
  | 'silent_for_long'
  | 'maintenance_begins'
  | 'maintenance_ends'
  | 'quarantine'
  | 'release'
  | 'deregister';

/** What there is before the first registration, and again after a tombstone was purged. */
type From = AgentStatus | 'unknown';

const TRANSITIONS: Record<LifecycleEvent, Partial<Record<From, AgentStatus>>> = {
  register: {
    unknown: 'active',
    deregistered: 'active',
    active: 'active',
    unhealthy: 'active',
    inactive: 'active',
    maintenance: 'maintenance',
  },
  import: { unknown: 'inactive', deregistered: 'inactive' },
  heartbeat: { unhealthy: 'active', inactive: 'active' },
  silent: { active: 'unhealthy' },
  silent_for_long: { unhealthy: 'inactive' },
  maintenance_begins: { active: 'maintenance', unhealthy: 'maintenance', inactive: 'maintenance' },
  maintenance_ends: { maintenance: 'active' },
  quarantine: { active: 'quarantined', unhealthy: 'quarantined', inactive: 'quarantined', maintenance: 'quarantined' },
  release: { quarantined: 'active' },
  deregister: {
    active: 'deregistered',
    unhealthy: 'deregistered',
    inactive: 'deregistered',
    maintenance: 'deregistered',
    quarantined: 'deregistered',
  },
};

/** Who sets a maintenance ends it: an operator, or the agent itself. */
export type MaintainedBy = 'operator' | 'agent';

/**
 * **Who ends a maintenance?** An operator any. The agent itself only its own, by asking for it or by registering again, as it does
 * after a restart.
 */
export function mayEndMaintenance(by: MaintainedBy, setBy: MaintainedBy | null): boolean {
  return by === 'operator' || setBy === 'agent';
}

/** The status after `event`, or undefined when the state machine has no such transition. */
export function transition(from: From, event: LifecycleEvent): AgentStatus | undefined {
  return TRANSITIONS[event][from];
}

/** The same in SQL: the status after `event` of a row whose status is `column`; as it was when there is no such transition. */
export function transitionSql(column: string, event: LifecycleEvent): string {
  const cases = AGENT_STATUSES.flatMap((from) => {
    const to = transition(from, event);
    return to && to !== from ? [`WHEN '${from}' THEN '${to}'`] : [];
  });
  return `CASE ${column} ${cases.join(' ')} ELSE ${column} END`;
}
