import type { AgentDraft } from './agent-draft';

/** Why no agent can be made of a row. The message is whole; `problem` is the same for those who show the field apart. */
export class RowError extends Error {
  override readonly name = 'RowError';

  constructor(
    readonly field: string,
    readonly problem: string,
    message = `${field} ${problem}`,
  ) {
    super(message);
  }
}

/**
 * Reads one row, whether its columns are those of the agent directory (`agent_id`, `agent_name`, `capabilities` split
 * at `;`) or those of a registration (`id`, `name`, `capabilities` as a list). Text is trimmed and empty cells do not
 * count. `purpose` stands in for a missing `description`.
 * What is mapped to no field of its own is kept under `metadata`; so is `role`, although it may also stand in
 * for the type.
 *
 * @throws RowError with the field that makes it unusable.
 */
export function readRow(row: Readonly<Record<string, unknown>>): AgentDraft {
  const cells = new Map(Object.entries(row).map(([column, cell]) => [column, trimmed(cell)]));
  const take = (column: string): unknown => {
    const value = cells.get(column);
    cells.delete(column);
    return value;
  };
  const takeText = (column: string): string | undefined => {
    const value = take(column);
    if (value !== undefined && typeof value !== 'string') throw new RowError(column, 'must be text');
    return value;
  };

  const id = takeText('agent_id') ?? takeText('id');
  const name = takeText('agent_name') ?? takeText('name');
  const identity = id ?? name;
  if (identity === undefined) throw unfilled();
  const role = cells.get('role');
  const draft = {
    identity,
    name,
    type: takeText('type'),
    role: typeof role === 'string' ? role : undefined,
    category: takeText('category'),
    version: takeText('version'),
    capabilities: readWords('capabilities', take('capabilities')),
    dependsOn: readWords('depends_on_agents', take('depends_on_agents')),
    description: takeText('description') ?? takeText('purpose'),
    endpoints: readEndpoints(take('endpoints')),
  };
  const metadata = readMetadata(take('metadata'));
  for (const [column, value] of cells) {
    if (value !== undefined && !metadata.has(column)) metadata.set(column, value);
  }
  return { ...draft, metadata };
}

function unfilled(): RowError {
  const problem = 'neither agent_id nor agent_name is filled in';
  return new RowError('agent_id', problem, problem);
}

/** Text without the blanks around it; undefined for whatever counts as empty. */
function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() || undefined : (value ?? undefined);
}

function readWords(field: string, value: unknown = []): string[] {
  const items: unknown = typeof value === 'string' ? value.split(';') : value;
  if (!Array.isArray(items)) throw new RowError(field, 'must be text separated by ";" or a list of texts');
  const words = new Set<string>();
  items.map(trimmed).forEach((item, index) => {
    if (typeof item === 'string') words.add(item);
    else if (item !== undefined) throw new RowError(`${field}[${index}]`, 'must be text');
  });
  return [...words];
}

/** An object, or `name=uri; name=uri`. */
function readEndpoints(value: unknown = {}): Map<string, string> {
  const endpoints = new Map<string, string>();
  if (typeof value === 'string' && !value.startsWith('{')) {
    for (const item of value.split(';').filter((part) => part.trim() !== '')) {
      const [, name = '', uri = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(item) ?? [];
      if (name === '' || uri === '') throw new RowError('endpoints', 'must be a JSON object or "name=uri; name=uri"');
      if (endpoints.has(name)) throw new RowError('endpoints', `names "${name}" twice`);
      endpoints.set(name, uri);
    }
    return endpoints;
  }
  for (const [name, target] of Object.entries(readObject('endpoints', value))) {
    const uri = trimmed(target);
    if (typeof uri === 'string') endpoints.set(name, uri);
    else if (uri !== undefined) throw new RowError(`endpoints.${name}`, 'must be a URI');
  }
  return endpoints;
}

function readMetadata(value: unknown = {}): Map<string, unknown> {
  const entries = Object.entries(readObject('metadata', value));
  return new Map(entries.filter(([, item]) => item !== null && item !== ''));
}

/** An object as it is, or written as JSON in a cell. */
function readObject(field: string, value: unknown): Record<string, unknown> {
  let object = value;
  try {
    if (typeof value === 'string') object = JSON.parse(value);
  } catch {
    throw new RowError(field, 'is not valid JSON');
  }
  if (!isJsonObject(object)) throw new RowError(field, 'must be a JSON object');
  return object;
}

function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
