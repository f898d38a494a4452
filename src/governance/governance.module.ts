import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Clock } from '../platform/common/clock';
import { Configuration } from '../platform/config/configuration';
import { DecisionRetention } from './decision-retention';
import { GovernanceController } from './governance.controller';
import { GovernanceDecisionEntity } from './governance-decision.entity';
import { GovernanceDecisionsRepository } from './governance-decisions.repository';
import { GovernanceService } from './governance.service';
import { AllowEverything, PolicyAuthority } from './policy-authority';
import { CourtIndicator } from './court.indicator';
import { GovernanceMetrics } from './governance.metrics';

/** Judges changes of agents before they are made. The one place that knows which authority does so. */
@Module({
  imports: [TypeOrmModule.forFeature([GovernanceDecisionEntity])],
  controllers: [GovernanceController],
  providers: [
    CourtIndicator,
    DecisionRetention,
    GovernanceDecisionsRepository,
    GovernanceMetrics,
    GovernanceService,
    {
      provide: PolicyAuthority,
      inject: [Configuration, Clock],
      useFactory: (configuration: Configuration, clock: Clock): PolicyAuthority => {
        const url = configuration.TRIFECTA_COURT_URL;
        if (!url) return new AllowEverything();
        // Loaded, with undici and cockatiel, only when there is a court to ask.
        const { CourtAuthority } = require('./court/court.authority') as typeof import('./court/court.authority');
        return new CourtAuthority(url, configuration, clock);
      },
    },
  ],
  exports: [DecisionRetention, GovernanceService, PolicyAuthority],
})
export class GovernanceModule {}
