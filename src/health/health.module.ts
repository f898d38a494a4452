import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { GovernanceModule } from '../governance/governance.module';
import { HeartbeatModule } from '../heartbeat/heartbeat.module';
import { CourtIndicator } from './court.indicator';
import { DatabaseIndicator } from './database.indicator';
import { FlushIndicator } from './flush.indicator';
import { HealthChecks } from './health-checks';
import { HealthController } from './health.controller';
import { RedisIndicator } from './redis.indicator';
import { SweepIndicator } from './sweep.indicator';

/** Answers Kubernetes and whoever else asks how the service is. Another module adds checks of its own to {@link HealthChecks}. */
@Module({
  imports: [TerminusModule, GovernanceModule, HeartbeatModule],
  controllers: [HealthController],
  providers: [CourtIndicator, DatabaseIndicator, FlushIndicator, HealthChecks, RedisIndicator, SweepIndicator],
  exports: [HealthChecks],
})
export class HealthModule {}
