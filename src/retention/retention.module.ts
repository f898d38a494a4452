import { Module } from '@nestjs/common';
import { EventsModule } from '../events/events.module';
import { WebhooksModule } from '../events/webhooks/webhooks.module';
import { RegistryModule } from '../registry/registry.module';
import { RetentionService } from './retention.service';
import { RetentionMetrics } from './retention.metrics';

/** Keeps tables from growing without end: what is past its retention is deleted. */
@Module({
  imports: [EventsModule, RegistryModule, WebhooksModule],
  providers: [RetentionMetrics, RetentionService],
  exports: [RetentionService],
})
export class RetentionModule {}
