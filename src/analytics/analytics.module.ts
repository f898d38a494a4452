import { Module } from '@nestjs/common';
import { RegistryCacheModule } from '../platform/cache/cache.module';
import { AgentCensus } from './agent-census';
import { AnalyticsController } from './analytics.controller';
import { AnalyticsRepository } from './analytics.repository';
import { FleetMetrics } from './fleet.metrics';

/** Figures about the whole fleet, for people and for other modules. */
@Module({
  imports: [RegistryCacheModule],
  controllers: [AnalyticsController],
  providers: [FleetMetrics, AgentCensus, AnalyticsRepository],
  exports: [AgentCensus],
})
export class AnalyticsModule {}
