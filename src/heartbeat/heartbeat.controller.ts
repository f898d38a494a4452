import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import type { Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiProblems, invalid, WRITE_PROBLEMS } from '../platform/validation/api-problems';
import { ValidBody } from '../platform/validation/http-input';
import { LargeBody } from '../platform/http/bodies/json-body';
import { HotRoute } from '../platform/lane/hot-route.decorator';
import { RateLimit } from '../platform/limits/rate-limit.decorator';
import { AGENT_ID, agentIdPipe } from '../agent/agent-fields';
import { superseded, UNKNOWN_AGENT_PROBLEMS } from '../agent/agent.errors';
import { DatabaseTime } from '../liveness/database-time';
import {
  HeartbeatResponseDto,
  HeartbeatBatchResponseDto,
  HeartbeatBatchDto,
  HeartbeatRequestDto,
} from './dto/heartbeats.dto';
import { HeartbeatService, type AcceptedBeat } from './heartbeat.service';

/** Signs of life. */
@ApiTag('heartbeat', 'Signs of life')
@RateLimit('heartbeats')
@Controller('agents')
export class HeartbeatController {
  constructor(
    private readonly heartbeats: HeartbeatService,
    private readonly databaseTime: DatabaseTime,
  ) {}

  @Post('heartbeats')
  @HotRoute()
  @HttpCode(200)
  @LargeBody()
  @Requires('agent', { isNarrowed: true, allowStale: true })
  @ApiOperation({
    operationId: 'sendHeartbeats',
    summary: 'Send many heartbeats at once',
    description:
      'For gateways that beat for many agents. Each heartbeat is judged alone: `rejected` lists those that were refused and why, the others are accepted. An agent’s own token beats for this agent only, a client’s for agents that it owns.',
  })
  @ApiOkResponse({ type: HeartbeatBatchResponseDto, description: 'What was accepted and what was not.' })
  @ApiProblems(invalid('beats', 'must be an array of 1 to 5000 heartbeats'), ...WRITE_PROBLEMS, 413, 415)
  async beatAll(
    @ValidBody(HeartbeatBatchDto) { beats }: HeartbeatBatchDto,
    @Caller() principal: Principal,
  ): Promise<HeartbeatBatchResponseDto> {
    const { accepted, rejected, replies, nextHeartbeatSeconds } = await this.heartbeats.beatAll(beats, principal);
    return { accepted, rejected, replies, next_heartbeat_seconds: nextHeartbeatSeconds };
  }

  @Post(':id/heartbeat')
  @HotRoute()
  @HttpCode(200)
  @Requires('agent', { ownAgent: 'id', allowStale: true })
  @ApiOperation({
    operationId: 'sendHeartbeat',
    summary: 'Send a heartbeat',
    description:
      'Says that the agent is alive, with or without a report of its health. The answer says when to send the next one. An `unhealthy` or `inactive` agent becomes `active`; maintenance and quarantine stay. The time of the heartbeat is that of the registry. Accepted heartbeats are written within half a second; a crash of the service loses those of that time.',
  })
  @ApiBody({ type: HeartbeatRequestDto, required: false })
  @ApiParam(AGENT_ID)
  @ApiOkResponse({ type: HeartbeatResponseDto, description: 'Accepted.' })
  @ApiProblems(
    invalid('health.cpu_percent', 'must be a number from 0 to 100'),
    ...UNKNOWN_AGENT_PROBLEMS,
    superseded(AGENT_ID.example),
    ...WRITE_PROBLEMS,
    413,
    415,
  )
  beat(
    @Param('id', agentIdPipe) id: string,
    @Body() body: unknown,
  ): HeartbeatResponseDto | Promise<HeartbeatResponseDto> {
    const accepted = this.heartbeats.beat(id, body);
    return accepted instanceof Promise ? accepted.then((beat) => this.present(beat)) : this.present(accepted);
  }

  private present({ id, status, nextHeartbeatSeconds, timeoutSeconds, reply }: AcceptedBeat): HeartbeatResponseDto {
    return {
      id,
      last_beat: this.databaseTime.now().toISOString(),
      status,
      next_heartbeat_seconds: nextHeartbeatSeconds,
      timeout_seconds: timeoutSeconds,
      ...reply,
    };
  }
}
