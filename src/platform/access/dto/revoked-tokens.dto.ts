import { ApiProperty } from '@nestjs/swagger';

export class RevokedTokensDto {
  @ApiProperty({ example: 'data-team', description: 'The client whose agents these are.' })
  owner!: string;

  @ApiProperty({ type: 'integer', minimum: 0, example: 12, description: 'Agents whose tokens are void from now on.' })
  revoked!: number;
}
