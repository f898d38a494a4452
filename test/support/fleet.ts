import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestDatabase } from './test-database';

/** Puts `count` agents straight into the table, the fleet that the benchmarks use too. */
export async function seedFleet(database: Pick<TestDatabase, 'query'>, count: number): Promise<void> {
  await database.query(readFileSync(join(__dirname, '../../bench/fleet.sql'), 'utf8'), [count]);
  await database.query('VACUUM ANALYZE agents');
}
