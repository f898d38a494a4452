import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { CourtIndicator } from './court.indicator';
import { DatabaseIndicator } from './database.indicator';
import { GovernanceModule } from '../governance/governance.module';
import { HeartbeatModule } from '../heartbeat/heartbeat.module';
import { HealthController } from './health.controller';
import { SweepIndicator } from './sweep.indicator';

/** Answers Kubernetes and whoever else asks how the service is. */
@Module({
  imports: [TerminusModule, GovernanceModule, HeartbeatModule],
  controllers: [HealthController],
  providers: [CourtIndicator, DatabaseIndicator, SweepIndicator],
})
export class HealthModule {}
