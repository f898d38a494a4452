import { ApiProperty } from '@nestjs/swagger';
import { text } from '../../src/platform/validation/rules';
import { Field } from '../../src/platform/validation/validate';

export class WriteNoteDto {
  @Field(text(1, 2000), { required: true, example: 'Restarts every night at three', description: 'The note.' })
  text!: string;
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
