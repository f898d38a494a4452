import { extname } from 'node:path';
import { type AgentDefinition, type AgentDraft, mergeDrafts, toDefinition } from '#agent-directory/agent-draft';
import { cutBatches as cutAgents } from '#agent-directory/batches';
import { readHeader } from '#agent-directory/directory-header';
import { readRow, RowError } from '#agent-directory/directory-row';
import { parseCsv } from './csv.js';
import { UsageError } from './usage-error.js';

/** How a file is written: rows of a directory (`csv`, `ndjson`), or definitions as the API takes them (`json`). */
export const FORMATS = ['csv', 'ndjson', 'json'] as const;
export type Format = (typeof FORMATS)[number];

interface Row {
  readonly line: number;
  readonly row: Readonly<Record<string, unknown>>;
}

const EXTENSIONS: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
};
/** The format that a file's name promises, else the one that its text looks like. */
export function formatOf(name: string, text: string): Format {
  return EXTENSIONS[extname(name).toLowerCase()] ?? formatByText(text);
}

function formatByText(text: string): Format {
  if (/^\s*(?:\[|\{\s*"agents"\s*:)/.test(text)) return 'json';
  return /^\s*\{/.test(text) ? 'ndjson' : 'csv';
}

/**
 * The definitions that a file holds, in its order, rows of the same agent merged into one. Rows follow the rules of
 * {@link readRow}. JSON is what `POST /agents/import` takes, an array of definitions or `{ "agents": [...] }`, and is
 * passed on as it is: every other rule is the registry's.
 *
 * @throws UsageError that tells every line that is wrong.
 */
export function readDefinitions(text: string, format: Format): Record<string, unknown>[] {
  const content = text.replace(/^\ufeff/, '');
  if (format === 'json') return parseDefinitions(content);
  const drafts = new Map<string, { line: number; draft: AgentDraft }>();
  const problems: string[] = [];
  for (const { line, row } of format === 'csv' ? csvRows(content) : ndjsonRows(content)) {
    try {
      const draft = readRow(row);
      const known = drafts.get(draft.identity);
      drafts.set(draft.identity, { line: known?.line ?? line, draft: known ? mergeDrafts(known.draft, draft) : draft });
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      problems.push(`line ${line}: ${error.message}`);
    }
  }
  const definitions = new Map<unknown, { line: number; identity: string; definition: AgentDefinition }>();
  for (const { line, draft } of drafts.values()) {
    const { identity } = draft;
    const definition = toDefinition(draft);
    const holder = definitions.get(definition.id);
    if (!holder) definitions.set(definition.id, { line, identity, definition });
    else problems.push(`line ${line}: "${identity}" would get the id of "${holder.identity}" in line ${holder.line}`);
  }
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  if (definitions.size === 0) throw new UsageError('there is no agent in it');
  return [...definitions.values()].map(({ definition }) => ({ ...definition }));
}

/** Cuts definitions into what one request each may carry, in their order. */
export function cutBatches<Definition>(definitions: readonly Definition[]): Iterable<Definition[]> {
  return cutAgents(definitions, (definition) => Buffer.byteLength(JSON.stringify(definition)));
}

function parseDefinitions(text: string): Record<string, unknown>[] {
  const value = parseJson(text, 'it');
  const definitions: unknown = isObject(value) ? value.agents : value;
  if (!Array.isArray(definitions)) throw new UsageError('it must be an array of agents, or { "agents": [...] }');
  if (definitions.length === 0) throw new UsageError('there is no agent in it');
  const wrong = definitions.findIndex((definition) => !isObject(definition));
  if (wrong >= 0) throw new UsageError(`agents[${wrong}] is not an object`);
  return definitions as Record<string, unknown>[];
}

function* csvRows(text: string): Generator<Row, void, undefined> {
  const records = parseCsv(text);
  const header = records.next();
  if (header.done) throw new UsageError('there is nothing in it, not even a header line');
  const { line: first, cells } = header.value;
  if (cells.some((name) => name.includes('\r'))) {
    const wanted = 'lines must end in a line feed, or in both';
    throw new UsageError(`line ${first}: the header has a carriage return in it: ${wanted}`);
  }
  const columns = readHeader(cells);
  if (typeof columns === 'string') throw new UsageError(`line ${first}: the header ${columns}`);
  for (const { line, cells: values } of records) {
    if (values.every((value) => value.trim() === '')) continue; // spreadsheets write rows of nothing but commas
    if (values.length !== columns.length) {
      throw new UsageError(`line ${line}: ${values.length} cells where the header has ${columns.length}`);
    }
    yield { line, row: Object.fromEntries(columns.map((column, index) => [column, values[index]])) };
  }
}

function* ndjsonRows(text: string): Generator<Row, void, undefined> {
  for (const [index, content] of text.split('\n').entries()) {
    if (content.trim() === '') continue;
    const row = parseJson(content, `line ${index + 1}`);
    if (!isObject(row)) throw new UsageError(`line ${index + 1} is not a JSON object`);
    yield { line: index + 1, row };
  }
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${what} is not JSON (${(error as Error).message})`, { cause: error });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
