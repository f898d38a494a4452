// What a sweep over a large fleet takes, and whether heartbeats notice it.
import { setTimeout as delay } from 'node:timers/promises';
import { openLoop } from '../load/open-loop.mjs';
import { heartbeats } from '../load/requests.mjs';
import { count, ms, percentiles } from '../report.mjs';
import { lookAtSweep } from '../sweep-times.mjs';
import { median, table } from '../statistics.mjs';

const RATE = 1_000;
const LOOK_MS = 500;
let runs = 2_000_000;

/** As {@link sweep} needs its fleet: heard of just now, and one agent in a thousand so long ago that the sweep has to look closer. */
export const LAST_SEEN = `
  ALTER TABLE agents ALTER COLUMN last_seen
    SET DEFAULT now() - CASE WHEN random() < 0.001 THEN interval '10 days' ELSE interval '0' END`;

/** Heartbeats by a fixed schedule while the service sweeps as it does by default, every five seconds. */
export async function sweep({ database, extent }, service, ids) {
  const sweeps = new Map();
  let isOver = false;
  const watch = async () => {
    while (!isOver) {
      await lookAtSweep(database, sweeps);
      await delay(LOOK_MS);
    }
  };
  const watching = watch();
  const total = RATE * extent.sweepSeconds;
  const requests = heartbeats(service.url, ids, ++runs);
  const { latencies } = await openLoop({ url: service.url, requests, count: total, rate: RATE }).finally(
    () => (isOver = true),
  );
  await watching;
  const durations = [...sweeps.values()];
  const waiting = percentiles(latencies);
  const figures = {
    median: median(durations),
    max: Math.max(...durations),
    longestWait: waiting.max,
    p99: waiting.p99,
  };
  const row = [
    count(durations.length),
    ms(figures.median),
    ms(figures.max),
    ...['p50', 'p99', 'p999', 'max'].map((key) => ms(waiting[key])),
  ];
  const head = ['sweeps', 'median, ms', 'max, ms', 'heartbeat p50, ms', 'p99, ms', 'p99.9, ms', 'max, ms'];
  const text = `${count(RATE)} heartbeats a second for ${extent.sweepSeconds} s meanwhile; a sweep's time is that of its transaction.`;
  return { text: `${text}\n\n${table(head, [row])}`, figures };
}
