import { Module } from '@nestjs/common';
import { HealthController } from './health.controller';

/** Answers Kubernetes, and people who ask how the service is. What is checked, the modules say that need it. */
@Module({ controllers: [HealthController] })
export class HealthModule {}
