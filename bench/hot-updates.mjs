// What an index on last_seen costs the flush of heartbeats: the same beats against a B-tree, a BRIN and no index.
import { createFleet, fleetId } from './fleet.mjs';
import { median, table } from './statistics.mjs';

const AGENTS = 100_000;
const BATCH = 2_000;
/** Every agent beats this often in each turn; the turns of the variants alternate. */
const BEATS = 2;
const TURNS = 3;

const VARIANTS = {
  'no index': [],
  BRIN: ['CREATE INDEX idx_agents_last_seen ON agents USING brin (last_seen)'],
  'B-tree (the original)': ['CREATE INDEX idx_agents_last_seen ON agents (last_seen)'],
};

const FLUSH = `
  UPDATE agents SET last_seen = clock_timestamp(), health = jsonb_build_object('status', 'healthy', 'cpu_percent', beat.cpu)
    FROM unnest($1::text[], $2::float8[]) AS beat(id, cpu) WHERE agents.id = beat.id`;

export async function run({ url }) {
  const variants = [];
  for (const [index, [name, statements]] of Object.entries(VARIANTS).entries()) {
    const indexes = ['DROP INDEX IF EXISTS idx_agents_last_seen', ...statements];
    const { database } = await createFleet(url, `bench_hot_${index}`, AGENTS, indexes);
    variants.push({ name, database, rates: [] });
  }
  for (let turn = 0; turn < TURNS; turn++)
    for (const variant of variants) variant.rates.push(await beat(variant.database));
  const rows = [];
  const best = median(variants[0].rates);
  for (const { name, database, rates } of variants) {
    const {
      rows: [figures],
    } = await database.query(`
      SELECT n_tup_hot_upd::float8 / n_tup_upd AS hot, pg_table_size('agents') / 1e6 AS table_mb, pg_indexes_size('agents') / 1e6 AS index_mb
        FROM pg_stat_user_tables WHERE relname = 'agents'`);
    const rate = median(rates);
    const megabytes = `${figures.table_mb | 0} + ${figures.index_mb | 0}`;
    rows.push([
      name,
      Math.round(rate).toLocaleString('en'),
      (rate / best).toFixed(2),
      `${(figures.hot * 100).toFixed(1)} %`,
      megabytes,
    ]);
    await database.end();
  }
  const beats = `${AGENTS.toLocaleString('en')} agents, ${BATCH.toLocaleString('en')} beats a statement, one connection, ${TURNS} turns, durable commits.`;
  return `${beats}\n\n${table(['index on last_seen', 'beats/s (median)', 'ratio', 'HOT share', 'table + indexes, MB'], rows)}`;
}

async function beat(database) {
  const start = performance.now();
  for (let round = 0; round < BEATS; round++) {
    for (let slice = 0; slice < AGENTS / BATCH; slice++) {
      // Agents beat in no order of their place in the table: each batch takes every 50th.
      const ids = Array.from({ length: BATCH }, (_, n) => fleetId(1 + slice + n * (AGENTS / BATCH)));
      await database.query(FLUSH, [ids, ids.map((_, n) => n % 100)]);
    }
  }
  return (AGENTS * BEATS) / ((performance.now() - start) / 1000);
}
