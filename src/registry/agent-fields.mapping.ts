import { isDeepStrictEqual } from 'node:util';
import { withoutSecrets } from '../platform/common/secrets';
import type { AgentEntity, HeartbeatSettings } from './agent.entity';
import { dependenciesFrom } from './dto/agent-dependencies.dto';
import type { AgentFieldsDto } from './dto/agent-requests.dto';
import { skillsFrom } from './dto/agent-skills.dto';

/** The fields of a registration, every one with its value. */
export type AgentFields = Pick<
  AgentEntity,
  | 'name'
  | 'type'
  | 'category'
  | 'version'
  | 'capabilities'
  | 'endpoints'
  | 'metadata'
  | 'heartbeat'
  | 'description'
  | 'locality'
  | 'skills'
  | 'accepts'
  | 'depends_on'
>;

const DEFAULT_HEARTBEAT: HeartbeatSettings = { interval_seconds: 10, enabled: true };

/** The fields of a valid body; what it leaves out gets its default. */
export function fieldsFrom(body: AgentFieldsDto): AgentFields {
  return {
    name: body.name,
    type: body.type,
    category: body.category ?? null,
    version: body.version ?? null,
    capabilities: body.capabilities ?? [],
    endpoints: body.endpoints ?? {},
    metadata: body.metadata ?? {},
    heartbeat: {
      interval_seconds: body.heartbeat?.interval_seconds ?? DEFAULT_HEARTBEAT.interval_seconds,
      enabled: body.heartbeat?.enabled ?? DEFAULT_HEARTBEAT.enabled,
    },
    description: body.description ?? null,
    locality: body.locality ?? null,
    skills: skillsFrom(body.skills),
    accepts: body.accepts ?? [],
    depends_on: dependenciesFrom(body.depends_on),
  };
}

/** The fields of a stored agent, and nothing else of it. */
export function fieldsOf(agent: AgentEntity): AgentFields {
  const { name, type, category, version, capabilities, endpoints, metadata, heartbeat } = agent;
  const { description, locality, skills, accepts, depends_on } = agent;
  return {
    name,
    type,
    category,
    version,
    capabilities,
    endpoints,
    metadata,
    heartbeat,
    description,
    locality,
    skills,
    accepts,
    depends_on,
  };
}

/** What changes from some fields to others, each value before and after; undefined when nothing does. */
export function changesBetween(before: AgentFields, after: AgentFields): Changes | undefined {
  const names = changedFields(after, before);
  if (names.length === 0) return undefined;
  return Object.fromEntries(names.map((name) => [name, { from: before[name], to: after[name] }]));
}

export type Changes = Partial<Record<keyof AgentFields, { from: unknown; to: unknown }>>;

/** The data of the event of such a change; secrets are not in it. Undefined when nothing changes. */
export function changesOf(before: AgentFields, after: AgentFields): Record<string, unknown> | undefined {
  const changes = changesBetween(before, after);
  return changes && { changed: Object.keys(changes), ...(withoutSecrets({ changes, registration: after }) as object) };
}

/** Which fields differ as JSON, which has no -0. */
function changedFields(fields: AgentFields, current: AgentFields): (keyof AgentFields)[] {
  const names = Object.keys(fields) as (keyof AgentFields)[];
  return names.filter((name) => !isDeepStrictEqual(JSON.parse(JSON.stringify(fields[name])), current[name]));
}
