import { Controller, Delete, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { ApiTag } from '../http/api-tag';
import { ApiProblems, invalid, WRITE_PROBLEMS } from '../validation/api-problems';
import type { DomainError } from '../validation/domain-error';
import { askedBy } from '../../events/provenance';
import { actorOf } from './actor';
import { AgentCredentials } from './agent-tokens/agent-credentials';
import { RevokedTokensDto } from './dto/revoked-tokens.dto';
import { isClientName, type Principal } from './principal';
import { Caller, Requires } from './requires.decorator';

const nameViolation = (): DomainError => invalid('name', 'must be 1 to 255 printable characters');

/** The clients that own agents. */
@ApiTag('access', 'Tokens of agents and their owners')
@Controller('owners')
export class OwnersController {
  constructor(private readonly credentials: AgentCredentials) {}

  @Delete(':name/tokens')
  @Requires('admin')
  @ApiOperation({
    operationId: 'revokeOwnerTokens',
    summary: 'Revoke the own tokens of all agents that a client owns',
    description:
      'For a client or a JWT subject that is not trusted any more. The agents stay registered; each gets a new token when its owner registers it again. Other replicas refuse the old tokens within seconds.',
  })
  @ApiParam({
    name: 'name',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    example: 'data-team',
    description: 'The client’s name: that of its tokens in the configuration, or the `sub` of its JWTs.',
  })
  @ApiOkResponse({ type: RevokedTokensDto, description: 'Revoked.' })
  @ApiProblems(nameViolation(), ...WRITE_PROBLEMS)
  async revokeTokens(@Param('name') name: string, @Caller() principal: Principal): Promise<RevokedTokensDto> {
    if (!isClientName(name)) throw nameViolation();
    return { owner: name, revoked: await this.credentials.revokeOwned(name, askedBy(actorOf(principal))) };
  }
}
