import { ApiProperty } from '@nestjs/swagger';
import { ACTOR_KINDS } from '../agent-event';

/** Who made a change. */
export class ActorDto {
  @ApiProperty({
    enum: ACTOR_KINDS,
    description:
      'Who it was: a client, the agent itself, the registry (`system`), or somebody while access control is off (`anonymous`).',
  })
  kind!: (typeof ACTOR_KINDS)[number];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The client’s name, the agent’s id, or the part of the registry.',
  })
  name!: string | null;
}
