import { Client } from 'pg';
import type { Database } from '../../src/platform/database/database';
import { BeatsRepository } from '../../src/heartbeat/beats.repository';
import type { HealthReport } from '../../src/agent/agent-health';
import { seedFleet } from '../support/fleet';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const REPORT: HealthReport = { status: 'healthy', cpu_percent: 12.5 };

/** In the layer that runs one file at a time: other tests' transactions on the server would hold up the pruning of pages. */
describe('At 20,000 agents', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await seedFleet(database, 20_000);
  });
  afterAll(() => database.drop());

  it('a heartbeat is a HOT update: it touches no index, and finds room on its page', async () => {
    const session = new Client({ connectionString: database.url });
    await session.connect();
    try {
      await session.query('ALTER TABLE agents SET (autovacuum_enabled = false)');
      const beats = new BeatsRepository(onSession(session) as Database);
      // A tenth of the fleet beats at a time, as flushes have it: pages have room for three before they must be pruned.
      for (let tenth = 0; tenth < 10; tenth++) {
        await noSnapshotBut(session);
        const { rows } = await session.query<{ id: string }>(
          `SELECT id FROM agents WHERE status = 'active' AND (metadata->>'serial')::int % 10 = $1`,
          [tenth],
        );
        await beats.write(
          rows.map(({ id }) => ({ id, age: 0, report: REPORT, reportAge: 0, ready: false, load: 0.5 })),
        );
      }
      await session.query('SELECT pg_stat_force_next_flush()');
      const { rows } = await session.query<{ beaten: number; updated: number; hot: number }>(
        `SELECT (SELECT count(*)::int FROM agents WHERE health->>'cpu_percent' = '12.5' AND NOT ready AND load = 0.5) AS beaten,
                n_tup_upd::int AS updated, n_tup_hot_upd::int AS hot
           FROM pg_stat_user_tables WHERE relname = 'agents'`,
      );
      const { beaten, updated, hot } = rows[0]!;
      expect(beaten).toBeGreaterThan(19_000);
      expect({ updated, hot }).toEqual({ updated: beaten, hot: beaten });
    } finally {
      await session.end();
    }
  });
});

/** The way to the database of the service's repositories, on one session, whose statistics can be read at once. */
function onSession(session: Client): Pick<Database, 'prepared'> {
  return {
    prepared: async <Row extends object>(name: string, text: string, values: unknown[]) =>
      (await session.query<Row>({ name, text, values })).rows,
  };
}

/**
 * Waits until no snapshot is held that could still see what has been replaced: a page is not pruned before. A transaction that writes, in
 * whatever database of the server, holds up the snapshots of all.
 */
async function noSnapshotBut(session: Client): Promise<void> {
  await until('no other session of the server holds a snapshot', 600, async () => {
    const { rows } = await session.query(
      `SELECT FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)`,
    );
    return rows.length === 0;
  });
}
