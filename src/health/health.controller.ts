import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import type { Response } from 'express';
import { Lifecycle } from '../platform/runtime/lifecycle';
import { RateLimit } from '../platform/limits/rate-limit.decorator';
import { HealthChecks } from '../platform/observability/health-checks';
import { Requires } from '../platform/access/requires.decorator';
import { ApiErrors, invalid } from '../platform/validation/api-problems';
import { LivenessDto, ServiceHealthDto } from './health.dto';

/** What a probe can answer besides: none takes parameters. */
const PROBE_PROBLEMS = [invalid('verbose', 'is not a parameter of this request')];

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
  @ApiErrors(PROBE_PROBLEMS)
  @ApiOperation({
    operationId: 'getHealth',
    summary: 'Health of the service and of what it depends on',
    description: 'For people and dashboards; probes of Kubernetes ask `/health/live` and `/health/ready`.',
  })
  @ApiOkResponse({ type: ServiceHealthDto, description: 'Healthy, or degraded and serving.' })
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
  @ApiErrors(PROBE_PROBLEMS)
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Liveness probe',
    description: 'Answers whenever the process can; asks neither the database nor anything else.',
  })
  @ApiOkResponse({ type: LivenessDto, description: 'The process answers.' })
  live(): LivenessDto {
    return { status: 'alive' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Readiness probe',
    description: 'Whether this replica should be sent requests.',
  })
  @Requires('health', { isNarrowed: true })
  @ApiErrors(PROBE_PROBLEMS)
  @ApiOkResponse({ type: ServiceHealthDto, description: 'Ready.' })
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
