import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import type { Response } from 'express';
import { Lifecycle } from '../platform/runtime/lifecycle';
import { RateLimit } from '../platform/limits/rate-limit.decorator';
import { HealthChecks } from '../platform/observability/health-checks';
import { Requires } from '../platform/access/requires.decorator';
import { LivenessDto, ServiceHealthDto } from './health.dto';

/** Probes. */
@ApiTag('service', 'Probes, metrics and the description of the API')
@RateLimit('none')
@Controller('health')
export class HealthController {
  constructor(
    private readonly checks: HealthChecks,
    private readonly lifecycle: Lifecycle,
  ) {}

  @Get()
  @Requires('health', { isNarrowed: true })
  @ApiOperation({ operationId: 'getHealth', summary: 'How the service and what it needs are' })
  @ApiOkResponse({ type: ServiceHealthDto })
  @ApiResponse({
    status: 503,
    type: ServiceHealthDto,
    description: 'The database cannot be reached, or no heartbeats are taken.',
  })
  async health(@Res({ passthrough: true }) response: Response): Promise<ServiceHealthDto> {
    const health = await this.checks.health();
    response.status(health.status === 'unhealthy' ? 503 : 200);
    return health;
  }

  @Get('live')
  @Requires('health', { isNarrowed: true })
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process can answer; asks nobody' })
  @ApiOkResponse({ type: LivenessDto })
  live(): LivenessDto {
    return { status: 'alive' };
  }

  @Get('ready')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether the service can do its work, and should be sent any' })
  @Requires('health', { isNarrowed: true })
  @ApiOkResponse({ type: ServiceHealthDto })
  @ApiResponse({
    status: 503,
    type: ServiceHealthDto,
    description: 'Starting, stopping, without its database, or taking no heartbeats.',
  })
  async ready(@Res({ passthrough: true }) response: Response): Promise<ServiceHealthDto> {
    const health = await this.health(response);
    if (!this.lifecycle.stopping.aborted) return health;
    response.status(503);
    return { status: 'unhealthy', details: { ...health.details, shutdown: { status: 'down', message: 'stopping' } } };
  }
}
