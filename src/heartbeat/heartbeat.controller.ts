import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import type { Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiProblems } from '../platform/validation/api-problems';
import { ValidBody } from '../platform/validation/http-input';
import { TakesBatch } from '../platform/http/json-body';
import { HotRoute } from '../platform/lane/hot-route.decorator';
import { RateLimit } from '../platform/limits/rate-limit.decorator';
import { agentIdPipe } from '../agent/agent-fields';
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
  @TakesBatch()
  @Requires('agent', { isNarrowed: true, allowStale: true })
  @ApiOperation({ operationId: 'sendHeartbeats', summary: 'Many heartbeats at once; a bad one is rejected by itself' })
  @ApiOkResponse({ type: HeartbeatBatchResponseDto })
  @ApiProblems(400, 413, 415)
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
    summary: 'A heartbeat, with or without a report of the agent’s health',
  })
  @ApiBody({ type: HeartbeatRequestDto, required: false })
  @ApiOkResponse({ type: HeartbeatResponseDto })
  @ApiProblems(400, 404, 413, 415)
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
