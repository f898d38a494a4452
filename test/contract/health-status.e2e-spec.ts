import { healthStatus, healthStatusSql, type ReportedHealth } from '../../src/agent/agent-health';
import { timeoutSeconds } from '../../src/agent/heartbeat-timeout';
import { createTestDatabase, type TestDatabase } from '../support/test-database';

const NOW = new Date('2026-01-01T12:00:00.000Z');
const report = (status: ReportedHealth['status'], ageMs: number): ReportedHealth => ({
  status,
  last_check: new Date(NOW.getTime() - ageMs).toISOString(),
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
