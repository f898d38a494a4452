import { createTestDatabase, type TestDatabase } from '../../test/support/test-database';
import { healthStatusSql, HEALTH_STATUSES, healthStatus, type ReportedHealth } from './agent-health';
import { timeoutSeconds } from './heartbeat-timeout';

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

describe('healthStatusSql', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  /** What PostgreSQL makes of a report of this age, by its own clock. */
  async function inDatabase(
    status: string | null,
    ageSeconds: number,
    interval: number,
    service: number,
  ): Promise<string> {
    const [row] = await database.query<{ status: string }>(
      `SELECT ${healthStatusSql('$1')} AS status
         FROM (SELECT CASE WHEN $2::text IS NOT NULL THEN jsonb_build_object('status', $2::text, 'last_check',
                        to_char((now() - make_interval(secs => $3)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) END AS health,
                      jsonb_build_object('interval_seconds', $4::int, 'enabled', true) AS heartbeat) AS agent`,
      [service, status, ageSeconds, interval],
    );
    return row!.status;
  }

  it.each([
    [null, 0, 10, 30],
    ['healthy', 0, 10, 30],
    ['degraded', 29, 10, 30],
    ['healthy', 31, 10, 30],
    ['healthy', 31, 11, 30],
    ['unhealthy', 34, 11, 30],
    ['unhealthy', 59, 1, 60],
    ['unknown', 61, 1, 60],
    ['healthy', 10_799, 3600, 30],
    ['healthy', 10_801, 3600, 30],
  ] as const)(
    'says the same of %s, %d s ago, at an interval of %d s and a timeout of %d s',
    async (status, age, interval, service) => {
      const expected = healthStatus(status && report(status, age * 1000), timeoutSeconds(interval, service), NOW);
      expect(await inDatabase(status, age, interval, service)).toBe(expected);
    },
  );
});
