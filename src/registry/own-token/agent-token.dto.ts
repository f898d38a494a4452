import { ApiProperty } from '@nestjs/swagger';
import { integer } from '../../platform/validation/rules';
import { Field } from '../../platform/validation/validate';

export class RotateTokenDto {
  @Field(integer(0, 300), {
    default: 60,
    description:
      'For how many seconds the token so far is accepted as well. 0: for a token that somebody else may have; it and all before it are void at once.',
  })
  overlap_seconds?: number | null;
}

export class RotatedTokenDto {
  @ApiProperty({ example: 'agent-01995b1c-8a40-7cc5-9d5a-0d8f7d9e3a11', description: 'The agent.' })
  id!: string;

  @ApiProperty({ example: 'art_…', description: 'The agent’s own bearer token, told only here.' })
  token!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'When the token ends, unless it is used.' })
  expires_at!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until when the token before it is accepted; null: it is void.',
  })
  previous_valid_until!: string | null;
}
