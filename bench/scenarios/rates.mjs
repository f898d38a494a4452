// Heartbeats, reads and a mixed fleet: how many a second at most, and how long one waits at half of that.
import { alternating } from '../alternating.mjs';
import { BARE, ETCD, PLAIN, SERVICE, speaksContract } from '../contenders.mjs';
import { landing } from '../landing.mjs';
import { openLoop } from '../load/open-loop.mjs';
import { peak } from '../load/peak.mjs';
import { familyCpuSeconds } from '../processes.mjs';
import { mixture } from '../load/requests.mjs';
import { comparison, count, medianOf, ms, percentiles } from '../report.mjs';
import { median, table } from '../statistics.mjs';

const FLUSH_MS = 500;
/** So many are looked for in the database. */
const LAST_BEATS = 5_000;
let runs = 0;

/**
 * Single heartbeats of `ids` in turn. wrk sends the same beats round after round; so that it can be told of the service whether the
 * last ones are in the database, some that are not like any before follow at once, as fast as it takes them.
 */
export async function heartbeats(stage, ids) {
  const results = await withWarmUp(stage, stage.contenders, async (contender, seconds) => {
    const { url, kind, isOwn, name } = contender;
    const requestsOf = (run) => contender.requests.heartbeats(url, ids, run);
    const result = await peakOf(contender, stage.directory, seconds, requestsOf(++runs));
    if (kind === 'service') {
      const last = ids.slice(0, LAST_BEATS);
      await openLoop({ url, requests: requestsOf(++runs), count: last.length, rate: Infinity });
      result.landing = await landing(stage.database, last, runs);
      const { missing } = result.landing;
      if (missing > 0) stage.broken.push(`${name}: ${missing} acknowledged heartbeats are not in the database`);
    }
    if (!isOwn) result.waiting = await atHalf(contender, { most: result.rate, seconds, requestsOf });
    return result;
  });
  const landed = (list, { kind }) => {
    if (kind !== 'service') return 'not asked';
    const missing = list.reduce((sum, { landing: of }) => sum + of.missing, 0);
    return missing > 0
      ? `**broken:** ${missing} missing`
      : `all, ${ms(median(list.map(({ landing: of }) => of.ms)))} ms after the last answer`;
  };
  const text = [
    `Single heartbeats of ${count(ids.length)} agents in turn. After each turn the last ${count(Math.min(ids.length, LAST_BEATS))} are looked up in the database; a flush interval is ${FLUSH_MS} ms.`,
    comparison(results, {
      what: 'beats/s',
      own: stage.own,
      figure: rateOf,
      more: { 'CPU µs a beat': cpuCell, 'in the database': landed },
    }),
    CPU_NOTE,
    waitingTable(results),
  ];
  return {
    text: text.join('\n\n'),
    figures: {
      ...ratesOf(results),
      p99: medianOf(results, SERVICE, ({ waiting }) => waiting.p99),
      landedMs: medianOf(results, SERVICE, ({ landing: of }) => of.ms),
    },
  };
}

/** Reads by id of `ids` in turn. What the service remembers of an agent it remembers for two seconds. */
export async function reads(stage, ids) {
  const results = await withWarmUp(stage, stage.contenders, (contender, seconds) =>
    peakOf(contender, stage.directory, seconds, contender.requests.reads(contender.url, ids)),
  );
  const more = { 'CPU µs a read': cpuCell };
  const compared = comparison(results, { what: 'reads/s', own: stage.own, figure: rateOf, more });
  return { text: `Reads by id of ${count(ids.length)} agents in turn.\n\n${compared}`, figures: ratesOf(results) };
}

/** All that a fleet does, of those who speak the contract. */
export async function mixed(stage, ids) {
  const contenders = stage.contenders.filter(speaksContract);
  const results = await withWarmUp(stage, contenders, async (contender, seconds) => {
    const { url, isOwn } = contender;
    const requestsOf = (run) => mixture(url, ids, run);
    const result = await peakOf(contender, stage.directory, seconds, requestsOf(++runs));
    if (!isOwn) result.waiting = await atHalf(contender, { most: result.rate, seconds, requestsOf });
    return result;
  });
  const text = [
    'Of a thousand requests 900 heartbeats, 70 reads by id, 15 lists of 20 by type, 10 discoveries, 5 registrations.',
    comparison(results, {
      what: 'requests/s',
      own: stage.own,
      figure: rateOf,
      more: { 'CPU µs a request': cpuCell },
    }),
    waitingTable(results),
  ];
  return { text: text.join('\n\n'), figures: ratesOf(results) };
}

const rateOf = ({ rate }) => rate;
const cpuOf = ({ cpu }) => cpu;
const CPU_NOTE =
  "CPU µs: what the server's own processes use for one request, all that goes with it included (flushes, timers, garbage), but not PostgreSQL, which shares the two cores with them and with the load generator.";

/** A peak, and what it costs the contender for each answer, in microseconds of CPU time; undefined for one that we did not start. */
async function peakOf({ url, pid }, directory, seconds, requests) {
  const before = pid && familyCpuSeconds(pid);
  const result = await peak({ url, directory, seconds, requests });
  return { ...result, cpu: pid && ((familyCpuSeconds(pid) - before) * 1e6) / result.answers };
}

function cpuCell(list) {
  const each = list.map(cpuOf);
  return each.includes(undefined) ? '–' : median(each).toFixed(1);
}

/** Everybody's median rate, and what a request costs the service and the limit. */
function ratesOf(results) {
  const [service, plain, bare, etcd] = [SERVICE, PLAIN, BARE, ETCD].map((name) => medianOf(results, name, rateOf));
  const [cpu, bareCpu] = [SERVICE, BARE].map((name) => medianOf(results, name, cpuOf));
  return { service, plain, bare, etcd, cpu, bareCpu };
}

/** Code is compiled and agents are known before anything counts. */
async function withWarmUp(stage, contenders, measure) {
  const { warmUp, repetitions, seconds, ownSeconds } = stage.extent;
  for (const contender of contenders) await measure(contender, warmUp);
  return alternating(repetitions, contenders, (contender) =>
    measure(contender, contender.isOwn ? ownSeconds : seconds),
  );
}

/** What one waits for an answer at half the rate that was the most. */
async function atHalf({ url }, { most, seconds, requestsOf }) {
  const rate = most / 2;
  const total = Math.round(rate * seconds);
  const { latencies, busy } = await openLoop({ url, requests: requestsOf(++runs), count: total, rate });
  return { rate, ...percentiles(latencies), busy };
}

function waitingTable(results) {
  const rows = [...results]
    .filter(([{ isOwn }]) => !isOwn)
    .map(([{ name, runtime }, list]) => {
      const middle = (key) => median(list.map(({ waiting }) => waiting[key]));
      return [
        name,
        runtime,
        count(middle('rate')),
        ...['p50', 'p99', 'p999', 'max'].map((key) => ms(middle(key))),
        `${Math.round(middle('busy') * 100)} %`,
      ];
    });
  const head = [
    'at half its peak',
    'Node',
    'offered/s',
    'p50, ms',
    'p99, ms',
    'p99.9, ms',
    'max, ms',
    'generator busy',
  ];
  return table(head, rows);
}
