import { ApiProperty } from '@nestjs/swagger';
import { FILTER_LIMITS } from '../../query/filter-limits';
import { semverRange } from '../../query/semver-range';
import { text, unchecked } from '../../platform/validation/rules';
import { Field, rule, type FieldRule } from '../../platform/validation/validate';
import type { NearMiss } from './resolution';

const rangeText = text(1, 256);

/** A range of semantic versions. */
const versionRange: FieldRule = rule(rangeText.schema, (value) => {
  const violations = rangeText(value);
  if (violations.length > 0) return violations;
  try {
    semverRange(value as string);
    return [];
  } catch {
    return [{ field: '', message: 'must be a range of versions, such as ^2.1 || >=3.4.1' }];
  }
});

/**
 * The selector of a request, for a member of a body (`@Field(nested(SelectorDto))`) or to extend. What `filter` says, and that there is
 * anything at all, is looked at by {@link Selector}, which is made of it.
 */
export class SelectorDto {
  @Field(text(1, 255), { example: 'data-processor-1', description: 'The agent with this id.' })
  agent?: string | null;

  @Field(text(1, 256), {
    example: 'nlp/*',
    description: 'The agent has this capability; with a trailing `/*`, one that begins so.',
  })
  capability?: string | null;

  @Field(text(1, 256), {
    example: 'ocr',
    description: 'The agent has this skill. A capability is a skill of the same id, with the version of the agent.',
  })
  skill?: string | null;

  @Field(versionRange, {
    example: '^2.1 || >=3.4.1',
    description: 'The version is in this range of semantic versions; one that is no semantic version is in none.',
  })
  version?: string | null;

  @Field(unchecked(), {
    maxLength: FILTER_LIMITS.characters,
    example: 'agent.metadata.team == "data"',
    description: 'An expression (CEL) that must be true, at most 2048 characters; see docs/filters.md.',
  })
  filter?: string | null;
}

class FailedRequirementDto {
  @ApiProperty({ example: 'filter', description: 'The member of the selector that says it.' })
  requirement!: string;

  @ApiProperty({
    example: 'agent.metadata.gpu == true',
    description: 'As it was written; of `filter` the one condition that is not true.',
  })
  text!: string;

  @ApiProperty({ type: 'integer', required: false, example: 1, description: 'Where in `filter` it begins, from 1.' })
  line?: number;

  @ApiProperty({ type: 'integer', required: false, example: 34, description: 'Likewise.' })
  column?: number;
}

export class NearMissDto {
  @ApiProperty({ example: 'data-processor-1', description: 'The agent.' })
  id!: string;

  @ApiProperty({ type: [FailedRequirementDto], description: 'What it does not meet.' })
  failed!: FailedRequirementDto[];
}

export function presentedNearMiss({ agent, failed }: NearMiss): NearMissDto {
  return {
    id: agent.id,
    failed: failed.map(({ name, text: written, line, column }) => ({
      requirement: name,
      text: written,
      ...(line !== undefined && { line, column }),
    })),
  };
}
