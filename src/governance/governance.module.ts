import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Clock } from '../platform/common/clock';
import { DecisionRetention } from './decision-retention';
import { GovernanceController } from './governance.controller';
import { GovernanceDecisionEntity } from './governance-decision.entity';
import { GovernanceDecisionsRepository } from './governance-decisions.repository';
import { GovernanceMetrics } from './governance.metrics';
import { GovernanceService } from './governance.service';
import { GovernancePolicy, PolicyDecisionPoint } from './policy-decision-point';
import { PolicyIndicator } from './policy.indicator';

/** Puts changes of agents before a policy before they are made. */
@Global()
@Module({})
export class GovernanceModule {
  static forRoot(policy: GovernancePolicy): DynamicModule {
    return {
      module: GovernanceModule,
      imports: [TypeOrmModule.forFeature([GovernanceDecisionEntity])],
      controllers: [GovernanceController],
      providers: [
        DecisionRetention,
        GovernanceDecisionsRepository,
        GovernanceMetrics,
        GovernanceService,
        PolicyIndicator,
        { provide: GovernancePolicy, useValue: policy },
        {
          provide: PolicyDecisionPoint,
          inject: [Clock],
          useFactory: (clock: Clock): PolicyDecisionPoint => policy.decisionPoint(clock),
        },
      ],
      exports: [GovernanceService],
    };
  }
}
