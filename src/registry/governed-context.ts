import type { PolicyRequest } from '../governance/policy-decision-point';
import type { AgentStatus } from '../agent/agent-status';
import { changesBetween, type AgentFields } from './agent-fields.mapping';

type Context = Omit<PolicyRequest['context'], 'principal'> & { agent_id: string };

/**
 * What the policy gets of an agent: its fields as they will be when the change is allowed. Of those that the original does not know there
 * are only such as say something, so that of an agent without them courts get what they have always got.
 */
export function contextOf(id: string, fields: AgentFields): Context {
  const { heartbeat: _, description, locality, skills, accepts, depends_on, ...ofTheOriginal } = fields;
  const others = Object.entries({ description, locality, skills, accepts, depends_on });
  const said = others.filter(([, value]) => value !== null && value.length > 0);
  return { agent_id: id, ...ofTheOriginal, ...Object.fromEntries(said) };
}

/** The same for an update, with what changes: each field's value before and after. */
export function contextOfUpdate(id: string, before: AgentFields, after: AgentFields): Context {
  return { ...contextOf(id, after), changes: changesBetween(before, after) ?? {} };
}

/** The same for a change of the lifecycle status. */
export function contextOfStatus(
  id: string,
  fields: AgentFields,
  from: AgentStatus,
  to: AgentStatus,
  reason?: string | null,
): Context {
  return { ...contextOf(id, fields), from, to, reason: reason ?? null };
}
