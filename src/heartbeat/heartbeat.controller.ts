import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiProblems } from '../platform/validation/api-problems';
import { ValidBody, validBody } from '../platform/validation/http-input';
import { TakesBatch } from '../platform/http/json-body';
import { HotLane } from '../platform/lane/hot-lane';
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
@ApiTags('heartbeat')
@RateLimit('heartbeats')
@Controller('agents')
export class HeartbeatController {
  constructor(
    private readonly heartbeats: HeartbeatService,
    private readonly databaseTime: DatabaseTime,
    lane: HotLane,
  ) {
    lane.add({
      method: 'POST',
      path: '/agents/:id/heartbeat',
      like: [HeartbeatController, 'beat'],
      answer: ({ id, body }) => {
        const answer = this.beat(id, body);
        return answer instanceof Promise
          ? answer.then((awaited) => ({ status: 200, body: awaited }))
          : { status: 200, body: answer };
      },
    });
    lane.add({
      method: 'POST',
      path: '/agents/heartbeats',
      like: [HeartbeatController, 'beatAll'],
      answer: async ({ body, principal }) => {
        const valid = validBody(HeartbeatBatchDto, body);
        return { status: 200, body: await this.beatAll(valid, principal) };
      },
    });
  }

  @Post('heartbeats')
  @HttpCode(200)
  @TakesBatch()
  @Requires('agent', { allowStale: true })
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
    return accepted instanceof Promise ? accepted.then((beat) => this.answerTo(beat)) : this.answerTo(accepted);
  }

  private answerTo({ id, status, nextHeartbeatSeconds, timeoutSeconds, reply }: AcceptedBeat): HeartbeatResponseDto {
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
