import { conjunctsOf } from '../../query/text/filter-conjuncts';
import { placeIn } from '../../query/filter-error';
import type { FilterMoment } from '../../query/filter-schema';
import { semverRange } from '../../query/semver-range';
import { DomainError, validationError, type FieldError } from '../../platform/validation/domain-error';
import type { AgentEntity } from '../agent.entity';
import { agentFilter, type AgentFilter } from '../search/filter-expression';

/** What a request says of the agents that it wants; all of it must hold. A {@link SelectorDto} has it checked. */
export interface SelectorRequest {
  agent?: string | null;
  /** A capability, or with a trailing `/*` the beginning of one. */
  capability?: string | null;
  skill?: string | null;
  /** A range of semantic versions. */
  version?: string | null;
  filter?: string | null;
}

/** One thing that an agent must be, and can be told to lack. */
export interface Requirement {
  /** The member of the selector that says it, or the word of the module that adds it. */
  readonly name: string;
  /** As it was written. */
  readonly text: string;
  /** Where it begins in `filter`, both counted from 1. */
  readonly line?: number;
  readonly column?: number;
  readonly condition: AgentFilter;
}

/**
 * Members but for `filter`, each as the expression that it stands for: what is said here is the one definition for SQL and for memory. The
 * id of a skill counts as a capability, and a capability as a skill of that id with the agent's version, as does a skill without one.
 */
const EXPRESSIONS = {
  agent: (id: string) => `agent.id == ${literal(id)}`,
  capability: (capability: string) => `agent.capabilities.containsAny([${literal(capability)}])`,
  skill: (skill: string) => `${literal(skill)} in agent.capabilities`,
  version: (range: string, { skill }: SelectorRequest) =>
    typeof skill === 'string'
      ? skillInRange(literal(skill), literal(range))
      : `satisfies(agent.version, ${literal(range)})`,
} as const satisfies Partial<Record<keyof SelectorRequest, (value: string, selector: SelectorRequest) => string>>;

function skillInRange(skill: string, range: string): string {
  const own = `agent.skills.exists(s, s.id == ${skill} && has(s.version)`;
  return `${own} && satisfies(s.version, ${range})) || !${own}) && satisfies(agent.version, ${range})`;
}

const MEMBERS = ['agent', 'capability', 'skill', 'version', 'filter'] as const;

/** Which agents. It stands in `registry/`, because its members name columns of `agents`, and `query/` knows of no records. */
export class Selector {
  /** One for each member. */
  readonly requirements: readonly Requirement[];
  /** The same text for selectors that mean the same: for keys. */
  readonly canonical: string;
  /** The names among those of `filter` that change without an event. */
  readonly volatileNames: readonly string[];
  private details?: readonly Requirement[];

  /**
   * @param field where in the request it stands
   * @throws DomainError `invalid_filter`; `validation_failed` when it says nothing at all
   */
  constructor(
    request: SelectorRequest,
    readonly field = 'selector',
  ) {
    const given = MEMBERS.flatMap((name) => {
      const text = request[name];
      return typeof text === 'string' ? [{ name, text }] : [];
    });
    if (given.length === 0) {
      throw validationError([{ field, message: `must have at least one of ${MEMBERS.join(', ')}` }]);
    }
    this.requirements = given.map(({ name, text }) => {
      const condition =
        name === 'filter' ? agentFilter(text, `${field}.filter`) : agentFilter(EXPRESSIONS[name](text, request));
      return { name, text, condition };
    });
    this.canonical = JSON.stringify(
      this.requirements.map(({ name, text, condition }) => [name, keyOf(name, text, condition)]),
    );
    this.volatileNames = this.requirements.flatMap(({ condition }) => condition.volatileNames);
  }

  /** Two that mean the same are one in a key. */
  toJSON(): string {
    return this.canonical;
  }

  /** The requirements, with one for each condition that `filter` joins by `&&`: what an answer says of a near miss. */
  parts(): readonly Requirement[] {
    return (this.details ??= this.requirements.flatMap((each) =>
      each.name === 'filter' ? conditionsOf(each) : [each],
    ));
  }

  /** Whether a record meets all requirements. */
  matches(agent: AgentEntity, moment: FilterMoment, seesSecrets: boolean): boolean {
    return this.requirements.every(({ condition }) => condition.matches(agent, moment, seesSecrets));
  }

  /** Those of {@link parts} that a record does not meet. */
  failedBy(agent: AgentEntity, moment: FilterMoment, seesSecrets: boolean): Requirement[] {
    return this.parts().filter(({ condition }) => !condition.matches(agent, moment, seesSecrets));
  }
}

/** Why no selector can be made of a request, or none that is steady: that asks for nothing that changes without an event. Each field is the path in it. */
export function selectorViolations(request: SelectorRequest, { isSteady = false } = {}): FieldError[] {
  try {
    const [name] = new Selector(request, '').volatileNames;
    if (!isSteady || name === undefined) return [];
    return [{ field: 'filter', message: `asks for ${name}, which changes without an event` }];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.errors.map((violation) => ({ ...violation, field: violation.field.replace(/^\./, '') }));
  }
}

/** A requirement that a module adds to those of a selector: that an agent is active, for one. */
export function requirementOf(name: string, expression: string): Requirement {
  return { name, text: expression, condition: agentFilter(expression) };
}

function conditionsOf(filter: Requirement): Requirement[] {
  const { name, text: whole } = filter;
  try {
    return conjunctsOf(whole).map(({ text, offset }) => ({
      name,
      text,
      ...placeIn(whole, offset),
      condition: agentFilter(text),
    }));
  } catch (error) {
    // A chain of constants may be right as a whole only: it is folded before its types are looked at.
    if (error instanceof DomainError) return [{ ...filter, ...placeIn(whole, 0) }];
    throw error;
  }
}

function keyOf(name: string, text: string, condition: AgentFilter): string {
  return name === 'version' ? semverRange(text).canonical : name === 'filter' ? condition.canonical : text;
}

/** With few escapes: what members may hold at most must not become longer than an expression may be. */
function literal(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `"${escaped}"`;
}
