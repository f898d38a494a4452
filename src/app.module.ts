import { Module, type DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { AccessModule } from './platform/access/access.module';
import { CommonModule } from './platform/common/common.module';
import { ObservabilityModule } from './platform/observability/observability.module';
import { outputLogging } from './platform/observability/logging';
import { ConfigModule } from './platform/config/config.module';
import type { Configuration } from './platform/config/configuration';
import { DatabaseModule } from './platform/database/database.module';
import { GateModule } from './platform/gate/gate.module';
import { SchedulingModule } from './platform/scheduling/scheduling.module';
import { LaneModule } from './platform/lane/lane.module';
import { AnalyticsModule } from './analytics/analytics.module';
import { WebhooksModule } from './events/webhooks/webhooks.module';
import { trifectaCourt } from './governance/court/trifecta-court';
import { GovernanceModule } from './governance/governance.module';
import { GraphModule } from './graph/graph.module';
import { HealthModule } from './health/health.module';
import { HeartbeatModule } from './heartbeat/heartbeat.module';
import { MetricsModule } from './metrics/metrics.module';
import { RegistryModule } from './registry/registry.module';
import { RetentionModule } from './retention/retention.module';
import { traceFields } from './platform/tracing/log-fields';
import { ExpressionScope } from './registry/search/expression-scope';

/** The service. A new module is one line here. */
@Module({})
export class AppModule {
  /** `stop` ends what a start waits for. */
  static forRoot(configuration: Configuration, stop?: AbortSignal): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(configuration),
        LoggerModule.forRoot(
          outputLogging(configuration.LOG_LEVEL, process.stdout.isTTY, {
            extraFields: traceFields(configuration),
            hasAccessLog: configuration.LOG_REQUESTS !== 'off',
          }),
        ),
        CommonModule,
        ObservabilityModule,
        AccessModule.forRoot(configuration, ExpressionScope),
        GateModule, // its guard comes after Common's: a request that fits no route needs no token
        LaneModule,
        SchedulingModule,
        DatabaseModule.forRoot(configuration, stop),
        GovernanceModule.forRoot(trifectaCourt(configuration)),
        RegistryModule,
        AnalyticsModule,
        HeartbeatModule,
        GraphModule,
        WebhooksModule,
        RetentionModule,
        HealthModule,
        MetricsModule,
      ],
    };
  }
}
