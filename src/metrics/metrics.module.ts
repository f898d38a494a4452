import cluster from 'node:cluster';
import { Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { AggregatorRegistry, collectDefaultMetrics } from 'prom-client';
import { RegistryCacheModule } from '../platform/cache/cache.module';
import { ClusterModule } from '../platform/cluster/cluster.module';
import { AnalyticsModule } from '../analytics/analytics.module';
import { EventsModule } from '../events/events.module';
import { GateModule } from '../platform/gate/gate.module';
import { GovernanceModule } from '../governance/governance.module';
import { HealthModule } from '../health/health.module';
import { HeartbeatModule } from '../heartbeat/heartbeat.module';
import { RegistryModule } from '../registry/registry.module';
import { RetentionModule } from '../retention/retention.module';
import { AgentCounters } from './agent-counters';
import { CacheMetrics } from './cache-metrics';
import { EdgeMetrics } from './edge-metrics';
import { FleetGauges } from './fleet-gauges';
import { GovernanceMetrics } from './governance-metrics';
import { HealthMetrics } from './health-metrics';
import { HeartbeatMetrics } from './heartbeat-metrics';
import { Instruments, ScrapedRegistry } from './instruments';
import { MetricsController } from './metrics.controller';
import { ProcessMetrics } from './process-metrics';
import { RetentionMetrics } from './retention-metrics';

/** Named as only a counter may be, which they are not: `promtool check metrics` objects. Without `_total` they are there by type. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Not prom-client's global registry: several services in one process, as in tests, must not count as one. */
function newRegistry(): ScrapedRegistry {
  const register = new ScrapedRegistry();
  collectDefaultMetrics({ register });
  for (const name of MISNAMED) register.removeSingleMetric(name);
  answerPrimary(register);
  return register;
}

/** In a worker, prom-client answers the primary that adds up what all workers count. */
function answerPrimary(register: ScrapedRegistry): void {
  if (!cluster.isWorker) return;
  void new AggregatorRegistry(); // it listens from then on
  AggregatorRegistry.setRegistries(register);
}

/** The numbers themselves. They read what the other modules count; those know nothing of it. */
@Module({
  imports: [
    AnalyticsModule,
    EventsModule,
    GateModule,
    GovernanceModule,
    HealthModule,
    HeartbeatModule,
    RegistryCacheModule,
    RegistryModule,
    RetentionModule,
  ],
  providers: [
    { provide: Instruments, useFactory: () => new Instruments(newRegistry()) },
    AgentCounters,
    CacheMetrics,
    EdgeMetrics,
    FleetGauges,
    GovernanceMetrics,
    HealthMetrics,
    HeartbeatMetrics,
    ProcessMetrics,
    RetentionMetrics,
  ],
  exports: [FleetGauges, Instruments],
})
class InstrumentsModule {}

/** Tells Prometheus how the service and its agents are. Nothing imports this module. */
@Module({
  imports: [
    PrometheusModule.registerAsync({
      imports: [ClusterModule, InstrumentsModule],
      controller: MetricsController,
      useFactory: () => ({ controller: MetricsController, defaultMetrics: { enabled: false } }), // see newRegistry
    }),
  ],
})
export class MetricsModule {}
