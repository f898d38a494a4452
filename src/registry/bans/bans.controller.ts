import { Controller, Delete, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProperty } from '@nestjs/swagger';
import { AGENT_ID, agentIdPipe } from '../../agent/agent-fields';
import { banNotFound } from '../../agent/agent.errors';
import { actorOf } from '../../platform/access/actor';
import type { Principal } from '../../platform/access/principal';
import { Caller, Requires } from '../../platform/access/requires.decorator';
import { ApiTag } from '../../platform/http/api-tag';
import { ApiProblems, invalid, WRITE_PROBLEMS } from '../../platform/validation/api-problems';
import { AgentService } from '../agent.service';

export class BanDto {
  @ApiProperty({ example: 'data-processor-1', description: 'The id.' })
  id!: string;

  @ApiProperty({ type: Boolean, enum: [false], description: 'Always false: the ban is lifted.' })
  banned!: false;
}

/** Ids under which nothing may register; an agent is banned as it is deregistered. */
@ApiTag('agent')
@ApiParam(AGENT_ID)
@Controller('bans')
export class BansController {
  constructor(private readonly agents: AgentService) {}

  @Delete(':id')
  @Requires('operate')
  @ApiOperation({
    operationId: 'liftBan',
    summary: 'Lift the ban of an id',
    description: 'Agents may register under the id again. `DELETE /agents/{id}?ban=true` had banned it.',
  })
  @ApiOkResponse({ type: BanDto, description: 'Lifted.' })
  @ApiProblems(invalid('id', 'must have 1 to 255 characters'), banNotFound(AGENT_ID.example), ...WRITE_PROBLEMS)
  async lift(@Param('id', agentIdPipe) id: string, @Caller() principal: Principal): Promise<BanDto> {
    await this.agents.liftBan(id, actorOf(principal));
    return { id, banned: false };
  }
}
