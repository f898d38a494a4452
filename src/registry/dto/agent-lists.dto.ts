import { ApiProperty } from '@nestjs/swagger';
import { AgentSummaryDto } from './agent-responses.dto';

export class AgentPageDto {
  @ApiProperty({ type: [AgentSummaryDto], description: 'Those on this page, in the order that was asked for.' })
  agents!: AgentSummaryDto[];

  @ApiProperty({
    required: false,
    type: 'integer',
    example: 1,
    description: 'How many agents match, on this page or not; absent with `include_total=false`.',
  })
  total?: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The `cursor` of the next page; null: this is the last one.',
  })
  next_cursor!: string | null;
}

export class AgentCountDto {
  @ApiProperty({ type: 'integer', example: 12, description: 'All that match, at most two seconds ago.' })
  total!: number;
}

export class FacetBucketDto {
  @ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
    example: 'worker',
    description: 'The value; of metadata, as it is in the record.',
  })
  value!: string | number | boolean;

  @ApiProperty({ type: 'integer', example: 12, description: 'Agents that have it.' })
  count!: number;
}

export class FacetDto {
  @ApiProperty({ example: 'type', description: 'What was counted by, as the request says it.' })
  by!: string;

  @ApiProperty({ type: [FacetBucketDto], description: 'The most frequent values first.' })
  buckets!: FacetBucketDto[];

  @ApiProperty({ type: 'integer', example: 3, description: 'Agents with values that are in no bucket.' })
  other_count!: number;
}

export class FacetsDto {
  @ApiProperty({ type: [FacetDto], description: 'In the order in which they were asked for.' })
  facets!: FacetDto[];
}

export class CheckedFilterDto {
  @ApiProperty({ type: Boolean, enum: [true], description: 'Always true: an expression that is not valid is refused.' })
  valid!: true;

  @ApiProperty({ type: [String], example: ['agent.type'], description: 'The names that it asks for.' })
  uses!: readonly string[];

  @ApiProperty({ description: 'Whether an index finds the agents, or at least leaves few of them to look at.' })
  indexed!: boolean;
}

export class DiscoveryDto extends AgentPageDto {
  @ApiProperty({ type: Object, additionalProperties: true, description: 'The criteria as they were understood.' })
  query!: Record<string, unknown>;
}
