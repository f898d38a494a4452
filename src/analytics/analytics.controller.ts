import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import { SharedAnswers } from '../platform/cache/shared-answers';
import { isNarrowed, type Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
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
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'getOverview',
    summary: 'How many agents there are of each kind, at most two seconds ago',
  })
  @ApiOkResponse({ type: OverviewDto })
  @ApiProblems(400)
  async overview(@Caller() principal: Principal): Promise<OverviewDto> {
    const counts = await this.answers.recent(`analytics:overview:${scopeOf(principal)}`, () =>
      this.analytics.counts(principal),
    );
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
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'getFleetHealth',
    summary: 'How the fleet feels, and who does not feel well, at most two seconds ago',
  })
  @ApiOkResponse({ type: FleetHealthDto })
  @ApiProblems(400)
  async health(@Caller() principal: Principal): Promise<FleetHealthDto> {
    const { analytics } = this;
    const ask = () =>
      Promise.all([analytics.share(principal), analytics.unhealthy(principal), analytics.missedBeats(principal)]);
    const [{ healthy, known }, { agents, total }, missed] = await this.answers.recent(
      `analytics:health:${scopeOf(principal)}`,
      ask,
    );
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

/** Callers with the same share the same figures. */
function scopeOf(principal: Principal): string {
  return isNarrowed(principal) ? principal.where : '';
}
