import { ApiProperty } from '@nestjs/swagger';
import { AGENT_STATUS_SCHEMA } from '../../agent/agent-schemas';
import type { AgentStatus } from '../../agent/agent-status';
import { unchecked } from '../../platform/validation/rules';
import { Field } from '../../platform/validation/validate';
import { FILTER_LIMITS } from '../../query/filter-limits';
import { NearMissDto } from '../../registry/selector/selector.dto';
import type { NeedState } from '../availability';

const DEPENDENCY = {
  example: 'text recognition',
  description: 'The name of the dependency, or what it says where it has none.',
};
const REQUIRED = { description: 'Whether the agent is not available without it.' };

/** An agent as people know it. */
class NamedAgentDto {
  @ApiProperty({ example: 'data-processor-1', description: 'The agent’s id.' })
  id!: string;

  @ApiProperty({ example: 'DataProcessor', description: 'A name for people.' })
  name!: string;

  @ApiProperty({ example: 'worker', description: 'The agent’s type.' })
  type!: string;
}

export class GraphNodeDto extends NamedAgentDto {
  @ApiProperty({ ...AGENT_STATUS_SCHEMA, example: 'active', description: 'The agent’s status.' })
  status!: AgentStatus;

  @ApiProperty({ description: 'Whether it is active and all that it requires is available.' })
  available!: boolean;
}

export class GraphEdgeDto {
  @ApiProperty({ example: 'front-1', description: 'The agent that depends on the other one.' })
  from!: string;

  @ApiProperty({ example: 'ocr-1', description: 'An active agent that meets the dependency.' })
  to!: string;

  @ApiProperty(DEPENDENCY)
  dependency!: string;

  @ApiProperty(REQUIRED)
  required!: boolean;

  @ApiProperty({
    enum: ['satisfied', 'degraded', 'unsatisfied'],
    description:
      'Of the dependency as a whole: as many available agents meet it as should (`min`), fewer, or none of those that are there.',
  })
  state!: NeedState;
}

export class UnresolvedDependencyDto {
  @ApiProperty({ example: 'front-1', description: 'The agent that has the dependency.' })
  from!: string;

  @ApiProperty(DEPENDENCY)
  dependency!: string;

  @ApiProperty(REQUIRED)
  required!: boolean;

  @ApiProperty({
    type: [NearMissDto],
    description: 'Agents that nearly meet it, of the first ten such dependencies; none in the graph of the fleet.',
  })
  near_misses!: NearMissDto[];
}

/** Agents and how they depend on each other. */
export class GraphDto {
  @ApiProperty({ type: [GraphNodeDto], description: 'The agents.' })
  nodes!: GraphNodeDto[];

  @ApiProperty({ type: [GraphEdgeDto], description: 'Each dependency with each active agent that meets it.' })
  edges!: GraphEdgeDto[];

  @ApiProperty({
    type: 'array',
    items: { type: 'array', items: { type: 'string' } },
    example: [['a', 'b']],
    description: 'Groups of agents that depend on each other in circles.',
  })
  cycles!: string[][];

  @ApiProperty({ type: [UnresolvedDependencyDto], description: 'Dependencies that no active agent meets.' })
  unresolved!: UnresolvedDependencyDto[];

  @ApiProperty({ description: 'Whether there are more agents, or more than 50,000 edges.' })
  truncated!: boolean;
}

export class BrokenAgentDto extends NamedAgentDto {
  @ApiProperty({
    type: [String],
    example: ['front-1', 'ocr-1', 'store-1'],
    description: 'From the agent by what it requires to one of those that stop.',
  })
  path!: string[];
}

export class DegradedAgentDto extends NamedAgentDto {
  @ApiProperty({ type: [String], example: ['cache'], description: 'The dependencies that would be met less well.' })
  dependencies!: string[];
}

/** What happens to others when agents stop. */
export class ImpactDto {
  @ApiProperty({ type: [BrokenAgentDto], description: 'Agents that would not be available any more.' })
  breaks!: BrokenAgentDto[];

  @ApiProperty({ type: [DegradedAgentDto], description: 'Agents that would be available, and lack something.' })
  degrades!: DegradedAgentDto[];

  @ApiProperty({
    type: 'integer',
    example: 12,
    description: 'How many available agents that depend on others, or that others depend on, would notice nothing.',
  })
  safe!: number;

  @ApiProperty({
    type: [String],
    example: ['ocr'],
    description: 'Capabilities that no other active agent has, whether any agent depends on them or not.',
  })
  last_providers_of!: string[];

  @ApiProperty({ description: 'Whether one of the lists is longer than 5,000, and ends there.' })
  truncated!: boolean;
}

export class ImpactRequestDto {
  @Field(unchecked(), {
    required: true,
    maxLength: FILTER_LIMITS.characters,
    example: 'agent.metadata.rack == "r7"',
    description: 'The agents that would stop: an expression (CEL) of at most 2048 characters; see docs/filters.md.',
  })
  filter!: string;
}
