import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
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
      inject: [Configuration],
      useFactory: (configuration: Configuration): PolicyAuthority => {
        const url = configuration.TRIFECTA_COURT_URL;
        return url ? new CourtAuthority(url, configuration) : new AllowEverything();
      },
    },
  ],
  exports: [GovernanceService, PolicyAuthority],
})
export class GovernanceModule {}
