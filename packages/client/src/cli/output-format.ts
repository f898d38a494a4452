/** How results are written. `table` is for people, and for `cut` and the like; the others are for programs. */
export const OUTPUT_FORMATS = ['table', 'json', 'ndjson', 'csv', 'yaml'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Makes YAML of a value. Loaded only when it is wanted: the package takes longer to load than the rest of the program. */
export type ToYaml = (value: unknown) => string;

export async function loadYaml(): Promise<ToYaml> {
  const { stringify } = await import('yaml');
  return (value) => stringify(value, { lineWidth: 0 });
}

/** Joins the values of a list in one cell, as the columns of an agent directory do. */
const LIST_SEPARATOR = ';';

/** One record as cells by column: members of objects by their path (`health.status`), lists of texts with `;` between them. */
export function flatten(record: object, prefix = ''): Map<string, string> {
  const cells = new Map<string, string>();
  for (const [name, value] of Object.entries(record) as [string, unknown][]) {
    const path = prefix + name;
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      for (const [inner, text] of flatten(value, `${path}.`)) cells.set(inner, text);
    else cells.set(path, cellOf(value));
  }
  return cells;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  const isPlain = (item: unknown): boolean => typeof item === 'string' && !item.includes(LIST_SEPARATOR);
  return Array.isArray(value) && value.every(isPlain) ? value.join(LIST_SEPARATOR) : JSON.stringify(value);
}

/** One line of comma-separated values (RFC 4180), without its end. */
export function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}

/** Records as comma-separated values: a header of all columns that any of them has, and a line each. None: no line at all. */
export function csvLines(records: readonly object[]): string[] {
  const rows = records.map((record) => flatten(record));
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  if (rows.length === 0) return [];
  return [columns, ...rows.map((row) => columns.map((column) => row.get(column) ?? ''))].map(csvLine);
}
