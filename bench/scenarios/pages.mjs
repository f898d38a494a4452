// What one waits for a page: lists, and agents by what they can do. One request after the other.
import { alternating } from '../alternating.mjs';
import { SERVICE, speaksContract } from '../contenders.mjs';
import { openLoop } from '../load/open-loop.mjs';
import { discoveries, listPages, registration, spread } from '../load/requests.mjs';
import { comparison, medianOf, ms, percentiles } from '../report.mjs';
import { median } from '../statistics.mjs';

/** Pages of 100 with their total, of a fleet in which nothing changes, so that totals may be remembered. */
export const list = (stage) => pages(stage, listPages);

/** The same with a change before each page: an agent registers again. */
export const listOfChanging = (stage) =>
  pages(stage, (url) => spread(1_000, 1_000).flatMap((id) => [registration(url, id), ...listPages(url)]), 2);

/** Each asks for a capability that one agent in 250 has, and another one than the one before; pages of 100 with their total. */
export const discover = (stage) => pages(stage, discoveries);

/** Of `group` requests only the last one counts. */
async function pages(stage, requestsOf, group = 1) {
  const contenders = stage.contenders.filter(speaksContract);
  const { pageRequests, repetitions } = stage.extent;
  let turn = 0;
  const measure = async ({ url }) => {
    const requests = requestsOf(url);
    // Each turn goes on where the one before ended: what was asked is not asked again while it is remembered.
    const total = pageRequests * group;
    const first = (turn++ * total) % requests.length;
    const rotated = [...requests.slice(first), ...requests.slice(0, first)];
    // All are due at once and there is one connection: each is sent when the one before is answered.
    const { latencies } = await openLoop({ url, requests: rotated, count: total, rate: Infinity, connections: 1 });
    const each = latencies.map((value, n) => value - (latencies[n - 1] ?? 0));
    return percentiles(each.filter((_, n) => n % group === group - 1));
  };
  for (const contender of contenders) await measure(contender);
  const results = await alternating(repetitions, contenders, measure);
  const figure = ({ p50 }) => p50;
  const more = { 'p99, ms': (results_) => ms(median(results_.map(({ p99 }) => p99))) };
  return {
    text: comparison(results, { what: 'ms', own: stage.own, figure, text: ms, more }),
    figures: { median: medianOf(results, SERVICE, figure) },
  };
}
