import { Client } from 'pg';
import type { Database } from '../../src/database/database';
import { BeatsRepository } from '../../src/heartbeat/beats.repository';
import { countStatement, pageStatement, type Statement } from '../../src/registry/agent-selection.sql';
import type { HealthReport } from '../../src/registry/agent-health';
import type { AgentQuery } from '../../src/registry/agent-query';
import { seedFleet } from '../support/fleet';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  Plans?: Plan[];
}

const REPORT: HealthReport = { status: 'healthy', cpu_percent: 12.5 };

describe('At 20,000 agents', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await seedFleet(database, 20_000);
  });
  afterAll(() => database.drop());

  const everything: AgentQuery = {
    types: [],
    statuses: [],
    categories: [],
    capabilities: [],
    metadata: [],
    limit: 100,
  };

  const indexesOf = async ({ sql, parameters }: Statement): Promise<(string | undefined)[]> => {
    const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`EXPLAIN (FORMAT JSON) ${sql}`, parameters);
    const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
    return nodes(row!['QUERY PLAN'][0].Plan).map((node) => node['Index Name']);
  };

  it.each<[string, Partial<AgentQuery>, string]>([
    ['type', { types: ['type-33'] }, 'idx_agents_type'],
    ['status', { statuses: ['maintenance'] }, 'idx_agents_status'],
    ['capability', { capabilities: ['skill-42'] }, 'idx_agents_capabilities'],
    ['several capabilities', { capabilities: ['skill-42', 'skill-307'] }, 'idx_agents_capabilities'],
    ['metadata', { metadata: [['team', 'team-7']] }, 'idx_agents_metadata'],
    ['metadata that may be a number', { metadata: [['serial', '77']] }, 'idx_agents_metadata'],
  ])('a filter by %s uses its index, for the page and for the total', async (_, criteria, index) => {
    const query = { ...everything, ...criteria };
    expect(await indexesOf(pageStatement(query, 30))).toContain(index);
    expect(await indexesOf(countStatement(query, 30))).toContain(index);
  });

  it('a page anywhere in the whole list is read off the primary key', async () => {
    expect(await indexesOf(pageStatement({ ...everything, after: 'fleet-00010000' }, 30))).toEqual([
      undefined,
      'agents_pkey',
    ]);
  });

  it('a page of one type is read off its index in order, without a sort', async () => {
    const query = { ...everything, types: ['type-33'], after: 'fleet-00010000', limit: 10 };
    expect(await indexesOf(pageStatement(query, 30))).toEqual([undefined, 'idx_agents_type']);
  });

  it('an ANALYZE, which holds up the pruning of pages, does not follow every tenth of the table that beats', async () => {
    const session = new Client({ connectionString: database.url });
    await session.connect();
    try {
      const { rows } = await session.query<{ options: string[] }>(
        `SELECT reloptions AS options FROM pg_class WHERE oid = 'agents'::regclass`,
      );
      const options = new Map(rows[0]!.options.map((option) => option.split('=') as [string, string]));
      expect(Number(options.get('autovacuum_analyze_scale_factor'))).toBeGreaterThan(1);
      expect(Number(options.get('autovacuum_vacuum_scale_factor'))).toBeLessThan(0.2);
    } finally {
      await session.end();
    }
  });

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
        await beats.write(rows.map(({ id }) => ({ id, age: 0, report: REPORT, reportAge: 0 })));
      }
      await session.query('SELECT pg_stat_force_next_flush()');
      const { rows } = await session.query<{ beaten: number; updated: number; hot: number }>(
        `SELECT (SELECT count(*)::int FROM agents WHERE health->>'cpu_percent' = '12.5') AS beaten,
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

/** Waits until no snapshot is held that could still see what has been replaced: a page is not pruned before. */
async function noSnapshotBut(session: Client): Promise<void> {
  await until('no other session of the database holds a snapshot', 600, async () => {
    const { rows } = await session.query(
      `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)`,
    );
    return rows.length === 0;
  });
}
