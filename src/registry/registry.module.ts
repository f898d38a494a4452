import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RegistryCacheModule } from '../platform/cache/cache.module';
import { EventsModule } from '../events/events.module';
import { AgentChangeLogger } from './agent-change.logger';
import { AgentController } from './agent.controller';
import { AgentEntity } from './agent.entity';
import { AgentImportRepository } from './bulk-import/agent-import.repository';
import { AgentImportService } from './bulk-import/agent-import.service';
import { AgentPresenter } from './agent.presenter';
import { AgentCache } from './agent-cache';
import { AgentRepository } from './agent.repository';
import { AgentReader } from './agent.reader';
import { AgentService } from './agent.service';
import { AgentTokenController } from './own-token/agent-token.controller';
import { BansController } from './bans/bans.controller';
import { AgentCountCache } from './search/agent-count-cache';
import { SearchController } from './search/search.controller';
import { AgentsController } from './agents.controller';
import { IdempotencyKeyEntity } from './registration/idempotency-key.entity';
import { IdempotencyRepository } from './registration/idempotency.repository';
import { IdentityConflicts } from './registration/identity-conflicts';
import { OwnerQuota } from './registration/owner-quota';
import { OwnerQuotaRepository } from './registration/owner-quota.repository';
import { InvalidationPublisher } from './invalidation-publisher';
import { IdempotencyRetention, TombstoneRetention } from './agent-retention';
import { FeedController } from './feed/feed.controller';
import { FeedItems } from './feed/feed-items';
import { FeedSelector } from './feed/feed-selector';
import { FeedService } from './feed/feed.service';
import { LiveFeeds } from './feed/live-feeds';
import { StreamsModule } from '../platform/streams/streams.module';
import { IntervalScaling } from '../liveness/interval-scaling';
import { DatabaseTime } from '../liveness/database-time';
import { HeartbeatBuffer } from '../liveness/heartbeat-buffer';
import { ReservedIdsReport } from './reserved-ids.report';
import { RegistrationService } from './registration/registration.service';
import { RegistrationWriter } from './registration/registration.writer';
import { AgentAvailability } from './dependencies/agent-availability';
import { DependencyReader } from './dependencies/dependency.reader';
import { SelectorResolver } from './selector/selector.resolver';
import { AgentMetrics } from './agent.metrics';
import { AgentChanges } from './watch/agent-changes';
import { AgentWatches } from './watch/agent-watches';
import { WatchController } from './watch/watch.controller';

/** Agents: registering, finding, reading, changing and deregistering them. */
@Module({
  imports: [
    TypeOrmModule.forFeature([AgentEntity, IdempotencyKeyEntity]),
    RegistryCacheModule,
    EventsModule,
    StreamsModule,
  ],
  controllers: [
    AgentsController,
    SearchController,
    WatchController,
    AgentController,
    AgentTokenController,
    BansController,
    FeedController,
  ],
  providers: [
    AgentAvailability,
    AgentMetrics,
    AgentChangeLogger,
    AgentChanges,
    AgentImportRepository,
    AgentImportService,
    AgentPresenter,
    AgentCache,
    AgentReader,
    AgentRepository,
    AgentService,
    AgentWatches,
    AgentCountCache,
    FeedItems,
    FeedSelector,
    FeedService,
    LiveFeeds,
    IntervalScaling,
    InvalidationPublisher,
    DatabaseTime,
    DependencyReader,
    IdempotencyRepository,
    IdempotencyRetention,
    IdentityConflicts,
    OwnerQuota,
    OwnerQuotaRepository,
    HeartbeatBuffer,
    RegistrationService,
    RegistrationWriter,
    ReservedIdsReport,
    SelectorResolver,
    TombstoneRetention,
  ],
  exports: [
    AgentAvailability,
    AgentImportService,
    AgentCache,
    AgentPresenter,
    AgentReader,
    FeedItems,
    IntervalScaling,
    DatabaseTime,
    DependencyReader,
    IdentityConflicts,
    HeartbeatBuffer,
    SelectorResolver,
  ],
})
export class RegistryModule {}
