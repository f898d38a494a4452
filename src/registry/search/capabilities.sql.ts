import type { AgentEntity } from '../agent.entity';

/**
 * What an agent counts as capable of: the capabilities that it names, and then the ids of its skills that are not among them. As a list in
 * JSON over a row of `agents`; the index `idx_agents_capabilities` is on this very expression (docs/adr/0017).
 */
export const CAPABILITIES_SQL = [
  '(CASE WHEN agents.skills IS NULL THEN agents.capabilities',
  `ELSE agents.capabilities || jsonb_path_query_array(agents.skills, '$[*].id ? (!(@ == $own[*]))',`,
  `jsonb_set('{"own": []}', '{own}', agents.capabilities)) END)`,
].join(' ');

/** The same of a record. */
export function capabilitiesOf({ capabilities, skills }: Pick<AgentEntity, 'capabilities' | 'skills'>): string[] {
  return skills.length === 0 ? capabilities : [...new Set([...capabilities, ...skills.map(({ id }) => id)])];
}
