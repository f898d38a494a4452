import { Controller, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { ApiTag } from '../../platform/http/api-tag';
import { AGENT_ID, agentIdPipe, RESERVED_IDS } from '../../agent/agent-fields';
import { agentQuarantined, concurrentUpdate, UNKNOWN_AGENT_PROBLEMS } from '../../agent/agent.errors';
import { accessControlOff } from '../../platform/access/access.errors';
import { AgentTokenRotation, agentUnclaimed } from '../../platform/access/agent-tokens/agent-token-rotation';
import { isOperator } from '../../platform/access/access-rule';
import type { Principal } from '../../platform/access/principal';
import { Caller, Requires } from '../../platform/access/requires.decorator';
import { ApiProblems, invalid, WRITE_PROBLEMS } from '../../platform/validation/api-problems';
import { OptionalBody, ReservedWords } from '../../platform/validation/http-input';
import { AgentReader } from '../agent.reader';
import { RotatedTokenDto, RotateTokenDto } from './agent-token.dto';

/** Requests that the token so far was sent with before the new one came; also time to ask again when the answer was lost. */
const OVERLAP_SECONDS = 60;

/** An agent's own token. */
@ApiTag('access')
@ApiParam(AGENT_ID)
@ReservedWords('id', RESERVED_IDS)
@Controller('agents/:id/token')
export class AgentTokenController {
  constructor(
    private readonly agents: AgentReader,
    private readonly rotation: AgentTokenRotation,
  ) {}

  @Post()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Requires('agent', { ownAgent: 'id' })
  @ApiOperation({
    operationId: 'rotateAgentToken',
    summary: 'Replace the agent’s own token',
    description:
      'The agent is not registered anew. The old token is accepted for `overlap_seconds` more, for everything but a registration, so that no request is refused meanwhile. To repeat the request is safe as long as the token that it is sent with is accepted.',
  })
  @ApiBody({ type: RotateTokenDto, required: false })
  @ApiOkResponse({ type: RotatedTokenDto, description: 'The new token.' })
  @ApiProblems(
    invalid('overlap_seconds', 'must be a whole number from 0 to 300'),
    ...UNKNOWN_AGENT_PROBLEMS,
    agentQuarantined(AGENT_ID.example),
    accessControlOff(),
    agentUnclaimed(),
    concurrentUpdate(AGENT_ID.example),
    ...WRITE_PROBLEMS,
    413,
    415,
  )
  async rotate(
    @Param('id', agentIdPipe) id: string,
    @OptionalBody(RotateTokenDto) { overlap_seconds }: RotateTokenDto,
    @Caller() principal: Principal,
  ): Promise<RotatedTokenDto> {
    const { status } = await this.agents.find(id);
    if (status === 'quarantined' && !isOperator(principal)) throw agentQuarantined(id);
    const rotated = await this.rotation.rotate(id, principal, overlap_seconds ?? OVERLAP_SECONDS);
    if (!rotated) {
      await this.agents.find(id); // throws when it has been deregistered meanwhile
      throw concurrentUpdate(id);
    }
    const { token, expiresAt, previousValidUntil } = rotated;
    return {
      id,
      token,
      expires_at: expiresAt.toISOString(),
      previous_valid_until: previousValidUntil?.toISOString() ?? null,
    };
  }
}
