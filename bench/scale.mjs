// What one operation costs in fleets from a thousand agents to a million, as a table and as scale.svg.
import { writeFile } from 'node:fs/promises';
import { ensurePrograms } from '../scripts/lib/programs.mjs';
import { alternating } from './alternating.mjs';
import { QUIET } from './contenders.mjs';
import { createFleet } from './fleet.mjs';
import { openLoop } from './load/open-loop.mjs';
import { peak } from './load/peak.mjs';
import { discoveries, heartbeats, listPages, reads, registration, spread } from './load/requests.mjs';
import { logPlot } from './plot.mjs';
import { count } from './report.mjs';
import { memoryOfKnown } from './scenarios/footprint.mjs';
import { startService } from './service.mjs';
import { median, table } from './statistics.mjs';
import { listOf, scaleTargets } from './targets.mjs';

const PLOT = new URL('scale.svg', import.meta.url);
/** So many agents beat and are read, whatever the fleet: the smallest has no more. */
const BUSY = 1_000;
const REGISTER_CONNECTIONS = 16;

const FULL = {
  sizes: [1_000, 10_000, 100_000, 1_000_000],
  promised: [1_000, 100_000],
  repetitions: 3,
  seconds: 4,
  registrations: 3_000,
  pages: 100,
};
const QUICK = {
  sizes: [1_000, 10_000],
  promised: [1_000, 10_000],
  repetitions: 1,
  seconds: 1,
  registrations: 200,
  pages: 20,
};

let runs = 0;

/** Each gives operations a second. */
const OPERATIONS = {
  heartbeat: ({ url, ids, directory, seconds }) =>
    rateOf(peak({ url, directory, seconds, requests: heartbeats(url, ids, ++runs) })),
  'read by id': ({ url, ids, directory, seconds }) =>
    rateOf(peak({ url, directory, seconds, requests: reads(url, ids) })),
  register: registrations,
  'list page of 100': ({ url, pages }) => oneByOne(url, listPages(url), pages),
  'list page after a change': ({ url, ids, pages }) =>
    oneByOne(
      url,
      ids.slice(0, pages).flatMap((id) => [registration(url, id), ...listPages(url)]),
      pages,
      2,
    ),
  'discover by capability': ({ url, pages }) => oneByOne(url, shifted(discoveries(url), pages), pages),
};

export async function run({ url, directory, quick }) {
  ensurePrograms(['wrk']);
  const extent = quick ? QUICK : FULL;
  const fleets = [];
  try {
    for (const size of extent.sizes) fleets.push(await startFleet(url, directory, size, extent));
    const rates = {};
    for (const [operation, measure] of Object.entries(OPERATIONS)) {
      console.log(`${new Date().toISOString().slice(11, 19)}  ${operation}`);
      for (const fleet of fleets) await measure({ ...fleet, seconds: 1 });
      const results = await alternating(extent.repetitions, fleets, measure);
      rates[operation] = fleets.map((fleet) => median(results.get(fleet)));
    }
    if (!quick) await writeFile(PLOT, plotOf(extent.sizes, rates));
    return report(extent, rates, fleets);
  } finally {
    for (const { service, database } of fleets.reverse()) {
      await service.stop();
      await database.end();
    }
  }
}

async function startFleet(serverUrl, directory, size, extent) {
  const { url: databaseUrl, database } = await createFleet(serverUrl, `bench_scale_${size}`, size);
  const service = await startService(databaseUrl, directory, QUIET);
  const memory = await memoryOfKnown(service, database, spread(size, size));
  await database.query('VACUUM ANALYZE agents'); // every row has been written: each fleet begins tidy
  return { ...extent, size, database, service, memory, url: service.url, ids: spread(size, BUSY), directory };
}

const rateOf = async (measured) => (await measured).rate;

/** New agents, that are gone again afterwards: the fleet keeps its size. */
async function registrations({ url, database, registrations: total }) {
  const { seconds } = await openLoop({
    url,
    requests: [registration(url)],
    count: total,
    rate: Infinity,
    connections: REGISTER_CONNECTIONS,
  });
  await database.query(`DELETE FROM agents WHERE id LIKE 'agent-%'`);
  return total / seconds;
}

/** By the median of one request after the other, of `group` requests only the last one. */
async function oneByOne(url, requests, pages, group = 1) {
  const total = pages * group;
  const { latencies } = await openLoop({ url, requests, count: total, rate: Infinity, connections: 1 });
  const each = latencies.map((value, n) => value - (latencies[n - 1] ?? 0));
  return 1000 / median(each.filter((_, n) => n % group === group - 1));
}

/** Begins each time where it ended the last time, so that no total is remembered. */
function shifted(requests, by) {
  const first = (++runs * by) % requests.length;
  return [...requests.slice(first), ...requests.slice(0, first)];
}

const microseconds = (rate) => 1e6 / rate;

function plotOf(sizes, rates) {
  const lines = Object.fromEntries(
    Object.entries(rates).map(([operation, each]) => [operation, each.map(microseconds)]),
  );
  return logPlot({
    title: 'Cost of one operation',
    xLabel: 'agents in the fleet',
    yLabel: 'µs for one operation',
    xs: sizes,
    lines,
  });
}

function report({ sizes, promised, seconds, repetitions }, rates, fleets) {
  const agents = sizes.map((size) => `${count(size)} agents`);
  const costs = Object.entries(rates).map(([name, each]) => [
    name,
    ...each.map((rate) => `${count(microseconds(rate))} (${count(rate)}/s)`),
  ]);
  const memory = [
    ['RSS, with a thousand agents known, MB', ...fleets.map(({ memory: of }) => count(of.before))],
    ['RSS, with all of them known, MB', ...fleets.map(({ memory: of }) => count(of.all))],
    [
      'memory for a known agent, bytes',
      ...fleets.map(({ size, memory: of }) => (size > BUSY ? count(of.bytesEach) : '–')),
    ],
  ];
  const [from, to] = promised.map((size) => sizes.indexOf(size));
  const compared = Object.fromEntries(
    Object.entries(rates).map(([operation, each]) => [operation, [each[from], each[to]]]),
  );
  return [
    `µs for one operation, and operations a second; medians of ${repetitions} turns, the fleets in turn. Heartbeats and reads: the most that one`,
    `process answers (wrk, ${seconds} s, 64 connections), of ${count(BUSY)} agents spread over the fleet. Registrations of new agents over`,
    `${REGISTER_CONNECTIONS} connections. Pages with their total, one after the other. The page of a fleet in which nothing changes is the same each time, so its`,
    'total may be remembered; the change is an agent that registers again. A discovery asks each time for another capability, which one',
    'agent in 250 has: so the larger the fleet, the more are found and counted.',
    `\n![Cost of one operation against the size of the fleet](scale.svg)\n\n${table(['operation', ...agents], costs)}`,
    `\n${table(['memory', ...agents], memory)}`,
    `\n${listOf(scaleTargets(compared, ...promised))}`,
  ].join('\n');
}
