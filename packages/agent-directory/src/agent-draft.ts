import { createHash } from 'node:crypto';

const MAX_ID_LENGTH = 255;
const HASH_LENGTH = 16;

/** What the rows of one identity say so far. Maps, because column and key names come from outside (`__proto__`). */
export interface AgentDraft {
  /** What the rows go by: their `agent_id`, else their `agent_name`. */
  readonly identity: string;
  readonly name?: string;
  readonly type?: string;
  readonly role?: string;
  readonly category?: string;
  readonly version?: string;
  readonly description?: string;
  /** The agents that it depends on, by what their rows go by. */
  readonly dependsOn: readonly string[];
  readonly capabilities: readonly string[];
  readonly endpoints: ReadonlyMap<string, string>;
  readonly metadata: ReadonlyMap<string, unknown>;
}

/** An agent as `POST /agents/import` takes it; the type is required there, but the rows may not say it. */
export interface AgentDefinition {
  id: string;
  name: string;
  type?: string;
  category?: string;
  version?: string;
  description?: string;
  depends_on?: { agent: string; name?: string }[];
  capabilities?: string[];
  endpoints?: Record<string, string>;
  metadata?: Record<string, unknown>;
}

/** Two rows of one identity as one: the first non-empty value wins, capabilities and dependencies are united, maps merge by key. */
export function mergeDrafts(first: AgentDraft, later: AgentDraft): AgentDraft {
  return {
    identity: first.identity,
    name: first.name ?? later.name,
    type: first.type ?? later.type,
    role: first.role ?? later.role,
    category: first.category ?? later.category,
    version: first.version ?? later.version,
    description: first.description ?? later.description,
    dependsOn: [...new Set([...first.dependsOn, ...later.dependsOn])],
    capabilities: [...new Set([...first.capabilities, ...later.capabilities])],
    endpoints: new Map([...first.endpoints, ...later.endpoints, ...first.endpoints]),
    metadata: new Map([...first.metadata, ...later.metadata, ...first.metadata]),
  };
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
    ...(draft.description !== undefined && { description: draft.description }),
    ...(draft.dependsOn.length > 0 && { depends_on: draft.dependsOn.map(dependencyOn) }),
    ...(draft.capabilities.length > 0 && { capabilities: [...draft.capabilities] }),
    ...(draft.endpoints.size > 0 && { endpoints: Object.fromEntries(draft.endpoints) }),
    ...(metadata.size > 0 && { metadata: Object.fromEntries(metadata) }),
  };
}

/** The agent has the id that its own row gets; another name than that is kept beside it. */
function dependencyOn(identity: string): { agent: string; name?: string } {
  const agent = legalId(identity);
  return agent === identity ? { agent } : { agent, name: identity };
}

/**
 * The id under which the registry can keep an agent of this identity: each run of characters other than
 * `A-Z a-z 0-9 . _ : -` becomes one `-`. Where that loses letters (of other scripts), or would be too long, the id ends in a
 * hash of the whole. The same identity always gives the same id, and a legal id stays as it is.
 */
export function legalId(identity: string): string {
  const id = identity.replace(/[^A-Za-z0-9._:-]+/g, '-');
  const isLossy = id !== identity && (/\P{ASCII}/u.test(identity) || !/[A-Za-z0-9]/.test(id));
  if (!isLossy && id.length <= MAX_ID_LENGTH) return id;
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, HASH_LENGTH);
  return `${id.slice(0, MAX_ID_LENGTH - HASH_LENGTH - 1)}-${hash}`;
}
