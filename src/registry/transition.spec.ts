import type { AgentEventType } from '../events/agent-changed.event';
import { transitionOf } from './transition';

describe('transitionOf', () => {
  it.each<[AgentEventType, string | null, string, object | undefined]>([
    ['registered', null, 'active', { from: 'unknown', to: 'active', reason: 'register' }],
    ['registered', 'deregistered', 'active', { from: 'deregistered', to: 'active', reason: 'register' }],
    ['registered', 'active', 'active', undefined],
    ['imported', null, 'inactive', { from: 'unknown', to: 'inactive', reason: 'import' }],
    ['updated', 'active', 'active', undefined],
    ['status_changed', 'active', 'unhealthy', { from: 'active', to: 'unhealthy', reason: 'silent' }],
    ['status_changed', 'unhealthy', 'inactive', { from: 'unhealthy', to: 'inactive', reason: 'silent' }],
    ['status_changed', 'inactive', 'active', { from: 'inactive', to: 'active', reason: 'heartbeat' }],
    ['status_changed', 'active', 'maintenance', { from: 'active', to: 'maintenance', reason: 'operator' }],
    ['status_changed', 'maintenance', 'active', { from: 'maintenance', to: 'active', reason: 'operator' }],
    ['deregistered', 'active', 'deregistered', { from: 'active', to: 'deregistered', reason: 'deregister' }],
  ])('of %s from %s to %s is %j', (type, from, status, expected) => {
    expect(transitionOf({ type, from, agent: { id: 'a', name: 'A', type: 'worker', status } })).toEqual(expected);
  });
});
