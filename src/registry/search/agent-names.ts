import type { CelInput } from '@bufbuild/cel';
import { healthStatus, healthStatusSql, isReady, READY_SQL } from '../../agent/agent-health';
import { dateOf } from '../../platform/common/clock';
import { missedBeats, timeoutSeconds as timeoutOf } from '../../agent/heartbeat-timeout';
import { FilterSchema, type FilterName } from '../../query/filter-schema';
import type { AgentEntity } from '../agent.entity';
import { CAPABILITIES_SQL, capabilitiesOf } from './capabilities.sql';

type AgentName = FilterName<AgentEntity>;

/** A column of text. */
function text(column: string, value: AgentName['value'], settings: Partial<AgentName> = {}): AgentName {
  return {
    path: `agent.${column}`,
    type: 'string',
    index: 'equality',
    sql: () => `agents.${column}`,
    value,
    ...settings,
  };
}

/** A figure of the last health report. */
function figure(
  field: 'cpu_percent' | 'memory_percent' | 'active_connections' | 'error_count' | 'uptime_seconds',
): AgentName {
  const member = `(agents.health -> '${field}')`;
  return {
    path: `agent.health.${field}`,
    type: 'double',
    isOptional: true,
    isVolatile: true,
    sql: () => `(CASE WHEN jsonb_typeof(${member}) = 'number' THEN ${member}::numeric END)`,
    value: ({ health }) => (typeof health?.[field] === 'number' ? health[field] : undefined),
  };
}

/** Milliseconds since 1970: answers show times as exactly as that. */
function milliseconds(column: string): string {
  return `trunc(extract(epoch FROM agents.${column}) * 1000)`;
}

const INTERVAL = `(agents.heartbeat ->> 'interval_seconds')::numeric`;

const NAMES: AgentName[] = [
  text('id', ({ id }) => id),
  text('name', ({ name }) => name),
  text('type', ({ type }) => type),
  text('category', ({ category }) => category ?? undefined, { isOptional: true }),
  text('version', ({ version }) => version ?? undefined, { isOptional: true }),
  text('status', ({ status }) => status),
  {
    path: 'agent.available',
    type: 'bool',
    isVolatile: true,
    sql: ({ unavailable }) => `(agents.status = 'active' AND agents.id <> ALL (${unavailable()}))`,
    value: ({ id, status }, { unavailable }) => status === 'active' && !unavailable?.has(id),
  },
  text('description', ({ description }) => description ?? undefined, { isOptional: true, index: undefined }),
  text('locality', ({ locality }) => locality ?? undefined, { isOptional: true }),
  {
    path: 'agent.owner',
    type: 'string',
    isOptional: true,
    index: 'equality',
    sql: () => '(SELECT owner FROM agent_credentials WHERE agent_id = agents.id)',
    equalsSql: (owner, { parameter }) =>
      `(agents.id IN (SELECT agent_id FROM agent_credentials WHERE owner = ${parameter(owner, 'text')}))`,
    value: ({ owner }) => owner ?? undefined,
  },
  {
    path: 'agent.capabilities',
    type: 'dynamic',
    elements: 'string',
    index: 'containment',
    sql: () => CAPABILITIES_SQL,
    value: capabilitiesOf,
  },
  {
    path: 'agent.skills',
    type: 'dynamic',
    sql: () => `coalesce(agents.skills, '[]')`,
    value: ({ skills }) => skills as unknown as CelInput,
  },
  { path: 'agent.endpoints', type: 'dynamic', sql: () => 'agents.endpoints', value: ({ endpoints }) => endpoints },
  {
    path: 'agent.metadata',
    type: 'dynamic',
    index: 'containment',
    hasSecrets: true,
    sql: () => 'agents.metadata',
    value: ({ metadata }) => metadata as CelInput,
  },
  {
    path: 'agent.registered_at',
    type: 'timestamp',
    sql: () => milliseconds('registered_at'),
    value: ({ registeredAt }) => registeredAt,
  },
  {
    path: 'agent.last_seen',
    type: 'timestamp',
    isOptional: true,
    isVolatile: true,
    sql: () => milliseconds('last_seen'),
    value: ({ lastSeen }) => lastSeen ?? undefined,
  },
  {
    path: 'agent.heartbeat.interval_seconds',
    type: 'int',
    sql: () => INTERVAL,
    value: ({ heartbeat }) => BigInt(Math.trunc(heartbeat.interval_seconds)),
  },
  {
    path: 'agent.heartbeat.enabled',
    type: 'bool',
    sql: () => `(agents.heartbeat ->> 'enabled')::boolean`,
    value: ({ heartbeat }) => heartbeat.enabled,
  },
  {
    path: 'agent.heartbeat.missed_beats',
    type: 'int',
    isVolatile: true,
    sql: ({ nowMs }) =>
      `coalesce(greatest(0, floor((${nowMs()} - ${milliseconds('last_seen')}) / (${INTERVAL} * 1000))), 0)`,
    value: ({ lastSeen, heartbeat }, { now }) => BigInt(missedBeats(lastSeen, heartbeat.interval_seconds, now)),
  },
  {
    path: 'agent.health.status',
    type: 'string',
    isVolatile: true,
    sql: ({ timeoutSeconds, nowMs }) => `(${healthStatusSql(timeoutSeconds(), `to_timestamp(${nowMs()} / 1000)`)})`,
    value: ({ health, heartbeat }, { now, timeoutSeconds }) =>
      healthStatus(health, timeoutOf(heartbeat.interval_seconds, timeoutSeconds), now),
  },
  {
    path: 'agent.health.ready',
    type: 'bool',
    isVolatile: true,
    sql: () => READY_SQL,
    value: ({ status, ready }) => isReady(status, ready),
  },
  {
    path: 'agent.health.load',
    type: 'double',
    isOptional: true,
    isVolatile: true,
    sql: () => 'agents.load::numeric',
    value: ({ load }) => load ?? undefined,
  },
  figure('cpu_percent'),
  figure('memory_percent'),
  figure('active_connections'),
  figure('error_count'),
  figure('uptime_seconds'),
  {
    path: 'agent.health.message',
    type: 'string',
    isOptional: true,
    isVolatile: true,
    sql: () => `(agents.health ->> 'message')`,
    value: ({ health }) => health?.message,
  },
  {
    path: 'agent.health.last_check',
    type: 'timestamp',
    isOptional: true,
    isVolatile: true,
    sql: () => `trunc(extract(epoch FROM (agents.health ->> 'last_check')::timestamptz) * 1000)`,
    value: ({ health }) => (health ? dateOf(health.last_check) : undefined),
  },
  {
    path: 'agent.health.metrics',
    type: 'dynamic',
    isVolatile: true,
    sql: () => `coalesce(agents.health -> 'metrics', '{}')`,
    value: ({ health }) => (health?.metrics ?? {}) as CelInput,
  },
  {
    path: 'now',
    type: 'timestamp',
    isVolatile: true,
    sql: ({ nowMs }) => nowMs(),
    value: (_, { now }) => now,
  },
];

/** The names of expressions over agents. A module that adds a column adds its name: `agentNames.add(…)`. */
export const agentNames = new FilterSchema<AgentEntity>(NAMES);
