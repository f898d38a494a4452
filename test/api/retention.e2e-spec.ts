import { Client } from 'pg';
import { Database } from '../../src/platform/database/database';
import { RetainedTable, RetainedTables } from '../../src/platform/database/retained-table';
import { RetentionService } from '../../src/retention/retention.service';
import { bearer, withTokens, type TestToken } from '../support/access';
import { registration } from '../support/builders';
import { makeOlder } from '../support/elapse';
import { parseMetrics } from '../support/metrics-text';
import { createTestApp, type TestApp } from '../support/test-app';
import type { TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const DAY = 86_400;
/** It runs when the test asks for it. */
const QUIET = { HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600, RETENTION_INTERVAL_SECONDS: DAY };
/** As long as it takes. */
const UNLIMITED = Infinity;
/** The lock of the event log in `RetainedTable`. */
const EVENTS_LOCK = [7_264_014, 1];

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: Plan[];
}

class NoteRetention extends RetainedTable {
  constructor(tables: RetainedTables, database: Database, lock: number) {
    super(tables, database, { name: 'notes', time: 'written_at', seconds: DAY, lock });
  }
}

describe('Retention', () => {
  const client: TestToken = { name: 'client', token: 'token-of-client', scopes: ['agent', 'read'] };
  let app: TestApp;
  let retention: RetentionService;
  const start = async (settings = {}): Promise<void> => {
    app = await createTestApp({ ...QUIET, ...withTokens(client), AUTH_METRICS: 'open', ...settings });
    retention = app.app.get(RetentionService);
  };
  afterEach(() => app.close());

  const request = (method: string, path: string, body?: unknown, headers = {}) =>
    app.request(method, path, body, { ...bearer(client.token), ...headers });
  const register = (id: string, headers = {}) => request('POST', '/agents/register', registration({ id }), headers);
  const eventsOf = async (id: string): Promise<string[]> =>
    (
      await app.database.query<{ type: string }>(
        'SELECT type FROM agent_events WHERE agent_id = $1 ORDER BY revision',
        [id],
      )
    ).map(({ type }) => type);
  const count = async (table: string): Promise<number> =>
    (await app.database.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table}`))[0]!.rows;
  const age = (table: string, column: string, seconds: number): Promise<unknown> =>
    app.database.query(`UPDATE ${table} SET ${column} = ${column} - make_interval(secs => $1)`, [seconds]);

  it('deletes events after EVENT_RETENTION_SECONDS, those of living agents too, and no younger ones', async () => {
    await start();
    await register('living');
    await register('gone');
    await request('DELETE', '/agents/gone');
    await age('agent_events', 'occurred_at', 7 * DAY - 600);
    await request('PATCH', '/agents/living', { version: '2' });
    expect(await retention.run(UNLIMITED)).toBe(false);
    expect([await eventsOf('living'), await eventsOf('gone')]).toEqual([
      ['registered', 'updated'],
      ['registered', 'deregistered'],
    ]);

    await age('agent_events', 'occurred_at', 1200);
    await retention.run(UNLIMITED);
    expect([await eventsOf('living'), await eventsOf('gone')]).toEqual([['updated'], []]);
    const { body } = await request('GET', '/agents/living/events');
    expect(body.events).toMatchObject([{ type: 'updated' }]);
    expect((await request('GET', '/agents/gone')).body.code).toBe('agent_deregistered'); // its tombstone has its own time
  });

  it('deletes tombstones after AGENT_RETENTION_SECONDS and leaves their events', async () => {
    await start({ AGENT_RETENTION_SECONDS: 30 * DAY, EVENT_RETENTION_SECONDS: 60 * DAY });
    for (const id of ['gone', 'back']) {
      await register(id);
      await request('DELETE', `/agents/${id}`);
    }
    await register('back');
    await age('agents', 'deregistered_at', 30 * DAY - 600);
    await retention.run(UNLIMITED);
    expect((await request('GET', '/agents/gone')).body.code).toBe('agent_deregistered');
    await age('agents', 'deregistered_at', 1200);
    await retention.run(UNLIMITED);
    expect((await request('GET', '/agents/gone')).body.code).toBe('agent_not_found');
    expect((await request('GET', '/agents/back')).body.status).toBe('active');
    expect(await eventsOf('gone')).toEqual(['registered', 'deregistered']);
    expect(await count('agent_credentials')).toBe(1);
    expect((await register('gone')).status).toBe(201);
    expect(await eventsOf('gone')).toEqual(['registered', 'deregistered', 'registered']);
  });

  it('deletes decisions of governance after AUDIT_RETENTION_SECONDS', async () => {
    await start({ AUDIT_RETENTION_SECONDS: 90 * DAY });
    await app.database.query(
      `INSERT INTO governance_decisions (decided_at, action, agent_id, verdict, latency_ms)
       SELECT now() - age * interval '1 day', 'register_agent', 'agent-' || age, 'allowed', 1 FROM unnest(ARRAY[91, 89, 1]) AS age`,
    );
    await retention.run(UNLIMITED);
    const { body } = await request('GET', '/governance/decisions');
    expect((body.decisions as { agent_id: string }[]).map(({ agent_id }) => agent_id)).toEqual(['agent-1', 'agent-89']);
  });

  it('deletes answers to idempotent requests after a day', async () => {
    await start();
    const body = registration({ id: 'once' });
    const send = () => request('POST', '/agents/register', body, { 'idempotency-key': 'a-key' });
    expect((await send()).status).toBe(201);
    await makeOlder(app, DAY - 600);
    await retention.run(UNLIMITED);
    expect((await send()).status).toBe(201); // the first answer again
    await makeOlder(app, 1200);
    await retention.run(UNLIMITED);
    expect(await count('idempotency_keys')).toBe(0);
    expect((await send()).status).toBe(200); // registered once more
  });

  it('leaves nothing, however much there is, by its own schedule', async () => {
    await start({ RETENTION_INTERVAL_SECONDS: 30 });
    await register('living');
    await seed(app.database, 5_000, '2 years');
    for (let minute = 0; minute < 2; minute++) await app.clock.advance(60);
    expect([await count('agents'), await count('agent_credentials'), await count('agent_events')]).toEqual([1, 1, 1]);
    expect([await count('governance_decisions'), await count('idempotency_keys')]).toEqual([0, 0]);
  });

  it('says that something is left when its time is over', async () => {
    await start();
    await seed(app.database, 100, '2 years');
    expect(await retention.run(-1)).toBe(true);
    expect(await count('governance_decisions')).toBe(100);
    expect(await retention.run(UNLIMITED)).toBe(false);
    expect(await count('governance_decisions')).toBe(0);
  });

  it('waits for nobody: a tombstone that is locked stays for the next time, all others go', async () => {
    await start();
    await seed(app.database, 10, '2 years');
    const session = await connect(app.database);
    await session.query(`BEGIN; SELECT FROM agents WHERE id = '2 years-7' FOR UPDATE`);
    await retention.run(UNLIMITED);
    expect(await app.database.query('SELECT id FROM agents')).toEqual([{ id: '2 years-7' }]);
    await session.query('COMMIT');
    await session.end();
    await retention.run(UNLIMITED);
    expect(await count('agents')).toBe(0);
  });

  it('leaves a table to another replica that is at it', async () => {
    await start();
    await seed(app.database, 10, '2 years');
    const other = await connect(app.database);
    await other.query('SELECT pg_advisory_lock($1, $2)', EVENTS_LOCK);
    expect(await retention.run(UNLIMITED)).toBe(false);
    expect([await count('agent_events'), await count('governance_decisions')]).toEqual([10, 0]);
    await other.end();
    await until('the lock is free', 150, async () => {
      await retention.run(UNLIMITED);
      return (await count('agent_events')) === 0;
    });
  });

  it('is told by /metrics: what was deleted of each table, and how old the oldest row is', async () => {
    await start({ AGENT_RETENTION_SECONDS: 100 });
    const metrics = async (): Promise<Map<string, number>> =>
      parseMetrics(await (await fetch(`${app.url}/metrics`)).text());
    await seed(app.database, 25, '2 years');
    await register('living');
    await register('gone');
    await request('DELETE', '/agents/gone');
    await age('agents', 'deregistered_at', 50);
    await retention.run(UNLIMITED);
    const series = await metrics();
    for (const table of ['agents', 'agent_events', 'governance_decisions', 'idempotency_keys', 'webhook_deliveries'])
      expect([table, series.get(`retention_deleted_rows_total{table="${table}"}`)]).toEqual([table, 25]);
    expect(series.get('retention_limit_seconds{table="agents"}')).toBe(100);
    expect(series.get('retention_oldest_row_age_seconds{table="agents"}')).toBeGreaterThanOrEqual(50);
    expect(series.get('retention_oldest_row_age_seconds{table="governance_decisions"}')).toBe(0);
  });

  it('takes the table of another module, but not with the lock of one that is there', async () => {
    await start();
    const { tables } = retention;
    const retained = app.app.get(RetainedTables);
    const note = (lock: number): NoteRetention => new NoteRetention(retained, app.app.get(Database), lock);
    expect(() => note(EVENTS_LOCK[1]!)).toThrow('notes and agent_events have the same retention lock, 1');
    expect(retained.all).toHaveLength(tables.length);
    const added = note(1_000);
    expect(retained.all.at(-1)).toBe(added);
  });

  it('finds what is old by an index, however much else there is', async () => {
    await start();
    await seed(app.database, 20_000, '1 hour');
    await seed(app.database, 5_000, '2 years');
    await app.database.query('ANALYZE');
    for (const { table } of retention.tables) {
      const [row] = await app.database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `EXPLAIN (FORMAT JSON) ${table.deletion}`,
        [DAY, null, 1_000],
      );
      const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
      const ways = nodes(row!['QUERY PLAN'][0].Plan)
        .filter((node) => node['Relation Name'] !== 'event_log_horizon') // which has one row
        .map((node) => node['Node Type']);
      expect([table.name, ways.includes('Seq Scan')]).toEqual([table.name, false]);
      expect(ways).toContain('Tid Scan');
    }
  });
});

async function connect({ url }: TestDatabase): Promise<Client> {
  const session = new Client({ connectionString: url });
  await session.connect();
  return session;
}

/** So many rows in each table, tombstones among the agents, of this age. */
async function seed(database: TestDatabase, rows: number, age: string): Promise<void> {
  const numbers = `(SELECT now() - $2::text::interval AS time, $2 || '-' || n AS id FROM generate_series(1, $1) AS n) AS row`;
  const statements = [
    `INSERT INTO agents (id, name, type, status, deregistered_at) SELECT id, 'n', 't', 'deregistered', time FROM ${numbers}`,
    `INSERT INTO agent_credentials (agent_id, owner, sha256) SELECT id, 'client', sha256(id::bytea) FROM ${numbers} WHERE time < now()`,
    `INSERT INTO agent_events (agent_id, type, occurred_at) SELECT id, 'deregistered', time FROM ${numbers}`,
    `INSERT INTO governance_decisions (decided_at, action, agent_id, verdict, latency_ms)
     SELECT time, 'register_agent', id, 'allowed', 1 FROM ${numbers}`,
    `INSERT INTO idempotency_keys (key, request_hash, created_at) SELECT id, '', time FROM ${numbers}`,
    `INSERT INTO webhooks (id, url, format, enabled, secret, position, epoch)
     SELECT 'wh', '', 'standard', false, '', 0, gen_random_uuid() FROM ${numbers} LIMIT 1 ON CONFLICT DO NOTHING`,
    `INSERT INTO webhook_deliveries (webhook_id, revision, agent_id, event_type, state, created_at)
     SELECT 'wh', (SELECT coalesce(max(revision), 0) FROM webhook_deliveries) + row_number() OVER (), id, 'updated', 'delivered', time
       FROM ${numbers}`,
  ];
  for (const statement of statements) await database.query(statement, [rows, age]);
}
