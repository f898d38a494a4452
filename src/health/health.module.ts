import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DatabaseIndicator } from './database.indicator';
import { HealthController } from './health.controller';

/** Answers Kubernetes and whoever else asks how the service is. */
@Module({
  imports: [TerminusModule],
  controllers: [HealthController],
  providers: [DatabaseIndicator],
})
export class HealthModule {}
