import { rejectIfAny } from '../../platform/validation/domain-error';

/** The members of the whole record. */
export const AGENT_FIELDS = [
  'id',
  'name',
  'type',
  'category',
  'version',
  'status',
  'capabilities',
  'endpoints',
  'metadata',
  'registered_at',
  'last_seen',
  'health',
  'heartbeat',
  'description',
  'locality',
  'skills',
  'accepts',
  'depends_on',
  'incarnation',
  'available',
] as const;
export type AgentField = (typeof AGENT_FIELDS)[number];

/** Those that list items do not have. */
const LARGE: readonly AgentField[] = [
  'metadata',
  'health',
  'heartbeat',
  'description',
  'skills',
  'accepts',
  'depends_on',
  'incarnation',
  'available',
];

/**
 * The wanted members; `id` always comes.
 * @throws DomainError `validation_failed` naming `fields`
 */
export function fieldsFrom(names: readonly string[]): AgentField[] {
  const unknown = names.filter((name) => !(AGENT_FIELDS as readonly string[]).includes(name));
  const message = `must be names out of ${AGENT_FIELDS.join(', ')}, with commas between`;
  rejectIfAny(unknown.length > 0 ? [{ field: 'fields', message }] : []);
  return AGENT_FIELDS.filter((name) => name === 'id' || names.includes(name));
}

/** Whether they need more than a list item. */
export function areLarge(fields: readonly AgentField[] | undefined): boolean {
  return fields !== undefined && fields.some((field) => LARGE.includes(field));
}
