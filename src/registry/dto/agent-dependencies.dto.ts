import type { AgentDependency } from '../../agent/agent-skill';
import { boolean, integer, text } from '../../platform/validation/rules';
import { Field, nestedList, type FieldRule } from '../../platform/validation/validate';
import { SelectorDto } from '../selector/selector.dto';
import { selectorViolations } from '../selector/selector';
import { withoutNulls } from './agent-skills.dto';

const MAX_DEPENDENCIES = 64;
const MAX_MIN = 1000;

/** Agents that an agent needs. */
export class AgentDependencyDto extends SelectorDto {
  @Field(text(1, 255), { example: 'text recognition', description: 'A name for people.' })
  name?: string | null;

  @Field(boolean(), { default: true, description: 'false: the agent does its work without them, if not as well.' })
  required?: boolean | null;

  @Field(integer(1, MAX_MIN), { default: 1, description: 'How many of them there must be.' })
  min?: number | null;
}

/** What an agent depends on. */
export const dependsOn: FieldRule = nestedList(AgentDependencyDto, MAX_DEPENDENCIES, (dependency) =>
  selectorViolations(dependency, { isSteady: true }),
);

/** Dependencies of a valid body, with their defaults. */
export function dependenciesFrom(body: readonly AgentDependencyDto[] | null | undefined): AgentDependency[] {
  return (body ?? []).map((dependency) => ({ required: true, min: 1, ...withoutNulls(dependency) }));
}
