import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceProcess } from '../support/service-process';
import { emptyDatabase, type TestDatabase } from '../support/test-database';

const REPLICAS = 3;

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
    const env = { DATABASE_URL: database.url };
    const replicas = await Promise.all(Array.from({ length: REPLICAS }, () => ServiceProcess.start({ env })));

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
