import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import { SharedAnswers } from '../platform/cache/shared-answers';
import { Requires } from '../platform/access/requires.decorator';
import { ApiProblems } from '../platform/validation/api-problems';
import { AnalyticsRepository } from './analytics.repository';
import { FleetHealthDto, OverviewDto } from './dto/analytics.dto';

/** Figures about the whole fleet. */
@ApiTag('analytics', 'The whole fleet')
@Controller('analytics')
export class AnalyticsController {
  constructor(
    private readonly analytics: AnalyticsRepository,
    private readonly answers: SharedAnswers,
  ) {}

  @Get('overview')
  @Requires('read')
  @ApiOperation({
    operationId: 'getOverview',
    summary: 'How many agents there are of each kind, at most two seconds ago',
  })
  @ApiOkResponse({ type: OverviewDto })
  @ApiProblems(400)
  async overview(): Promise<OverviewDto> {
    const counts = await this.answers.recent('analytics:overview', () => this.analytics.counts());
    const { byStatus, byHealth, byType, byCategory } = counts;
    return {
      total_agents: [...byStatus.values()].reduce((sum, count) => sum + count, 0),
      active_agents: byStatus.get('active') ?? 0,
      healthy_agents: byHealth.get('healthy') ?? 0,
      by_status: Object.fromEntries(byStatus),
      agent_types: Object.fromEntries(byType),
      categories: Object.fromEntries(byCategory),
    };
  }

  @Get('health')
  @Requires('read')
  @ApiOperation({
    operationId: 'getFleetHealth',
    summary: 'How the fleet feels, and who does not feel well, at most two seconds ago',
  })
  @ApiOkResponse({ type: FleetHealthDto })
  @ApiProblems(400)
  async health(): Promise<FleetHealthDto> {
    const ask = () => Promise.all([this.analytics.share(), this.analytics.unhealthy(), this.analytics.missedBeats()]);
    const [{ healthy, known }, { agents, total }, missed] = await this.answers.recent('analytics:health', ask);
    return {
      overall_health: known === 0 ? 1 : healthy / known,
      unhealthy_agents: agents.map(({ id, name, status, healthStatus, lastSeen }) => {
        return { id, name, status, health_status: healthStatus, last_seen: lastSeen?.toISOString() ?? null };
      }),
      unhealthy_total: total,
      missed_heartbeats: Object.fromEntries(missed.map(({ id, missed: count }) => [id, count])),
    };
  }
}
