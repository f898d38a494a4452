import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { writeArchive } from '../../src/backup/archive-writer';
import { RegistryDatabase } from '../../src/backup/registry-database';
import { loadConfiguration } from '../../src/platform/config/configuration';
import { commandOptions, MIGRATION_LOCK, migrate } from '../../src/platform/database/data-source';
import { EmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres';
import { runBackup, startBackup } from '../support/backup-process';
import { BeatingFleet, defineFleet } from '../support/beating-fleet';
import { type Acknowledged, ChangingFleet } from '../support/changing-fleet';
import { PATIENCE } from '../support/patience';
import { ServiceProcess, temporaryDataDirectory } from '../support/service-process';
import { createTestDatabase, emptyDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

jest.setTimeout(600_000);

const SEED = Number(process.env.BACKUP_SEED ?? Math.floor(Math.random() * 2 ** 31));
const AGENTS = 10_000;
const CHANGING = 200;
const BEATING = 3_000;

const files = mkdtempSync(join(tmpdir(), 'agent-registry-backup-'));
const file = (name: string): string => join(files, name);
afterAll(() => rmSync(files, { recursive: true }));

/** All that a restore could change: tables, rows and the timeline. */
async function contentOf(client: Pick<Client, 'query'>): Promise<unknown> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('replicas', 'heartbeat_sweep') ORDER BY 1`,
  );
  const content: unknown[] = [];
  for (const { name } of tables)
    content.push([name, (await client.query(`SELECT count(*), sum(hashtext(t::text)) FROM ${name} AS t`)).rows]);
  return content;
}

describe(`a backup under writes (BACKUP_SEED=${SEED})`, () => {
  const data = temporaryDataDirectory();
  let service: ServiceProcess | undefined;
  /** Keeps the server up while there is no service. */
  let server: EmbeddedPostgres;
  let client: Client;
  let acknowledgedBefore: Map<string, Acknowledged>;
  let acknowledgedAfter: Map<string, Acknowledged>;
  let etags: Map<string, string>;
  let cursors: string[];
  let beating: string[];

  const query = async <Row extends object>(sql: string): Promise<Row[]> => (await client.query<Row>(sql)).rows;
  const start = async (settings: Record<string, string> = {}): Promise<ServiceProcess> =>
    (service = await ServiceProcess.start({ env: { DATA_DIR: data.path, ...settings } }));

  afterAll(async () => {
    await (client as Client | undefined)?.end();
    await ServiceProcess.killAll();
    await (server as EmbeddedPostgres | undefined)?.stop();
    data.remove();
  });

  it('is taken while the service goes on', async () => {
    const running = await start();
    server = await EmbeddedPostgres.start({ directory: data.path, log: () => undefined });
    client = new Client({ connectionString: server.url });
    await client.connect();
    const ids = await defineFleet(running.url, AGENTS);
    beating = ids.slice(CHANGING, CHANGING + BEATING);
    const beats = new BeatingFleet(running.url, beating);
    const changes = new ChangingFleet(running.url, ids.slice(0, CHANGING), SEED);
    await beats.gets(2);
    await changes.makes(200);

    acknowledgedBefore = new Map(changes.acknowledged);
    const { child, outcome } = startBackup(['backup', file('backup')], { DATA_DIR: data.path });
    await until('it writes', PATIENCE, () => readdirSync(files).length > 0 || child.exitCode !== null);
    // Its snapshot is taken. However long it takes from here, the service goes on.
    child.kill('SIGSTOP');
    await changes.makes(200);
    await beats.gets(1);
    child.kill('SIGCONT');
    expect(await outcome).toMatchObject({ code: 0, stderr: '' });
    await changes.makes(200);

    acknowledgedAfter = new Map(changes.acknowledged);
    etags = new Map();
    for (const [id, what] of acknowledgedAfter)
      if (what !== 'gone' && etags.size < 50)
        etags.set(id, (await fetch(`${running.url}/agents/${id}`)).headers.get('etag')!);
    cursors = [];
    for (const path of [...etags.keys()].map((id) => `/agents/${id}/events`)) {
      const { next_cursor } = (await (await fetch(`${running.url}${path}?limit=1`)).json()) as { next_cursor: string };
      if (next_cursor) cursors.push(`${path}?cursor=${next_cursor}`);
    }
    await changes.stop();
    await beats.stop();
    expect(beats.refused).toEqual([]);
  });

  it('is not restored while the service runs', async () => {
    const before = await query('SELECT timeline FROM database_timeline');
    const { code, stderr } = await runBackup(['restore', '--force', file('backup')], { DATA_DIR: data.path });
    expect([code, stderr]).toEqual([1, expect.stringContaining('stop all replicas first')]);
    expect(await query('SELECT timeline FROM database_timeline')).toEqual(before);
    expect((await fetch(`${service!.url}/health/ready`)).status).toBe(200);
    expect(await service!.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('is restored as a whole or not at all', async () => {
    const before = await contentOf(client);
    const whole = readFileSync(file('backup'));
    writeFileSync(file('cut'), whole.subarray(0, whole.length - 1));
    const damaged = Buffer.from(whole);
    damaged[Math.floor(whole.length / 2)]! ^= 1;
    writeFileSync(file('damaged'), damaged);
    for (const name of ['cut', 'damaged', 'missing']) {
      const { code, stderr } = await runBackup(['restore', '--force', file(name)], { DATA_DIR: data.path });
      expect([code, stderr]).toEqual([1, expect.stringContaining(file(name))]);
    }
    const { code, stderr } = await runBackup(['restore', file('backup')], { DATA_DIR: data.path });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/holds \d+ agents; --force replaces them/)]);
    expect(await contentOf(client)).toEqual(before);
  });

  it('is left out when a table cannot be dropped, or a row does not fit, half way through', async () => {
    await client.query('CREATE VIEW names AS SELECT name FROM agents');
    const before = await contentOf(client);
    const refused = await runBackup(['restore', '--force', file('backup')], { DATA_DIR: data.path });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('names')]);
    await client.query('DROP VIEW names');

    const { migrations } = await headerOf(client);
    const tables = [{ name: 'agents', columns: ['id', 'name', 'type', 'status'], serials: [] }];
    async function* parts(): AsyncGenerator<{ table: string; data: Buffer }, Record<string, number>> {
      for (let id = 0; id < 1000; id++)
        yield {
          table: 'agents',
          data: Buffer.from(`agent-${id}\tname\ttype\t${id < 999 ? 'active' : 'deregistered'}\n`),
        };
      return Promise.resolve({ agents: 1000 });
    }
    const header = { format: 'agent-registry-backup', version: 1, taken_at: '2026-11-27T12:00:00.000Z' } as const;
    const content = { header: { ...header, server_version: '18', migrations, tables }, parts: parts() };
    await writeArchive(file('unfit'), content, new AbortController().signal);
    const unfit = await runBackup(['restore', '--force', file('unfit')], { DATA_DIR: data.path });
    expect([unfit.code, unfit.stderr]).toEqual([1, expect.stringContaining('agents_tombstone')]);
    expect(await contentOf(client)).toEqual(before);
  });

  it('is restored over what is there, by npm, as one moment after all that was acknowledged before', async () => {
    const timeline = await query('SELECT timeline FROM database_timeline');
    const { code, stderr } = await runBackup(
      ['restore', '--force', file('backup')],
      { DATA_DIR: data.path },
      { byNpm: true },
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(await query('SELECT timeline FROM database_timeline')).not.toEqual(timeline);
    // What the sweep remembers is of before: it begins with a full timeout for everybody.
    expect(await query('SELECT last_sweep_at FROM heartbeat_sweep')).toEqual([{ last_sweep_at: null }]);

    const rows = await query<{ id: string; number: number | null; status: string }>(
      `SELECT id, (metadata->>'number')::int AS number, status FROM agents`,
    );
    const restored = new Map(rows.map(({ id, ...row }) => [id, row]));
    expect(restored.size).toBeGreaterThanOrEqual(AGENTS);
    const lost = [...acknowledgedBefore].filter(([id, what]) => {
      const row = restored.get(id);
      if (what === 'gone') return row?.status !== 'deregistered';
      return !row || (row.status !== 'deregistered' && !(row.number! >= what));
    });
    expect(lost).toEqual([]);
    // An agent is as its last event says, and no event is of another moment than its agent.
    const torn = await query(`
      SELECT id, generation, event.* FROM agents FULL JOIN (
        SELECT DISTINCT ON (agent_id) agent_id, (data->>'generation')::int AS last, data->'registration'->'metadata' AS metadata
          FROM agent_events ORDER BY agent_id, revision DESC) AS event ON agent_id = id
       WHERE id IS NULL OR agent_id IS NULL OR last IS DISTINCT FROM generation % 1000000
          OR event.metadata IS DISTINCT FROM NULL AND event.metadata <> agents.metadata`);
    expect(torn).toEqual([]);
    // The backup was taken in the midst of changes: there are some that it does not have.
    const since = [...acknowledgedAfter].filter(
      ([id, what]) => typeof what === 'number' && restored.get(id)?.number !== what,
    );
    expect(since.length).toBeGreaterThan(0);
  });

  it('serves again, declares no agent dead, and tells what is of before', async () => {
    // As if it were of yesterday.
    await client.query(`UPDATE agents SET last_seen = last_seen - interval '1 day'`);
    const beforeSweeps = await query<{ active: number }>(
      `SELECT count(*)::int AS active FROM agents WHERE status = 'active'`,
    );
    expect(beforeSweeps[0]!.active).toBeGreaterThanOrEqual(BEATING);
    const { url } = await start({ HEARTBEAT_TIMEOUT_SECONDS: '3600', HEARTBEAT_SWEEP_INTERVAL_SECONDS: '1' });
    const sweptTwice = async (): Promise<void> => {
      const last = async (): Promise<string> =>
        (await query<{ at: string }>(`SELECT coalesce(last_sweep_at::text, 'never') AS at FROM heartbeat_sweep`))[0]!
          .at;
      for (let sweep = 0; sweep < 3; sweep++) {
        const before = await last();
        await until('a sweep', PATIENCE, async () => (await last()) !== before);
      }
    };
    await sweptTwice();
    expect(await query(`SELECT id FROM agents WHERE status = 'unhealthy'`)).toEqual([]);

    for (const path of cursors) {
      const answer = await fetch(url + path);
      expect([answer.status, await answer.json()]).toEqual([
        410,
        expect.objectContaining({ code: 'cursor_invalid', errors: [expect.objectContaining({ field: 'cursor' })] }),
      ]);
    }
    expect(cursors.length).toBeGreaterThan(0);
    for (const [id, etag] of etags) {
      const read = await fetch(`${url}/agents/${id}`, { headers: { 'if-none-match': etag } });
      if (read.status !== 404) expect([id, read.status]).toEqual([id, 200]);
    }
    const [highest] = await query<{ revision: string }>('SELECT max(revision) AS revision FROM agent_events');
    const register = await fetch(`${url}/agents/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'after', name: 'after', type: 'worker' }),
    });
    expect(register.status).toBe(201);
    const { events } = (await (await fetch(`${url}/agents/after/events`)).json()) as { events: { revision: number }[] };
    expect(events[0]!.revision).toBeGreaterThan(Number(highest!.revision) + 1_000);

    // Silence is judged as ever: of three agents that have been silent for longer than they may, and were heard again since.
    const dead = beating.slice(0, 3);
    await client.query('UPDATE agents SET last_seen = now() WHERE id <> ALL ($1)', [dead]);
    await client.query(`UPDATE heartbeat_sweep SET listening_since = now() - interval '2 hours'`);
    await until('they are found', PATIENCE, async () => {
      const found = await query<{ id: string }>(`SELECT id FROM agents WHERE status = 'unhealthy' ORDER BY id`);
      return found.map(({ id }) => id).join() === dead.join();
    });
  });
});

async function headerOf(client: Pick<Client, 'query'>): Promise<{ migrations: string[] }> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
  return { migrations: rows.map(({ name }) => name) };
}

describe('a backup of a given database', () => {
  const databases: TestDatabase[] = [];
  const given = async (made: Promise<TestDatabase>): Promise<TestDatabase> => {
    databases.push(await made);
    return databases.at(-1)!;
  };
  const to = (database: TestDatabase): { DATABASE_URL: string } => ({ DATABASE_URL: database.url });
  const agent = (database: TestDatabase, id: string, metadata: unknown): Promise<unknown> =>
    database.query(
      `INSERT INTO agents (id, name, type, status, metadata) VALUES ($1, 'a name', 'worker', 'inactive', $2)`,
      [id, JSON.stringify(metadata)],
    );
  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  it('holds every table, or a reason is named why not', async () => {
    const database = await given(createTestDatabase());
    const registry = await RegistryDatabase.open(loadConfiguration(to(database)), { as: 'backup', mustExist: true });
    const known = registry.tables;
    await registry.close();
    const tables = await database.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    const names = tables.map(({ name }) => name).filter((name) => name !== 'migrations' && name !== 'typeorm_metadata');
    expect(known).toEqual(names.sort());
  });

  it('comes back into an empty database, whatever is in its values', async () => {
    const [source, target] = [await given(createTestDatabase()), await given(emptyDatabase())];
    const odd = {
      text: 'a\tb\nc\\.\r\n\\N "\u2028\u{1f600}',
      empty: '',
      nothing: null,
      deep: [{ a: [1.5e300, -0.1] }],
    };
    await agent(source, 'odd', odd);
    await agent(source, '\\N', {});
    await agent(source, '', {});
    await source.query(`INSERT INTO agent_credentials (agent_id, owner, sha256) VALUES ('odd', 'o', '\\x00ff0a5c')`);
    expect(await runBackup(['backup', file('given')], to(source))).toMatchObject({ code: 0, stderr: '' });
    expect(await runBackup(['restore', '--check', file('given')], to(source))).toMatchObject({ code: 0, stderr: '' });
    expect(await runBackup(['restore', file('given')], to(target))).toMatchObject({ code: 0, stderr: '' });
    const rows = (database: TestDatabase): Promise<unknown[]> =>
      database.query(
        'SELECT id, name, metadata, registered_at, generation % 1000000 AS generation, owner, sha256 FROM agents LEFT JOIN agent_credentials ON agent_id = id ORDER BY id',
      );
    expect(await rows(target)).toEqual(await rows(source));
    const schema = (database: TestDatabase): Promise<unknown[]> =>
      database.query(
        `SELECT table_name, column_name, data_type, column_default, is_nullable FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2`,
      );
    expect(await schema(target)).toEqual(await schema(source));
  });

  it('is complete before a service that starts meanwhile sees anything of it', async () => {
    const [source, target] = [await given(createTestDatabase()), await given(createTestDatabase())];
    await agent(source, 'restored', {});
    expect(await runBackup(['backup', file('meanwhile')], to(source))).toMatchObject({ code: 0 });
    const isLocked = async (condition: string): Promise<boolean> => {
      const here = '(SELECT oid FROM pg_database WHERE datname = current_database())';
      return (await target.query(`SELECT FROM pg_locks WHERE database = ${here} AND ${condition}`)).length > 0;
    };
    const isReplacing = `mode = 'AccessExclusiveLock' AND locktype = 'relation' AND granted`;
    const isWaiting = `locktype = 'advisory' AND objid = ${MIGRATION_LOCK} AND NOT granted`;
    const { child, outcome } = startBackup(['restore', file('meanwhile')], to(target));
    await until('it is at it', PATIENCE, async () => (await isLocked(isReplacing)) || child.exitCode !== null);
    child.kill('SIGSTOP');
    const starting = ServiceProcess.start({ env: to(target) });
    await until('the service waits', PATIENCE, async () => (await isLocked(isWaiting)) || child.exitCode !== null);
    child.kill('SIGCONT');
    expect(await outcome).toMatchObject({ code: 0, stderr: '' });
    const service = await starting;
    expect((await fetch(`${service.url}/agents/restored`)).status).toBe(200);
    await service.stop();
  });

  it('of an earlier release is restored as it was and migrated', async () => {
    const [source, target] = [await given(emptyDatabase()), await given(createTestDatabase())];
    await migrate(source.url);
    const migrations = await headerOf({
      query: (sql: string) => source.query(sql).then((rows) => ({ rows })),
    } as never);
    const older = await new DataSource(commandOptions(source.url)).initialize();
    for (let undone = 0; undone < 3; undone++) await older.undoLastMigration();
    await older.destroy();
    await agent(source, 'early', { kept: true });
    expect(await runBackup(['backup', file('earlier')], to(source))).toMatchObject({ code: 0, stderr: '' });
    expect(await runBackup(['restore', file('earlier')], to(target))).toMatchObject({ code: 0, stderr: '' });
    expect(await target.query('SELECT id, metadata FROM agents')).toEqual([{ id: 'early', metadata: { kept: true } }]);
    expect(await target.query('SELECT name FROM migrations ORDER BY id')).toEqual(
      migrations.migrations.map((name) => ({ name })),
    );
    expect(await target.query('SELECT count(*)::int AS rows FROM database_timeline')).toEqual([{ rows: 1 }]);
  });

  it('of a later release, or with none in it, is refused', async () => {
    const [later, empty] = [await given(createTestDatabase()), await given(emptyDatabase())];
    expect(await runBackup(['backup', file('later')], to(later))).toMatchObject({ code: 0 });
    await later.query(`INSERT INTO migrations (timestamp, name) VALUES (9900000000000, 'Later9900000000000')`);
    const refusals = [
      await runBackup(['backup', file('refused')], to(later)),
      await runBackup(['restore', file('later')], to(later)),
      await runBackup(['backup', file('refused')], to(empty)),
      await runBackup(['backup', file('later')], to(later)),
    ];
    expect(refusals.map(({ code, stderr }) => [code, stderr])).toEqual([
      [1, expect.stringContaining('newer release (Later9900000000000)')],
      [1, expect.stringContaining('newer release (Later9900000000000)')],
      [1, expect.stringContaining('holds no registry')],
      [1, expect.stringContaining('is there already')],
    ]);
  });

  it('is not restored where a replica was there a moment ago', async () => {
    const [source, target] = [await given(createTestDatabase()), await given(createTestDatabase())];
    expect(await runBackup(['backup', file('leased')], to(source))).toMatchObject({ code: 0 });
    await target.query(
      'INSERT INTO replicas (id, renewed_at, written_through) VALUES (gen_random_uuid(), now(), now())',
    );
    expect(await runBackup(['restore', file('leased')], to(target))).toMatchObject({ code: 1 });
    await target.query(`UPDATE replicas SET renewed_at = now() - interval '1 minute'`);
    expect(await runBackup(['restore', file('leased')], to(target))).toMatchObject({ code: 0 });
    expect(await target.query('SELECT FROM replicas')).toEqual([]);
  });

  it('is not made where there is no database', async () => {
    const data = temporaryDataDirectory();
    const { code, stderr } = await runBackup(['backup', file('none')], { DATA_DIR: data.path });
    expect([code, stderr]).toEqual([1, expect.stringContaining('there is no database under')]);
    expect(readdirSync(data.path)).toEqual([]);
    data.remove();
  });
});
