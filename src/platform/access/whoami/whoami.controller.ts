import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiTag } from '../../http/api-tag';
import { dateOf } from '../../common/clock';
import { ApiProblems, invalid } from '../../validation/api-problems';
import { invalidToken } from '../access.errors';
import { AgentCredentials } from '../agent-tokens/agent-credentials';
import { SCOPES, type Principal } from '../principal';
import { Caller, Requires } from '../requires.decorator';
import { WhoAmIDto } from './whoami.dto';

/** Who asks, as access control sees it. */
@ApiTag('access')
@Controller('whoami')
export class WhoAmIController {
  constructor(private readonly credentials: AgentCredentials) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @Requires('authenticated', { isNarrowed: true })
  @ApiOperation({
    operationId: 'whoAmI',
    summary: 'Whose token this is, what it is good for, and how long',
    description: 'For clients that look at their token before it ends, and for people who wonder why they are refused.',
  })
  @ApiOkResponse({ type: WhoAmIDto, description: 'The caller.' })
  @ApiProblems(invalid('verbose', 'is not a parameter of this request'))
  async read(@Caller() principal: Principal): Promise<WhoAmIDto> {
    if (principal.kind === 'client') {
      const { name, scopes, where = null, expiresAt } = principal;
      return { name, kind: 'client', scopes, where, expires_at: timeOf(expiresAt) };
    }
    if (principal.kind === 'agent') {
      const { id: name, owner, digest } = principal;
      const expiry = await this.credentials.expiryOf(digest);
      if (expiry === undefined) throw invalidToken(); // since the request came in
      return { name, kind: 'agent', scopes: ['agent'], where: null, expires_at: expiry.toISOString(), owner };
    }
    return { name: null, kind: 'anonymous', scopes: SCOPES, where: null, expires_at: null };
  }
}

function timeOf(expiry: number): string | null {
  return expiry === Infinity ? null : dateOf(expiry).toISOString();
}
