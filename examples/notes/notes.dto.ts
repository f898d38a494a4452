import { ApiProperty } from '@nestjs/swagger';
import { text } from '../../src/platform/validation/rules';
import { Field, nested } from '../../src/platform/validation/validate';
import { NearMissDto, SelectorDto } from '../../src/registry/selector/selector.dto';

export class WriteNoteDto {
  @Field(text(1, 2000), { required: true, example: 'Restarts every night at three', description: 'The note.' })
  text!: string;
}

/** A note about each of several agents. */
export class AnnounceDto extends WriteNoteDto {
  @Field(nested(SelectorDto), { required: true, description: 'The agents.' })
  to!: SelectorDto;
}

export class AnnouncedDto {
  @ApiProperty({ type: [String], example: ['data-processor-1'], description: 'The agents that it is about.' })
  agents!: string[];

  @ApiProperty({
    type: [NearMissDto],
    description: 'When there are none: those that nearly match, and why they do not.',
  })
  near_misses!: NearMissDto[];
}

export class NoteDto {
  @ApiProperty({ type: 'integer', example: 42, description: 'Grows with every note.' })
  id!: number;

  @ApiProperty({ example: 'Restarts every night at three', description: 'The note.' })
  text!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Who wrote it; null while access control is off.' })
  author!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When it was written.' })
  written_at!: string;
}

export class NotesDto {
  @ApiProperty({ type: [NoteDto], description: 'Newest first.' })
  notes!: NoteDto[];
}
