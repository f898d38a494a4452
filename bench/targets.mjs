// What was promised, and whether it is so. Every line is worked out from what was measured in this run.
import { count, ms } from './report.mjs';

const ratio = (value) => value.toFixed(2);
const perSecond = (value) => `${count(value)}/s`;
const milliseconds = (value) => `${ms(value)} ms`;
const megabytes = (value) => `${Math.round(value)} MB`;

const atLeast = (what, value, bound, text) => ({
  what,
  value,
  bound: `≥ ${text(bound)}`,
  text,
  missedBy: 1 - value / bound,
  isMet: value >= bound,
});
const below = (what, value, bound, text) => ({
  what,
  value,
  bound: `< ${text(bound)}`,
  text,
  missedBy: value / bound - 1,
  isMet: value < bound,
});

/** The promises about what `npm run bench -- peers` has measured. */
export function targets({
  heartbeats,
  readsOfFew,
  reads,
  batch,
  list,
  listOfChanging,
  discover,
  register,
  footprint,
  sweep,
  extent,
}) {
  const largest = extent.fleets.at(-1);
  const fleet = count(extent.fleet);
  return [
    atLeast('heartbeats, of bare node:http', heartbeats.service / heartbeats.bare, 0.75, ratio),
    atLeast(
      'heartbeats, of bare node:http, for the CPU time of the process',
      heartbeats.bareCpu / heartbeats.cpu,
      0.75,
      ratio,
    ),
    atLeast('heartbeats, times the plain NestJS lane', heartbeats.service / heartbeats.plain, 3, ratio),
    // One interval until a flush begins; it has until the next one to write.
    below('heartbeats, the last in the database after', heartbeats.landedMs, 1000, milliseconds),
    below('heartbeats, p99 at half the peak rate', heartbeats.p99, 10, milliseconds),
    atLeast('heartbeats, times etcd lease keep-alives', heartbeats.service / heartbeats.etcd, 1, ratio),
    atLeast('batches, durable beats', batch.service, 25_000, perSecond),
    atLeast('batches, of bare SQL', batch.service / batch.limit, 0.7, ratio),
    atLeast(
      `reads by id (${count(extent.few)} agents), of bare node:http`,
      readsOfFew.service / readsOfFew.bare,
      0.75,
      ratio,
    ),
    atLeast(
      `reads by id (${count(extent.beating)} agents), of bare node:http`,
      reads.service / reads.bare,
      0.75,
      ratio,
    ),
    ...[
      [extent.few, readsOfFew],
      [extent.beating, reads],
    ].map(([agents, { cpu, bareCpu }]) =>
      atLeast(
        `reads by id (${count(agents)} agents), of bare node:http, for the CPU time of the process`,
        bareCpu / cpu,
        0.75,
        ratio,
      ),
    ),
    atLeast(
      `reads by id (${count(extent.few)} agents), times etcd reads`,
      readsOfFew.service / readsOfFew.etcd,
      1,
      ratio,
    ),
    atLeast(`reads by id (${count(extent.beating)} agents), times etcd reads`, reads.service / reads.etcd, 1, ratio),
    below(`list page of 100 out of ${fleet}, nothing changes, median`, list.median, 10, milliseconds),
    below(`list page of 100 out of ${fleet}, a change before each, median`, listOfChanging.median, 10, milliseconds),
    below(`discovery by capability out of ${count(largest)}, median`, discover.get(largest).median, 30, milliseconds),
    atLeast('registrations, of INSERT plus event alone', register.service / register.limit, 0.5, ratio),
    below('RSS, idle', footprint.idle, 150, megabytes),
    below('ready, on a database that is there', footprint.readyMs, 3000, milliseconds),
    below(`sweep over ${count(largest)} agents, the longest`, sweep.max, 2500, milliseconds),
    // A heartbeat that had to wait for a sweep would wait for about as long as it takes.
    below(
      `the longest that a heartbeat took during sweeps over ${count(largest)} agents`,
      sweep.longestWait,
      Math.max(10, sweep.median / 2),
      milliseconds,
    ),
  ];
}

/** No rate falls by more than a tenth from the first fleet to the second; `rates`: operation → [at the first, at the second]. */
export const scaleTargets = (rates, from, to) =>
  Object.entries(rates).map(([operation, [small, large]]) =>
    atLeast(`${operation}, rate with ${count(to)} agents of that with ${count(from)}`, large / small, 0.9, ratio),
  );

/** As a list, what was missed in bold. */
export function listOf(each) {
  return each
    .map(({ what, value, bound, text, isMet, missedBy }) => {
      const verdict = isMet ? 'met' : `**missed by ${(missedBy * 100).toFixed(0)} %**`;
      return `- ${what}: ${text(value)} (${bound}): ${verdict}`;
    })
    .join('\n');
}
