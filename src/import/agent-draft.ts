import { legalId } from './legal-id';

/** What the rows of one identity say so far. Maps, because column and key names come from outside (`__proto__`). */
export interface AgentDraft {
  /** What the rows go by: their `agent_id`, else their `agent_name`. */
  readonly identity: string;
  readonly name?: string;
  readonly type?: string;
  readonly role?: string;
  readonly category?: string;
  readonly version?: string;
  readonly capabilities: readonly string[];
  readonly endpoints: ReadonlyMap<string, string>;
  readonly metadata: ReadonlyMap<string, unknown>;
}

/** The registry's description of an agent, as `POST /agents/import` takes it. */
export interface AgentDefinition {
  id: string;
  name: string;
  type?: string;
  category?: string;
  version?: string;
  capabilities?: string[];
  endpoints?: Record<string, string>;
  metadata?: Record<string, unknown>;
}

/** Two rows of one identity as one: the first non-empty value wins, capabilities are united, maps merge by key. */
export function mergeDrafts(first: AgentDraft, later: AgentDraft): AgentDraft {
  return {
    identity: first.identity,
    name: first.name ?? later.name,
    type: first.type ?? later.type,
    role: first.role ?? later.role,
    category: first.category ?? later.category,
    version: first.version ?? later.version,
    capabilities: [...new Set([...first.capabilities, ...later.capabilities])],
    endpoints: mergeMaps(first.endpoints, later.endpoints),
    metadata: mergeMaps(first.metadata, later.metadata),
  };
}

function mergeMaps<T>(first: ReadonlyMap<string, T>, later: ReadonlyMap<string, T>): Map<string, T> {
  const merged = new Map(first);
  for (const [key, value] of later) if (!merged.has(key)) merged.set(key, value);
  return merged;
}

/**
 * What is sent to the registry. The role stands in for a missing type, the identity for a missing name. What the rows do
 * not say is left out, so that nothing of an agent that is known already is cleared. Limits are the registry's business.
 */
export function toDefinition(draft: AgentDraft): AgentDefinition {
  const id = legalId(draft.identity);
  const metadata = new Map(draft.metadata);
  if (id !== draft.identity) metadata.set('original_id', draft.identity);
  const type = draft.type ?? draft.role;
  return {
    id,
    name: draft.name ?? draft.identity,
    ...(type !== undefined && { type }),
    ...(draft.category !== undefined && { category: draft.category }),
    ...(draft.version !== undefined && { version: draft.version }),
    ...(draft.capabilities.length > 0 && { capabilities: [...draft.capabilities] }),
    ...(draft.endpoints.size > 0 && { endpoints: Object.fromEntries(draft.endpoints) }),
    ...(metadata.size > 0 && { metadata: Object.fromEntries(metadata) }),
  };
}
