import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RegistryModule } from '../../registry/registry.module';
import { EventsModule } from '../events.module';
import { DeliveriesRepository } from './delivery/deliveries.repository';
import { WebhookDispatcher } from './delivery/webhook-dispatcher';
import { WebhookPayload } from './delivery/webhook-payload';
import { WebhookSender } from './delivery/webhook-sender';
import { DeliveryRetention } from './delivery-retention';
import { FeedCursors } from './feed-cursors';
import { WebhookDeliveryEntity } from './webhook-delivery.entity';
import { WebhookEntity } from './webhook.entity';
import { WebhooksController } from './webhooks.controller';
import { WebhooksMetrics } from './webhooks.metrics';
import { WebhooksRepository } from './webhooks.repository';
import { WebhooksService } from './webhooks.service';

/** Sends events to addresses that clients have given. */
@Module({
  imports: [TypeOrmModule.forFeature([WebhookEntity, WebhookDeliveryEntity]), EventsModule, RegistryModule],
  controllers: [WebhooksController],
  providers: [
    DeliveriesRepository,
    DeliveryRetention,
    FeedCursors,
    WebhookDispatcher,
    WebhookPayload,
    WebhooksMetrics,
    WebhookSender,
    WebhooksRepository,
    WebhooksService,
  ],
})
export class WebhooksModule {}
