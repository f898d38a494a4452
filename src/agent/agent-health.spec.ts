import { HEALTH_STATUSES, healthStatus, type ReportedHealth } from './agent-health';

const NOW = new Date('2026-01-01T12:00:00.000Z');
const report = (status: ReportedHealth['status'], ageMs: number): ReportedHealth => ({
  status,
  last_check: new Date(NOW.getTime() - ageMs).toISOString(),
});

describe('healthStatus', () => {
  it.each<[string, ReportedHealth | null, number, string]>([
    ['never reported', null, 30, 'unknown'],
    ['reported healthy just now', report('healthy', 0), 30, 'healthy'],
    ['reported degraded just now', report('degraded', 0), 30, 'degraded'],
    ['reported unhealthy just now', report('unhealthy', 0), 30, 'unhealthy'],
    ['reported unknown just now', report('unknown', 0), 30, 'unknown'],
    ['reported exactly its timeout ago', report('healthy', 30_000), 30, 'healthy'],
    ['reported a millisecond longer ago than its timeout', report('healthy', 30_001), 30, 'stale'],
    ['reported unhealthy too long ago', report('unhealthy', 31_000), 30, 'stale'],
    ['reported long ago and has a longer timeout', report('healthy', 31_000), 60, 'healthy'],
    ['reported ahead of our clock', report('healthy', -5_000), 30, 'healthy'],
  ])('of an agent that %s', (_, health, timeout, expected) => {
    expect(healthStatus(health, timeout, NOW)).toBe(expected);
  });

  it('knows the statuses of the contract and no others', () => {
    expect([...HEALTH_STATUSES].sort()).toEqual(['degraded', 'healthy', 'stale', 'unhealthy', 'unknown']);
  });
});
