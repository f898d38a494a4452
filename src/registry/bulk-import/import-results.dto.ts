import { ApiProperty } from '@nestjs/swagger';
import { ViolationDto } from '../../platform/validation/api-problems';

export class ImportResultDto {
  @ApiProperty({ type: 'integer', example: 0, description: 'Position in the request, from 0.' })
  index!: number;

  @ApiProperty({ type: String, example: 'data-processor-1', description: 'The id of the definition.' })
  id!: string;

  @ApiProperty({
    enum: ['created', 'updated', 'unchanged', 'rejected'],
    description: 'What became of it; `rejected`: nothing, for the reason that `code` and `errors` give.',
  })
  outcome!: 'created' | 'updated' | 'unchanged' | 'rejected';

  @ApiProperty({ required: false, example: 'validation_failed', description: 'Why it was rejected.' })
  code?: string;

  @ApiProperty({ required: false, type: [ViolationDto], description: 'Which of its values are wrong.' })
  errors?: ViolationDto[];
}

export class ImportResultsDto {
  @ApiProperty({ type: [ImportResultDto], description: 'One for each definition, in their order.' })
  results!: ImportResultDto[];
}
