import { ApiProperty } from '@nestjs/swagger';

export class RevokedTokensDto {
  @ApiProperty({ example: 'data-team' })
  owner!: string;

  @ApiProperty({ example: 12, description: 'Agents whose tokens are void from now on.' })
  revoked!: number;
}
