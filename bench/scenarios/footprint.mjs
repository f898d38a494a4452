// How soon the service is ready, and how much memory it takes: idle, and for the agents that it knows.
import { setTimeout as delay } from 'node:timers/promises';
import { QUIET } from '../contenders.mjs';
import { landing } from '../landing.mjs';
import { openLoop } from '../load/open-loop.mjs';
import { batches } from '../load/requests.mjs';
import { memory } from '../processes.mjs';
import { count, ms } from '../report.mjs';
import { startService } from '../service.mjs';
import { median, table } from '../statistics.mjs';

const SAMPLES = 10;
const SAMPLE_EVERY_MS = 200;
let runs = 3_000_000;

/** Starts the service again and again on a database that is there and migrated. */
export async function footprint({ fleet, database, directory, extent }, ids) {
  const starts = [];
  for (let turn = 0; turn < extent.repetitions; turn++) {
    const service = await startService(fleet.url, directory, QUIET);
    try {
      const idle = await restingMemory(service.pid);
      const known = turn === 0 ? await memoryOfKnown(service, database, ids) : undefined;
      starts.push({ readyMs: service.readyMs, idle, known });
    } finally {
      await service.stop();
    }
  }
  const figures = {
    readyMs: median(starts.map(({ readyMs }) => readyMs)),
    idle: median(starts.map(({ idle }) => idle)),
    ...starts[0].known,
  };
  const rows = [
    ['ready, on a database that is there, ms', ms(figures.readyMs)],
    ['RSS, idle, MB', ms(figures.idle)],
    [`RSS, when ${count(ids.length)} agents have beaten, MB`, ms(figures.all)],
    ['memory for a known agent, bytes', count(figures.bytesEach)],
  ];
  return { text: table(['what', 'measured (median)'], rows), figures };
}

/**
 * RSS before and after so many agents have become known, and the bytes for each. Before: as many beats of a few of them, so that
 * the difference is not what work itself costs.
 */
export async function memoryOfKnown(service, database, ids) {
  const few = ids.slice(0, 1_000);
  const rounds = Math.ceil(ids.length / few.length);
  await beat(service, batches(service.url, few, ++runs), rounds);
  await landing(database, few, runs);
  const before = await restingMemory(service.pid);
  await beat(service, batches(service.url, ids, ++runs));
  await landing(database, ids, runs);
  const all = await restingMemory(service.pid);
  const added = ids.length - few.length;
  return { before, all, bytesEach: added > 0 ? Math.max(0, (all - before) * 1e6) / added : 0 };
}

const beat = ({ url }, requests, rounds = 1) =>
  openLoop({ url, requests, count: requests.length * rounds, rate: Infinity, connections: 2 });

/** MB, while nothing is asked. */
async function restingMemory(pid) {
  const samples = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    await delay(SAMPLE_EVERY_MS);
    samples.push(memory(pid).now);
  }
  return median(samples);
}
