// Whether acknowledged heartbeats have got into the database: each carries the number of its run in `health.metrics`.
import { setTimeout as delay } from 'node:timers/promises';

/** How long acknowledged beats may take to get into the table. */
const PATIENCE_MS = 60_000;
/** Beats are written in order of their ids, 2,000 or so a statement: each statement has some of the sample. */
const SAMPLE_EVERY = 500;
/** From one look to the next, at least, and as a multiple of what a look takes: looking must not slow down what it looks at. */
const PAUSE_MS = 10;
const PAUSE_RATIO = 10;

const LANDED = `SELECT count(*)::int AS landed FROM agents WHERE id = ANY ($1) AND (health->'metrics'->>'run')::int = $2`;

/**
 * Waits until the last beat of each of the ids is in the table. Gives the milliseconds that it took, to within one look, and how
 * many are not there after a minute. Looks at some of them first, and at all when those are there.
 */
export async function landing(database, ids, run) {
  const began = performance.now();
  const sorted = ids.toSorted();
  const sample = sorted.filter((_, n) => n % SAMPLE_EVERY === 0 || n === sorted.length - 1);
  await look(database, sample, run, began);
  return look(database, sorted, run, began);
}

/** Looks until all are there. What a look found was so when it began. */
async function look(database, ids, run, began) {
  for (;;) {
    const looking = performance.now();
    const { rows } = await database.query(LANDED, [ids, run]);
    const missing = ids.length - rows[0].landed;
    const ms = looking - began;
    if (missing === 0 || ms > PATIENCE_MS) return { ms, missing };
    await delay(Math.max(PAUSE_MS, PAUSE_RATIO * (performance.now() - looking)));
  }
}
