// Tables of what contenders have reached.
import { median, quantile, table } from './statistics.mjs';

export const count = (value) => Math.round(value).toLocaleString('en');
export const ms = (value) => (value === undefined ? '–' : value.toFixed(value < 10 ? 2 : 1));
const spread = (values, text) => `${text(Math.min(...values))}–${text(Math.max(...values))}`;

/**
 * One row a contender, those on the machine's own Node in a column of their own. `results` are of `alternating`, `figure` is
 * what of a result is compared, `text` how it is written; the ratio is to the first row.
 */
export function comparison(results, { what, own, figure, text = count, more = {} }) {
  const all = [...results];
  const rows = all.filter(([{ isOwn }]) => !isOwn);
  const valuesOf = (list) => list.map(figure);
  const first = median(valuesOf(rows[0][1]));
  const head = ['contender', 'Node', `${what}, median`, 'min–max', 'ratio', ...(own ? [`on Node ${own.version}`] : [])];
  const lines = rows.map(([contender, list]) => {
    const values = valuesOf(list);
    const twin = all.find(([{ isOwn, name }]) => isOwn && name === contender.name);
    return [
      contender.name,
      contender.runtime,
      text(median(values)),
      spread(values, text),
      (median(values) / first).toFixed(2),
      ...(own ? [twin ? text(median(valuesOf(twin[1]))) : '–'] : []),
      ...Object.values(more).map((cell) => cell(list, contender)),
    ];
  });
  return table([...head, ...Object.keys(more)], lines);
}

/** The median of a contender's figure on Node 24, by its name; undefined if it did not take part. */
export function medianOf(results, wanted, figure) {
  const found = [...results].find(([{ name, isOwn }]) => name === wanted && !isOwn);
  return found && median(found[1].map(figure));
}

/** What of a latency is told. */
export function percentiles(latencies) {
  const at = (share) => quantile(latencies, share);
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}
