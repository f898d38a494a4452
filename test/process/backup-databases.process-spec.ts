import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { RegistryDatabase } from '../../src/backup/registry-database';
import { loadConfiguration } from '../../src/platform/config/load-configuration';
import { commandOptions, migrate } from '../../src/platform/database/data-source';
import { MIGRATION_LOCK } from '../../src/platform/database/migration-lock';
import { runBackup, startBackup } from '../support/backup-process';
import { PATIENCE } from '../support/patience';
import { ServiceProcess, temporaryDataDirectory } from '../support/service-process';
import { createTestDatabase, emptyDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

jest.setTimeout(600_000);

const files = mkdtempSync(join(tmpdir(), 'agent-registry-backup-'));
const file = (name: string): string => join(files, name);
afterAll(() => rmSync(files, { recursive: true }));

const REPLACING = `mode = 'AccessExclusiveLock' AND locktype = 'relation' AND granted`;

async function isLocked(database: TestDatabase, condition: string): Promise<boolean> {
  const here = '(SELECT oid FROM pg_database WHERE datname = current_database())';
  return (await database.query(`SELECT FROM pg_locks WHERE database = ${here} AND ${condition}`)).length > 0;
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
    const isWaiting = `locktype = 'advisory' AND objid = ${MIGRATION_LOCK} AND NOT granted`;
    const { child, outcome } = startBackup(['restore', file('meanwhile')], to(target));
    await until('it is at it', PATIENCE, async () => (await isLocked(target, REPLACING)) || child.exitCode !== null);
    child.kill('SIGSTOP');
    const starting = ServiceProcess.start({ env: to(target) });
    await until(
      'the service waits',
      PATIENCE,
      async () => (await isLocked(target, isWaiting)) || child.exitCode !== null,
    );
    child.kill('SIGCONT');
    expect(await outcome).toMatchObject({ code: 0, stderr: '' });
    const service = await starting;
    expect((await fetch(`${service.url}/agents/restored`)).status).toBe(200);
    await service.stop();
  });

  it('leaves everything as it was when it is interrupted', async () => {
    const [source, target] = [await given(createTestDatabase()), await given(createTestDatabase())];
    await source.query(
      `INSERT INTO agents (id, name, type, status) SELECT i, 'n', 't', 'active' FROM generate_series(1, 20000) AS i`,
    );
    await agent(target, 'before', {});
    const interrupted = async (
      { child, outcome }: ReturnType<typeof startBackup>,
      isAtIt: () => boolean | Promise<boolean>,
    ): Promise<number | null> => {
      await until('it is at it', PATIENCE, async () => (await isAtIt()) || child.exitCode !== null);
      for (const signal of ['SIGSTOP', 'SIGTERM', 'SIGCONT'] as const) child.kill(signal);
      const { code, stderr } = await outcome;
      // It may have been done just before.
      expect([code, stderr]).toEqual(code === 0 ? [0, ''] : [130, 'interrupted; nothing was changed\n']);
      return code;
    };
    const isBegun = (): boolean => readdirSync(files).some((name) => name.startsWith('ended'));
    const taken = await interrupted(startBackup(['backup', file('ended')], to(source)), isBegun);
    expect(readdirSync(files).filter((name) => name.startsWith('ended'))).toEqual(taken === 0 ? ['ended'] : []);

    expect(await runBackup(['backup', file('whole')], to(source))).toMatchObject({ code: 0 });
    const restoring = startBackup(['restore', '--force', file('whole')], to(target));
    const restored = await interrupted(restoring, () => isLocked(target, REPLACING));
    const agents = await target.query('SELECT count(*)::int AS agents FROM agents');
    expect(agents).toEqual([{ agents: restored === 0 ? 20_000 : 1 }]);
  });

  it('of an earlier release is restored as it was and migrated', async () => {
    const [source, target] = [await given(emptyDatabase()), await given(createTestDatabase())];
    await migrate(source.url);
    const migrations = await source.query('SELECT name FROM migrations ORDER BY id');
    const older = await new DataSource(commandOptions(source.url)).initialize();
    for (let undone = 0; undone < 3; undone++) await older.undoLastMigration();
    await older.destroy();
    await agent(source, 'early', { kept: true });
    expect(await runBackup(['backup', file('earlier')], to(source))).toMatchObject({ code: 0, stderr: '' });
    expect(await runBackup(['restore', file('earlier')], to(target))).toMatchObject({ code: 0, stderr: '' });
    expect(await target.query('SELECT id, metadata FROM agents')).toEqual([{ id: 'early', metadata: { kept: true } }]);
    expect(await target.query('SELECT name FROM migrations ORDER BY id')).toEqual(migrations);
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
