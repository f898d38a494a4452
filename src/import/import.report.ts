import type { FieldError } from '../common/domain-error';
import type { ImportResult } from '../registry/agent-import.service';
import type { DirectoryAgent, IdCollision } from './agent-directory';

/** Something that did not go in, with the lines of the rows it is about. */
export interface Rejection {
  readonly lines: readonly number[];
  readonly id?: string;
  readonly code: string;
  readonly errors: readonly FieldError[];
}

/** What came of an import; `--json` prints this. */
export interface ImportSummary {
  readonly source: string;
  /** Where it went; null when it did not come to that. */
  readonly target: string | null;
  readonly dry_run: boolean;
  /** False when it was interrupted or had to stop; `remaining` of the agents known by then were not dealt with. */
  readonly complete: boolean;
  readonly rows: number;
  readonly agents: number;
  readonly merged_rows: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly remaining: number;
  readonly rejected: readonly Rejection[];
}

/** Counts what happens during an import and says it at the end. */
export class ImportReport {
  /** Set once it is known where the agents go. */
  target: string | null = null;
  private rows = 0;
  private mergedRows = 0;
  private agents = 0;
  private remaining = 0;
  private allRead = false;
  private readonly outcomes = { created: 0, updated: 0, unchanged: 0 };
  private readonly rejected: Rejection[] = [];

  constructor(
    private readonly source: string,
    private readonly dryRun: boolean,
  ) {}

  /** True when at least one row or agent did not go in. */
  get hasRejections(): boolean {
    return this.rejected.length > 0;
  }

  /** A row was read; `merged` when it added to an agent that was already named. */
  addRow(merged: boolean): void {
    this.rows++;
    if (merged) this.mergedRows++;
  }

  /** A row could not be read at all. */
  addBrokenRow(line: number, message: string): void {
    this.rows++;
    this.rejected.push({ lines: [line], code: 'broken_row', errors: [{ field: '', message }] });
  }

  /** A row was read, but cannot be used. */
  addUnusableRow(line: number, problem: FieldError): void {
    this.rows++;
    this.rejected.push({ lines: [line], code: 'unusable_row', errors: [problem] });
  }

  /** The rows are read: so many agents they make. All of them remain to be settled. */
  startSending(agents: number, collisions: readonly IdCollision[]): void {
    this.agents = agents + collisions.length;
    this.remaining = agents;
    this.allRead = true;
    for (const { id, identity, lines, heldBy } of collisions) {
      const message =
        `"${identity}" would get the id ${id}, which "${heldBy.identity}" (line ${heldBy.line}) has; ` +
        'they are different agents, so only the first is in';
      this.rejected.push({ lines, id, code: 'id_collision', errors: [{ field: 'agent_id', message }] });
    }
  }

  /** The registry's answer about one agent. */
  addResult({ definition, lines }: DirectoryAgent, { outcome, code, errors }: ImportResult): void {
    this.remaining--;
    if (outcome === 'rejected') {
      this.rejected.push({ lines, id: definition.id, code: code ?? 'rejected', errors: errors ?? [] });
    } else {
      this.outcomes[outcome]++;
    }
  }

  /** An agent that no request can carry. */
  addUnsendable({ definition, lines }: DirectoryAgent, errors: readonly FieldError[]): void {
    this.remaining--;
    this.rejected.push({ lines, id: definition.id, code: 'unsendable', errors });
  }

  /** The whole as data, what was rejected in the order of the file. */
  summary(): ImportSummary {
    return {
      source: this.source,
      target: this.target,
      dry_run: this.dryRun,
      complete: this.allRead && this.remaining === 0,
      rows: this.rows,
      agents: this.agents,
      merged_rows: this.mergedRows,
      ...this.outcomes,
      remaining: this.remaining,
      rejected: this.rejected.toSorted((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0)),
    };
  }
}

/** The report for people. Ends in a line feed. */
export function formatSummary(summary: ImportSummary): string {
  const { source, rows, agents, created, updated, unchanged, rejected, remaining } = summary;
  const lines = [
    `${source}: ${count(rows, 'row')}, ${count(agents, 'agent')}, ${count(summary.merged_rows, 'duplicate row')} merged`,
    ...(summary.target === null ? [] : [`into the ${summary.target}`]),
    (summary.dry_run ? 'dry run, nothing written; it would be: ' : '') +
      `created ${created}, updated ${updated}, unchanged ${unchanged}, rejected ${rejected.length}`,
  ];
  if (unchanged > 0 && created + updated + rejected.length + remaining === 0) {
    lines.push('nothing to change: the registry already has every agent as it is here');
  }
  for (const rejection of rejected) lines.push(...formatRejection(rejection));
  if (remaining > 0) lines.push(`not sent: ${count(remaining, 'agent')}`);
  return `${lines.join('\n')}\n`;
}

function formatRejection({ lines, id, code, errors }: Rejection): string[] {
  const place = `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}${id === undefined ? '' : ` (${id})`}`;
  if (errors.length === 0) return [`rejected: ${place}: ${code}`];
  return errors.map(({ field, message }) => `rejected: ${place}: ${field === '' ? '' : `${field}: `}${message}`);
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
