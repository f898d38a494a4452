import type { Rejection } from './directory/agent-directory';

/** What came of an import, counted as it goes on; `--json` prints this. */
export class ImportSummary {
  /** Where it went; null as long as nothing did. */
  target: string | null = null;
  /** False when it was interrupted or had to stop; `remaining` of the agents known by then were not dealt with. */
  complete = false;
  rows = 0;
  agents = 0;
  merged_rows = 0;
  created = 0;
  updated = 0;
  unchanged = 0;
  remaining = 0;
  readonly rejected: Rejection[] = [];

  constructor(
    readonly source: string,
    readonly dry_run: boolean,
  ) {}
}

/** The report for people. Ends in a line feed. */
export function formatSummary(summary: ImportSummary): string {
  const { source, target, rows, agents, created, updated, unchanged, rejected, remaining } = summary;
  const lines = [
    `${source}: ${count(rows, 'row')}, ${count(agents, 'agent')}, ${count(summary.merged_rows, 'duplicate row')} merged`,
    ...(target === null ? [] : [`into the ${target}`]),
    (summary.dry_run ? 'dry run, nothing written; it would be: ' : '') +
      `created ${created}, updated ${updated}, unchanged ${unchanged}, rejected ${rejected.length}`,
  ];
  if (unchanged > 0 && created + updated + rejected.length + remaining === 0) {
    lines.push('nothing to change: the registry already has every agent as it is here');
  }
  lines.push(...rejected.flatMap(formatRejection));
  if (remaining > 0) lines.push(`not sent: ${count(remaining, 'agent')}`);
  return `${lines.join('\n')}\n`;
}

function formatRejection({ lines, id, code, errors }: Rejection): string[] {
  const place = `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}${id === undefined ? '' : ` (${id})`}`;
  if (errors.length === 0) return [`rejected: ${place}: ${code}`];
  return errors.map(({ field, message }) => {
    const hint = field === 'type' && message === 'is required' ? ' (the column type, or role)' : '';
    return `rejected: ${place}: ${field === '' ? '' : `${field}: `}${message}${hint}`;
  });
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
