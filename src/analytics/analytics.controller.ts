import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import { SharedAnswers } from '../platform/cache/shared-answers';
import { isNarrowed, type Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiProblems, invalid, QUERY_PROBLEMS } from '../platform/validation/api-problems';
import { AnalyticsRepository } from './analytics.repository';
import { FleetHealthDto, OverviewDto } from './dto/analytics.dto';

const NO_PARAMETERS = invalid('team', 'is not a parameter of this request');

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
    summary: 'How many agents there are of each kind',
    description: 'Figures are at most two seconds old. Deregistered agents are not counted.',
  })
  @ApiOkResponse({ type: OverviewDto, description: 'The figures.' })
  @ApiProblems(NO_PARAMETERS, ...QUERY_PROBLEMS)
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
    summary: 'Health of the fleet, and which agents are unhealthy',
    description:
      'Figures are at most two seconds old. Both what agents report and what their silence says count; the two lists are cut at 100 agents.',
  })
  @ApiOkResponse({ type: FleetHealthDto, description: 'The figures.' })
  @ApiProblems(NO_PARAMETERS, ...QUERY_PROBLEMS)
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
