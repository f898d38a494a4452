import type { FieldError } from '../common/domain-error';
import type { AgentDraft } from './agent-draft';

/** What one row says of its agent, or why it cannot be used. */
export type RowReading = { readonly draft: AgentDraft } | { readonly problem: FieldError };

class UnusableField extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Reads one row, whether its columns are those of the agent directory (`agent_id`, `agent_name`, `capabilities` split
 * at `;`) or those of a registration (`id`, `name`, `capabilities` as a list). Text is trimmed and empty cells do not
 * count. What is mapped to no field of its own is kept under `metadata`; so is `role`, although it may also stand in
 * for the type.
 */
export function readRow(row: Record<string, unknown>): RowReading {
  try {
    return { draft: draftOf(row) };
  } catch (error) {
    if (error instanceof UnusableField) return { problem: { field: error.field, message: error.message } };
    throw error;
  }
}

function draftOf(row: Record<string, unknown>): AgentDraft {
  const cells = new Map(Object.entries(row));
  const take = (column: string): unknown => {
    const value = trimmed(cells.get(column));
    cells.delete(column);
    return value;
  };
  const takeText = (column: string): string | undefined => {
    const value = take(column);
    if (value === undefined || typeof value === 'string') return value;
    throw new UnusableField(column, 'must be text');
  };

  const agentId = takeText('agent_id');
  const identifier = agentId ?? takeText('id');
  const agentName = takeText('agent_name');
  const name = agentName ?? takeText('name');
  const identity = identifier ?? name;
  if (identity === undefined) throw new UnusableField('agent_id', 'neither agent_id nor agent_name is filled in');

  const type = takeText('type');
  const category = takeText('category');
  const version = takeText('version');
  const capabilities = readCapabilities(take('capabilities'));
  const endpoints = readEndpoints(take('endpoints'));
  const metadata = readMetadata(take('metadata'));
  for (const [column, cell] of cells) {
    const value = trimmed(cell);
    if (value !== undefined && !metadata.has(column)) metadata.set(column, value);
  }
  const role = trimmed(cells.get('role'));
  return {
    identity,
    name,
    type,
    role: typeof role === 'string' ? role : undefined,
    category,
    version,
    capabilities,
    endpoints,
    metadata,
  };
}

/** Text without the blanks around it; undefined for whatever counts as empty. */
function trimmed(value: unknown): unknown {
  if (value === null) return undefined;
  return typeof value === 'string' ? value.trim() || undefined : value;
}

function readCapabilities(value: unknown): string[] {
  if (value === undefined) return [];
  if (typeof value !== 'string' && !Array.isArray(value)) {
    throw new UnusableField('capabilities', 'must be text separated by ";" or a list of texts');
  }
  const items: unknown[] = typeof value === 'string' ? value.split(';') : value;
  const capabilities = new Set<string>();
  items.forEach((item, index) => {
    const capability = trimmed(item);
    if (typeof capability === 'string') capabilities.add(capability);
    else if (capability !== undefined) throw new UnusableField(`capabilities[${index}]`, 'must be text');
  });
  return [...capabilities];
}

function readEndpoints(value: unknown): Map<string, string> {
  if (value === undefined) return new Map();
  if (typeof value === 'string' && !value.startsWith('{')) return readEndpointList(value);
  const endpoints = new Map<string, string>();
  for (const [name, target] of Object.entries(readObject('endpoints', value))) {
    const uri = trimmed(target);
    if (typeof uri === 'string') endpoints.set(name, uri);
    else if (uri !== undefined) throw new UnusableField(`endpoints.${name}`, 'must be a URI');
  }
  return endpoints;
}

/** `name=uri; name=uri` */
function readEndpointList(text: string): Map<string, string> {
  const endpoints = new Map<string, string>();
  for (const item of text.split(';')) {
    if (item.trim() === '') continue;
    const [, name, uri] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(item) ?? [];
    if (!name || !uri) {
      throw new UnusableField('endpoints', 'must be a JSON object or "name=uri; name=uri"');
    }
    if (endpoints.has(name)) throw new UnusableField('endpoints', `names "${name}" twice`);
    endpoints.set(name, uri);
  }
  return endpoints;
}

function readMetadata(value: unknown): Map<string, unknown> {
  const metadata = new Map<string, unknown>();
  if (value === undefined) return metadata;
  for (const [key, item] of Object.entries(readObject('metadata', value))) {
    if (item !== null && item !== '') metadata.set(key, item);
  }
  return metadata;
}

/** An object as it is, or written as JSON in a cell. */
function readObject(field: string, value: unknown): object {
  let object = value;
  if (typeof value === 'string') {
    try {
      object = JSON.parse(value);
    } catch {
      throw new UnusableField(field, 'is not valid JSON');
    }
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new UnusableField(field, 'must be a JSON object');
  }
  return object;
}
