import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Clock } from '../common/clock';
import { Configuration } from '../config/configuration';
import { CourtAuthority } from './court.authority';
import { GovernanceController } from './governance.controller';
import { GovernanceDecisionEntity } from './governance-decision.entity';
import { GovernanceDecisionsRepository } from './governance-decisions.repository';
import { GovernanceService } from './governance.service';
import { AllowEverything, PolicyAuthority } from './policy-authority';

/** Judges changes of agents before they are made. The one place that knows which authority does so. */
@Module({
  imports: [TypeOrmModule.forFeature([GovernanceDecisionEntity])],
  controllers: [GovernanceController],
  providers: [
    GovernanceDecisionsRepository,
    GovernanceService,
    {
      provide: PolicyAuthority,
      inject: [Configuration, Clock],
      useFactory: (configuration: Configuration, clock: Clock): PolicyAuthority => {
        const url = configuration.TRIFECTA_COURT_URL;
        return url ? new CourtAuthority(url, configuration, clock) : new AllowEverything();
      },
    },
  ],
  exports: [GovernanceService, PolicyAuthority],
})
export class GovernanceModule {}
