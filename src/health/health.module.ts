import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DatabaseIndicator } from './database.indicator';
import { HeartbeatModule } from '../heartbeat/heartbeat.module';
import { HealthController } from './health.controller';
import { SweepIndicator } from './sweep.indicator';

/** Answers Kubernetes and whoever else asks how the service is. */
@Module({
  imports: [TerminusModule, HeartbeatModule],
  controllers: [HealthController],
  providers: [DatabaseIndicator, SweepIndicator],
})
export class HealthModule {}
