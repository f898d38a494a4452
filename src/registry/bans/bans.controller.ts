import { Controller, Delete, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProperty } from '@nestjs/swagger';
import { AGENT_ID, agentIdPipe } from '../../agent/agent-fields';
import { actorOf } from '../../platform/access/actor';
import type { Principal } from '../../platform/access/principal';
import { Caller, Requires } from '../../platform/access/requires.decorator';
import { ApiTag } from '../../platform/http/api-tag';
import { ApiProblems } from '../../platform/validation/api-problems';
import { AgentService } from '../agent.service';

export class BanDto {
  @ApiProperty({ example: 'data-processor-1' })
  id!: string;

  @ApiProperty({ enum: [false] })
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
  @ApiOperation({ operationId: 'liftBan', summary: 'Let a banned id be registered again' })
  @ApiOkResponse({ type: BanDto })
  @ApiProblems(400, 404)
  async lift(@Param('id', agentIdPipe) id: string, @Caller() principal: Principal): Promise<BanDto> {
    await this.agents.liftBan(id, actorOf(principal));
    return { id, banned: false };
  }
}
