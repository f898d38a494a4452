import { ApiProperty } from '@nestjs/swagger';
import { AgentDto } from '../dto/agent-responses.dto';

/** A change of what a watch is of. */
export class WatchChangeDto {
  @ApiProperty({
    enum: ['upsert', 'remove'],
    description: '`upsert`: the agent matches, and is now like this. `remove`: it matches no more.',
  })
  type!: string;

  @ApiProperty({ required: false, type: AgentDto, description: 'The whole record; with `upsert` only.' })
  agent?: AgentDto | object;

  @ApiProperty({
    required: false,
    example: 'data-processor-1',
    description: 'The agent that matches no more; with `remove` only.',
  })
  id?: string;

  @ApiProperty({
    required: false,
    enum: ['deregistered', 'left'],
    description: 'Why it matches no more; with `remove` only.',
  })
  cause?: string;
}

/** The changes after a cursor. */
export class WatchPageDto {
  @ApiProperty({ type: [WatchChangeDto], description: 'In order, oldest first.' })
  changes!: WatchChangeDto[];

  @ApiProperty({ description: 'Where to go on.' })
  next_cursor!: string;
}
