import { Controller, Delete, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiTag } from '../http/api-tag';
import { ApiProblems } from '../validation/api-problems';
import { validationError } from '../validation/domain-error';
import { askedBy } from '../../events/provenance';
import { actorOf } from './actor';
import { AgentCredentials } from './agent-tokens/agent-credentials';
import { RevokedTokensDto } from './dto/revoked-tokens.dto';
import { isClientName, type Principal } from './principal';
import { Caller, Requires } from './requires.decorator';

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
  @ApiOkResponse({ type: RevokedTokensDto })
  @ApiProblems(400)
  async revokeTokens(@Param('name') name: string, @Caller() principal: Principal): Promise<RevokedTokensDto> {
    if (!isClientName(name))
      throw validationError([{ field: 'name', message: 'must be 1 to 255 printable characters' }]);
    return { owner: name, revoked: await this.credentials.revokeOwned(name, askedBy(actorOf(principal))) };
  }
}
