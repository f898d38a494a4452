import type { AgentSkill } from '../../agent/agent-skill';
import { capability } from '../../agent/agent-fields';
import { jsonSchema } from '../../agent/json-schema';
import { text, wordList } from '../../platform/validation/rules';
import { Field, nestedList, rule, type FieldRule } from '../../platform/validation/validate';

const MAX_SKILLS = 64;
const MAX_SKILLS_BYTES = 64 * 1024;

/** Semantic Versioning 2.0.0, without a `v` in front; numbers that every reader keeps exactly. */
const SEMANTIC =
  /^(?:0|[1-9]\d{0,14})\.(?:0|[1-9]\d{0,14})\.(?:0|[1-9]\d{0,14})(?:-(?:0|[1-9]\d{0,14}|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d{0,14}|\d*[A-Za-z-][0-9A-Za-z-]*))*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
/** RFC 9110, 8.3.1: type, subtype, parameters. */
const MEDIA_TYPE =
  /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:[ \t]*;[ \t]*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"[^"\\]*"))*$/;

function matching(max: number, pattern: RegExp, what: string): FieldRule {
  const check = text(1, max);
  return rule({ ...check.schema, pattern: pattern.source }, (value) => {
    const violations = check(value);
    if (violations.length > 0 || pattern.test(value as string)) return violations;
    return [{ field: '', message: `must be ${what}` }];
  });
}

const modes = wordList(64, matching(255, MEDIA_TYPE, 'a media type, such as application/pdf'));

export class AgentSkillDto {
  @Field(capability, {
    required: true,
    example: 'extract',
    description: 'Unique among the skills of the agent. It counts as a capability as well.',
  })
  id!: string;

  @Field(text(1, 255), { example: 'Extract totals', description: 'A name for people.' })
  name?: string | null;

  @Field(text(0, 4096), {
    example: 'Reads the totals off scanned invoices.',
    description: 'What it does, for people and models.',
  })
  description?: string | null;

  @Field(matching(64, SEMANTIC, 'a semantic version, such as 2.1.0'), {
    example: '2.1.0',
    description: 'A semantic version. Without one it has the version of the agent.',
  })
  version?: string | null;

  @Field(wordList(64, text(1, 64)), { example: ['invoices'], description: 'Words to find it by.' })
  tags?: string[] | null;

  @Field(modes, { example: ['application/pdf'], description: 'Media types that it takes.' })
  input_modes?: string[] | null;

  @Field(modes, { example: ['application/json'], description: 'Media types that it gives.' })
  output_modes?: string[] | null;

  @Field(jsonSchema, {
    example: { type: 'object', required: ['url'] },
    description: 'What it takes, as JSON Schema (2020-12), at most 24 levels.',
  })
  input_schema?: Record<string, unknown> | null;

  @Field(jsonSchema, { example: { type: 'object' }, description: 'What it gives, likewise.' })
  output_schema?: Record<string, unknown> | null;

  @Field(wordList(64, text(1, 4096)), {
    example: ['What does this invoice come to?'],
    description: 'Questions for it.',
  })
  examples?: string[] | null;
}

const each = nestedList(AgentSkillDto, MAX_SKILLS);

/** The skills of an agent. */
export const skills: FieldRule = rule(each.schema, (value) => {
  // Their size comes first: it bounds what all else may cost.
  if (Array.isArray(value) && Buffer.byteLength(JSON.stringify(value)) > MAX_SKILLS_BYTES)
    return [{ field: '', message: `must not be larger than ${MAX_SKILLS_BYTES} bytes as JSON` }];
  const violations = each(value);
  if (violations.length > 0) return violations;
  const ids = (value as AgentSkill[]).map(({ id }) => id);
  return ids.flatMap((id, index) =>
    ids.indexOf(id) === index ? [] : [{ field: `[${index}].id`, message: 'is there twice' }],
  );
});

/** Skills of a valid body: what is null is left out, as if it were absent. */
export function skillsFrom(body: readonly AgentSkillDto[] | null | undefined): AgentSkill[] {
  return (body ?? []).map((skill) => withoutNulls(skill) as unknown as AgentSkill);
}

export function withoutNulls(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null && item !== undefined));
}
