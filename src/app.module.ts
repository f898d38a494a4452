import { Module, type DynamicModule, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { AccessModule } from './access/access.module';
import { CommonModule } from './common/common.module';
import { BATCH, BODY, jsonBody } from './common/json-body';
import { loggingOptions } from './common/logging';
import { ConfigModule } from './config/config.module';
import type { Configuration } from './config/configuration';
import { DatabaseModule } from './database/database.module';
import { GovernanceModule } from './governance/governance.module';
import { HealthModule } from './health/health.module';
import { HeartbeatModule } from './heartbeat/heartbeat.module';
import { LimitsModule } from './limits/limits.module';
import { MetricsModule } from './metrics/metrics.module';
import { RegistryModule } from './registry/registry.module';
import { RetentionModule } from './retention/retention.module';
import { traceFields } from './tracing/log-fields';

const BATCH_PATHS = new Set(['/agents/import', '/agents/heartbeats']);

/** The service. A new module is one line here. */
@Module({})
export class AppModule implements NestModule {
  static forRoot(configuration: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(configuration),
        LoggerModule.forRoot(loggingOptions(configuration.LOG_LEVEL, process.stdout.isTTY, traceFields(configuration))),
        CommonModule,
        AccessModule.forRoot(configuration), // its guard comes after Common's: a request that fits no route needs no token
        LimitsModule, // after it: who asks is known then
        DatabaseModule.forRoot(configuration),
        GovernanceModule,
        RegistryModule,
        HeartbeatModule,
        RetentionModule,
        HealthModule,
        MetricsModule,
      ],
    };
  }

  /** After the logger's, which is global: a body that cannot be read is logged like every other failure. */
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(jsonBody((path) => (BATCH_PATHS.has(path) ? BATCH : BODY))).forRoutes('{*path}');
  }
}
