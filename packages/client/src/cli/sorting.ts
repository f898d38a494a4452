import type { Arguments } from './arguments.js';
import type { Option } from './option.js';
import { flatten } from './output-format.js';
import { UsageError } from './usage-error.js';

export const SORT: Option = {
  name: 'sort',
  value: 'FIELD[:desc]',
  repeatable: true,
  help: 'order by this field of all that match, e.g. last_seen:desc; with several, by the next where they are equal',
};

/** Fields of every agent of a list. */
const LISTED_FIELDS = ['id', 'name', 'type', 'category', 'version', 'status', 'registered_at', 'last_seen'];
/** `2` before `10`, also in versions and in names with numbers. */
const ORDER = new Intl.Collator('en', { numeric: true });

/** One of the fields by which agents are ordered. */
export interface Sorting {
  readonly field: string;
  readonly isDescending: boolean;
}

/**
 * What `--sort` says. Whole records (`isFull`) have more fields.
 * @throws UsageError for a field that the agents do not have
 */
export function sortingOf(args: Arguments, isFull: boolean): Sorting[] {
  return (args.list('sort') ?? []).map((text) => {
    const [, field = '', , order] = /^([^:]*)(:(asc|desc))?$/.exec(text) ?? [];
    const isKnown =
      LISTED_FIELDS.includes(field) || (isFull && /^(?:health|heartbeat|metadata|endpoints)\../.test(field));
    if (isKnown) return { field, isDescending: order === 'desc' };
    const full = isFull
      ? ', or of health, heartbeat, metadata and endpoints as metadata.team'
      : '; with --full also others';
    throw new UsageError(
      `--sort must be one of ${LISTED_FIELDS.join(', ')}${full}, each with or without :desc, not "${text}"`,
    );
  });
}

/** The records in this order. What lacks a field comes last, and equals stay as they were. */
export function sorted<Item extends object>(items: readonly Item[], sorting: readonly Sorting[]): Item[] {
  const rows = items.map((item) => ({ item, cells: flatten(item) }));
  rows.sort((a, b) => {
    for (const { field, isDescending } of sorting) {
      const [one = '', other = ''] = [a.cells.get(field), b.cells.get(field)];
      if (one === other) continue;
      if (one === '' || other === '') return one === '' ? 1 : -1;
      return isDescending ? ORDER.compare(other, one) : ORDER.compare(one, other);
    }
    return 0;
  });
  return rows.map(({ item }) => item);
}
