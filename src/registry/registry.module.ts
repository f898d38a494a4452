import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RegistryCacheModule } from '../cache/cache.module';
import { EventsModule } from '../events/events.module';
import { GovernanceModule } from '../governance/governance.module';
import { LaneModule } from '../lane/lane.module';
import { AgentChangeLogger } from './agent-change.logger';
import { AgentController } from './agent.controller';
import { AgentEntity } from './agent.entity';
import { AgentImportRepository } from './agent-import.repository';
import { AgentImportService } from './agent-import.service';
import { AgentPresenter } from './agent.presenter';
import { AgentRecords } from './agent-records';
import { AgentRepository } from './agent.repository';
import { AgentService } from './agent.service';
import { AgentTotals } from './agent-totals';
import { AnalyticsController } from './analytics.controller';
import { AgentCensus } from './agent-census';
import { AnalyticsRepository } from './analytics.repository';
import { AgentsController } from './agents.controller';
import { IdempotencyKeyEntity } from './idempotency-key.entity';
import { IdempotencyRepository } from './idempotency.repository';
import { IdentityConflicts } from './identity-conflicts';
import { OwnerQuota } from './owner-quota';
import { OwnerQuotaRepository } from './owner-quota.repository';
import { ChangeRelay } from './change-relay';
import { IdempotencyRetention, TombstoneRetention } from './agent-retention';
import { Cadence } from './cadence';
import { DatabaseTime } from './database-time';
import { RecentBeats } from './recent-beats';
import { ReservedIdsReport } from './reserved-ids.report';
import { RegistrationService } from './registration.service';
import { RegistrationWriter } from './registration.writer';

/** Agents: registering, finding, reading, changing and deregistering them. */
@Module({
  imports: [
    TypeOrmModule.forFeature([AgentEntity, IdempotencyKeyEntity]),
    LaneModule,
    RegistryCacheModule,
    EventsModule,
    GovernanceModule,
  ],
  controllers: [AgentsController, AgentController, AnalyticsController],
  providers: [
    AgentCensus,
    AgentChangeLogger,
    AgentImportRepository,
    AgentImportService,
    AgentPresenter,
    AgentRecords,
    AgentRepository,
    AgentService,
    AgentTotals,
    AnalyticsRepository,
    Cadence,
    ChangeRelay,
    DatabaseTime,
    IdempotencyRepository,
    IdempotencyRetention,
    IdentityConflicts,
    OwnerQuota,
    OwnerQuotaRepository,
    RecentBeats,
    RegistrationService,
    RegistrationWriter,
    ReservedIdsReport,
    TombstoneRetention,
  ],
  exports: [
    AgentCensus,
    AgentImportService,
    AgentRecords,
    AgentService,
    Cadence,
    DatabaseTime,
    IdempotencyRetention,
    IdentityConflicts,
    RecentBeats,
    TombstoneRetention,
  ],
})
export class RegistryModule {}
