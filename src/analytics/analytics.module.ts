import { Module } from '@nestjs/common';
import { RegistryCacheModule } from '../platform/cache/cache.module';
import { FleetStatistics } from './fleet-statistics';
import { AnalyticsController } from './analytics.controller';
import { AnalyticsRepository } from './analytics.repository';
import { FleetMetrics } from './fleet.metrics';

/** Figures about the whole fleet, for people and for other modules. */
@Module({
  imports: [RegistryCacheModule],
  controllers: [AnalyticsController],
  providers: [FleetMetrics, FleetStatistics, AnalyticsRepository],
  exports: [FleetStatistics],
})
export class AnalyticsModule {}
