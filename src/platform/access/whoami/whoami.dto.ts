import { ApiProperty } from '@nestjs/swagger';
import { SCOPES, type Scope } from '../principal';

export const CALLER_KINDS = ['client', 'agent', 'anonymous'] as const;

export class WhoAmIDto {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'data-team',
    description: 'The client’s name (the `sub` of a JWT), or the agent’s id; null while access control is off.',
  })
  name!: string | null;

  @ApiProperty({
    enum: CALLER_KINDS,
    enumName: 'CallerKind',
    example: 'client',
    description: '`anonymous`: access control is off, and everybody may do everything.',
  })
  kind!: (typeof CALLER_KINDS)[number];

  @ApiProperty({
    enum: SCOPES,
    enumName: 'Scope',
    isArray: true,
    example: ['read', 'agent'],
    description: 'What the token is good for. That of an agent has `agent`, for this agent alone.',
  })
  scopes!: readonly Scope[];

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Which agents the token is restricted to; null: it is not.',
  })
  where!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2027-01-31T00:00:00.000Z',
    description:
      'When the token ends; null: it does not. The end of an agent’s own token moves on as it is used; that of one that was replaced does not.',
  })
  expires_at!: string | null;

  @ApiProperty({ required: false, example: 'data-team', description: 'Of an agent: the client that owns it.' })
  owner?: string;
}
