import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import type { Response } from 'express';
import { Requires } from '../access/requires.decorator';
import { CourtIndicator } from './court.indicator';
import { DatabaseIndicator } from './database.indicator';
import { LivenessDto, ServiceHealthDto } from './health.dto';
import { SweepIndicator } from './sweep.indicator';

/** Probes. */
@ApiTags('service')
@Controller('health')
export class HealthController {
  constructor(
    private readonly database: DatabaseIndicator,
    private readonly sweep: SweepIndicator,
    private readonly court: CourtIndicator,
  ) {}

  @Get()
  @Requires('health')
  @ApiOperation({ summary: 'How the service and what it needs are' })
  @ApiOkResponse({ type: ServiceHealthDto })
  @ApiResponse({ status: 503, type: ServiceHealthDto, description: 'The database cannot be reached.' })
  async health(@Res({ passthrough: true }) response: Response): Promise<ServiceHealthDto> {
    const details: HealthIndicatorResult = {
      ...(await this.database.check()),
      ...this.court.check(),
      ...this.sweep.check(),
    };
    const isUp = details.database?.status === 'up';
    const isWhole = Object.values(details).every(({ status }) => status === 'up');
    response.status(isUp ? 200 : 503);
    return { status: !isUp ? 'unhealthy' : isWhole ? 'healthy' : 'degraded', details };
  }

  @Get('live')
  @Requires('health')
  @ApiOperation({ summary: 'Whether the process can answer; asks nobody' })
  @ApiOkResponse({ type: LivenessDto })
  live(): LivenessDto {
    return { status: 'alive' };
  }

  @Get('ready')
  @Requires('health')
  @ApiOperation({ summary: 'Whether the service can do its work' })
  @ApiOkResponse({ type: ServiceHealthDto })
  @ApiResponse({ status: 503, type: ServiceHealthDto })
  ready(@Res({ passthrough: true }) response: Response): Promise<ServiceHealthDto> {
    return this.health(response);
  }
}
