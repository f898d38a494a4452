import { createHash } from 'node:crypto';
import { UsageError } from './usage-error.js';

/** What the rows of one agent say so far. Maps, because names of columns and keys come from outside (`__proto__`). */
export interface Draft {
  /** What the rows go by: their `agent_id`, else their `agent_name`. */
  readonly identity: string;
  readonly texts: ReadonlyMap<string, string>;
  readonly capabilities: readonly string[];
  readonly endpoints: ReadonlyMap<string, string>;
  readonly metadata: ReadonlyMap<string, unknown>;
}

const TEXT_FIELDS = ['type', 'category', 'version'];
const MAX_ID_LENGTH = 255;
const HASH_LENGTH = 16;

/**
 * Reads one row, whether its columns are those of an agent directory (`agent_id`, `agent_name`, `capabilities` with `;`
 * between them) or those of a registration. Text is trimmed, empty cells do not count, and what has no field of its own is
 * kept under `metadata`. These are the rules of the service's own importer: the same file gives the same agents.
 *
 * @throws UsageError that names the column.
 */
export function readRow(row: Readonly<Record<string, unknown>>): Draft {
  const cells = new Map(Object.entries(row).map(([column, cell]) => [column, trimmed(cell)]));
  const take = (column: string): unknown => {
    const value = cells.get(column);
    cells.delete(column);
    return value;
  };
  const takeText = (column: string): string | undefined => {
    const value = take(column);
    if (value === undefined || typeof value === 'string') return value;
    throw new UsageError(`${column} must be text`);
  };

  const id = takeText('agent_id') ?? takeText('id');
  const name = takeText('agent_name') ?? takeText('name');
  const identity = id ?? name;
  if (identity === undefined) throw new UsageError('neither agent_id nor agent_name is filled in');
  const role = cells.get('role'); // It stays among the metadata, too.
  const texts = [
    ['name', name],
    ['role', typeof role === 'string' ? role : undefined],
    ...TEXT_FIELDS.map((field) => [field, takeText(field)] as const),
  ] as const;
  const capabilities = readCapabilities(take('capabilities'));
  const endpoints = readEndpoints(take('endpoints'));
  const metadata = new Map(
    Object.entries(readObject('metadata', take('metadata'))).filter(([, value]) => value !== null && value !== ''),
  );
  for (const [column, value] of cells) {
    if (value !== undefined && !metadata.has(column)) metadata.set(column, value);
  }
  return { identity, texts: new Map(texts.filter(isFilledIn)), capabilities, endpoints, metadata };
}

/** Two drafts of one identity as one: the first value wins, capabilities are united, maps are merged by key. */
export function mergeDrafts(first: Draft, later: Draft): Draft {
  return {
    identity: first.identity,
    texts: new Map([...later.texts, ...first.texts]),
    capabilities: [...new Set([...first.capabilities, ...later.capabilities])],
    endpoints: new Map([...first.endpoints, ...later.endpoints, ...first.endpoints]),
    metadata: new Map([...first.metadata, ...later.metadata, ...first.metadata]),
  };
}

/** What is sent. The role stands in for a missing type, the identity for a missing name; what no row says is left out. */
export function toDefinition({ identity, texts, capabilities, endpoints, metadata }: Draft): Record<string, unknown> {
  const id = legalId(identity);
  const kept = id === identity ? metadata : new Map([...metadata, ['original_id', identity]]);
  const type = texts.get('type') ?? texts.get('role');
  const said = {
    name: texts.get('name') ?? identity,
    type,
    category: texts.get('category'),
    version: texts.get('version'),
  };
  return {
    id,
    ...Object.fromEntries(Object.entries(said).filter(isFilledIn)),
    ...(capabilities.length > 0 && { capabilities: [...capabilities] }),
    ...(endpoints.size > 0 && { endpoints: Object.fromEntries(endpoints) }),
    ...(kept.size > 0 && { metadata: Object.fromEntries(kept) }),
  };
}

/**
 * The id under which the registry can keep an agent of this identity: each run of characters other than
 * `A-Z a-z 0-9 . _ : -` becomes one `-`. Where that loses letters (of other scripts), or would be too long, the id ends in a
 * hash of the whole.
 */
function legalId(identity: string): string {
  const id = identity.replace(/[^A-Za-z0-9._:-]+/g, '-');
  const isLossy = id !== identity && (/\P{ASCII}/u.test(identity) || !/[A-Za-z0-9]/.test(id));
  if (!isLossy && id.length <= MAX_ID_LENGTH) return id;
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, HASH_LENGTH);
  return `${id.slice(0, MAX_ID_LENGTH - HASH_LENGTH - 1)}-${hash}`;
}

function isFilledIn(entry: readonly [string, string | undefined]): entry is readonly [string, string] {
  return entry[1] !== undefined;
}

/** Text without the blanks around it; undefined for whatever counts as empty. */
function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() || undefined : (value ?? undefined);
}

function readCapabilities(value: unknown = []): string[] {
  const items: unknown = typeof value === 'string' ? value.split(';') : value;
  if (!Array.isArray(items)) throw new UsageError('capabilities must be text separated by ";" or a list of texts');
  const filled = items.map(trimmed).filter((item) => item !== undefined);
  if (!filled.every((item) => typeof item === 'string')) throw new UsageError('capabilities must be texts');
  return [...new Set(filled)];
}

/** An object, or `name=uri; name=uri`. */
function readEndpoints(value: unknown = {}): Map<string, string> {
  const endpoints = new Map<string, string>();
  if (typeof value === 'string' && !value.startsWith('{')) {
    for (const item of value.split(';').filter((part) => part.trim() !== '')) {
      const [, name = '', uri = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(item) ?? [];
      if (name === '' || uri === '') throw new UsageError('endpoints must be a JSON object or "name=uri; name=uri"');
      if (endpoints.has(name)) throw new UsageError(`endpoints names "${name}" twice`);
      endpoints.set(name, uri);
    }
    return endpoints;
  }
  for (const [name, target] of Object.entries(readObject('endpoints', value))) {
    const uri = trimmed(target);
    if (uri !== undefined && typeof uri !== 'string') throw new UsageError(`endpoints.${name} must be a URI`);
    if (uri !== undefined) endpoints.set(name, uri);
  }
  return endpoints;
}

/** An object as it is, or written as JSON in a cell. */
function readObject(field: string, value: unknown = {}): object {
  let object = value;
  try {
    if (typeof value === 'string') object = JSON.parse(value);
  } catch (error) {
    throw new UsageError(`${field} is not valid JSON`, { cause: error });
  }
  if (typeof object === 'object' && object !== null && !Array.isArray(object)) return object;
  throw new UsageError(`${field} must be a JSON object`);
}
