import { ApiProperty } from '@nestjs/swagger';
import { AgentEventDto } from '../dto/agent-responses.dto';
import { AGENT_ID } from '../../agent/agent-fields';

export class FeedEventDto extends AgentEventDto {
  @ApiProperty({ example: AGENT_ID.example, description: 'The agent that it is about.' })
  agent_id!: string;
}

export class FeedPageDto {
  @ApiProperty({ type: [FeedEventDto], description: 'Those on this page, oldest first.' })
  events!: FeedEventDto[];

  @ApiProperty({ description: 'Where to go on: `after` of the next request. It moves on also when nothing was found.' })
  next_cursor!: string;

  @ApiProperty({ description: 'Whether there is more already, so that the next request need not wait.' })
  has_more!: boolean;
}
