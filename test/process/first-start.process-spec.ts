import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { PATIENCE } from '../support/patience';
import { ServiceProcess } from '../support/service-process';
import { emptyDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const REPLICAS = 3;
/** The advisory lock of the migrations, on which replicas of all releases have to agree. */
const MIGRATION_LOCK = 7_264_011;

describe('the first start', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await emptyDatabase();
  });
  afterEach(async () => {
    await ServiceProcess.killAll();
    await database.drop();
  });

  it('of several replicas at once migrates the empty database once, and all of them serve it', async () => {
    const release = await holdMigrations();
    const env = { DATABASE_URL: database.url };
    let begun = 0;
    const starts = Array.from({ length: REPLICAS }, () => ServiceProcess.start({ env }).finally(() => begun++));
    const starting = Promise.all(starts);
    starting.catch(() => undefined);
    await until('all replicas wait for the migrations', PATIENCE, async () => (await waiting()) + begun === REPLICAS);
    expect(begun).toBe(0);
    await release();
    const replicas = await starting;

    for (const { url } of replicas) expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    const told = replicas.flatMap(({ logs }) => logs.flatMap(migrationsIn));
    expect(told.sort()).toEqual(migrationsThereAre());
    const recorded = await database.query<{ name: string }>('SELECT name FROM migrations ORDER BY name');
    expect(recorded.map(({ name }) => name)).toEqual(migrationsThereAre());

    const [first, ...others] = replicas;
    const registered = await fetch(`${first!.url}/agents/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'first', name: 'First', type: 'worker' }),
    });
    expect(registered.status).toBe(201);
    for (const { url } of others) expect((await fetch(`${url}/agents/first`)).status).toBe(200);
  });

  /** As a replica that is at it, so that the others come to wait at the same place. */
  async function holdMigrations(): Promise<() => Promise<void>> {
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return () => holder.end();
  }

  async function waiting(): Promise<number> {
    const rows = await database.query(
      `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
        WHERE datname = current_database() AND locktype = 'advisory' AND objid = $1 AND NOT granted`,
      [MIGRATION_LOCK],
    );
    return rows.length;
  }
});

/** Those that a log line says its replica has run. */
function migrationsIn(line: string): string[] {
  return /"Database migrated: ([\w, ]+)"/.exec(line)?.[1]?.split(', ') ?? [];
}

/** The classes of `migrations/<timestamp>-<what-it-does>.ts`: WhatItDoes<timestamp>. */
function migrationsThereAre(): string[] {
  const names = readdirSync(join(__dirname, '../../migrations')).map((file) => {
    const [, timestamp, words] = /^(\d+)-(.*)\.ts$/.exec(file)!;
    return words!.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()) + timestamp;
  });
  return names.sort();
}
