import type { AgentStatus } from '../agent/agent-status';
import type { EventCause } from '../events/agent-event';
import { bySystem } from '../events/provenance';
import { AgentChanged, type AgentEventType } from '../events/agent-changed.event';
import { transitionOf } from './transition';

describe('transitionOf', () => {
  it.each<[AgentEventType, EventCause, AgentStatus | null, AgentStatus, object | undefined]>([
    ['registered', 'registration', null, 'active', { from: 'unknown', to: 'active', reason: 'register' }],
    [
      'registered',
      'registration',
      'deregistered',
      'active',
      { from: 'deregistered', to: 'active', reason: 'register' },
    ],
    ['registered', 'registration', 'active', 'active', undefined],
    ['imported', 'import', null, 'inactive', { from: 'unknown', to: 'inactive', reason: 'import' }],
    ['updated', 'operator', 'active', 'active', undefined],
    ['status_changed', 'silence', 'active', 'unhealthy', { from: 'active', to: 'unhealthy', reason: 'silent' }],
    ['status_changed', 'silence', 'unhealthy', 'inactive', { from: 'unhealthy', to: 'inactive', reason: 'silent' }],
    ['status_changed', 'heartbeat', 'inactive', 'active', { from: 'inactive', to: 'active', reason: 'heartbeat' }],
    ['status_changed', 'agent', 'active', 'maintenance', { from: 'active', to: 'maintenance', reason: 'agent' }],
    ['status_changed', 'operator', 'active', 'maintenance', { from: 'active', to: 'maintenance', reason: 'operator' }],
    ['status_changed', 'operator', 'maintenance', 'active', { from: 'maintenance', to: 'active', reason: 'operator' }],
    [
      'deregistered',
      'operator',
      'active',
      'deregistered',
      { from: 'active', to: 'deregistered', reason: 'deregister' },
    ],
  ])('of %s by %s from %s to %s is %j', (type, cause, from, status, expected) => {
    const agent = { id: 'a', name: 'A', type: 'worker', status };
    const provenance = bySystem('test', cause);
    expect(transitionOf(new AgentChanged('1', type, agent, from, provenance))).toEqual(expected);
  });
});
