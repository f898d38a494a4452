import {
  mayEndMaintenance,
  AGENT_STATUSES,
  transition,
  transitionSql,
  type AgentStatus,
  type LifecycleEvent,
} from './agent-status';

const EVENTS: LifecycleEvent[] = [
  'register',
  'import',
  'heartbeat',
  'silent',
  'silent_for_long',
  'maintenance_begins',
  'maintenance_ends',
  'quarantine',
  'release',
  'deregister',
];

/** The lifecycle of the contract, row by row; what has no row here must not be possible. */
const LIFECYCLE: [from: AgentStatus | 'unknown', event: LifecycleEvent, to: AgentStatus][] = [
  ['unknown', 'register', 'active'],
  ['active', 'register', 'active'],
  ['unhealthy', 'register', 'active'],
  ['inactive', 'register', 'active'],
  ['maintenance', 'register', 'maintenance'],
  ['deregistered', 'register', 'active'],
  ['unknown', 'import', 'inactive'],
  ['deregistered', 'import', 'inactive'],
  ['active', 'silent', 'unhealthy'],
  ['unhealthy', 'silent_for_long', 'inactive'],
  ['unhealthy', 'heartbeat', 'active'],
  ['inactive', 'heartbeat', 'active'],
  ['active', 'maintenance_begins', 'maintenance'],
  ['unhealthy', 'maintenance_begins', 'maintenance'],
  ['inactive', 'maintenance_begins', 'maintenance'],
  ['maintenance', 'maintenance_ends', 'active'],
  ['active', 'quarantine', 'quarantined'],
  ['unhealthy', 'quarantine', 'quarantined'],
  ['inactive', 'quarantine', 'quarantined'],
  ['maintenance', 'quarantine', 'quarantined'],
  ['quarantined', 'release', 'active'],
  ['quarantined', 'deregister', 'deregistered'],
  ['active', 'deregister', 'deregistered'],
  ['unhealthy', 'deregister', 'deregistered'],
  ['inactive', 'deregister', 'deregistered'],
  ['maintenance', 'deregister', 'deregistered'],
];

const NOT_THERE = (['unknown', ...AGENT_STATUSES] as const).flatMap((from) =>
  EVENTS.filter((event) => !LIFECYCLE.some(([start, name]) => start === from && name === event)).map(
    (event) => [from, event] as const,
  ),
);

describe('transition', () => {
  it.each(LIFECYCLE)('an agent that is %s becomes by %s %s', (from, event, to) => {
    expect(transition(from, event)).toBe(to);
  });

  it.each(NOT_THERE)('an agent that is %s has no transition by %s', (from, event) => {
    expect(transition(from, event)).toBeUndefined();
  });

  it('was asked about every status and every event', () => {
    expect(LIFECYCLE.length + NOT_THERE.length).toBe((AGENT_STATUSES.length + 1) * EVENTS.length);
  });

  it('knows the statuses of the contract and no others', () => {
    expect([...AGENT_STATUSES].sort()).toEqual([
      'active',
      'deregistered',
      'inactive',
      'maintenance',
      'quarantined',
      'unhealthy',
    ]);
  });
});

describe('transitionSql', () => {
  it('has a case for each transition, and leaves every other status as it is', () => {
    expect(transitionSql('held.status', 'heartbeat')).toBe(
      "CASE held.status WHEN 'unhealthy' THEN 'active' WHEN 'inactive' THEN 'active' ELSE held.status END",
    );
  });
});

describe('mayEndMaintenance', () => {
  it.each([
    ['operator', 'operator', true],
    ['operator', 'agent', true],
    ['operator', null, true],
    ['agent', 'agent', true],
    ['agent', 'operator', false],
    ['agent', null, false],
  ] as const)('%s, one that %s has set: %s', (by, setBy, may) => {
    expect(mayEndMaintenance(by, setBy)).toBe(may);
  });
});
