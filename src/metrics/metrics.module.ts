import { Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { ClusterModule } from '../platform/cluster/cluster.module';
import { MetricsController } from './metrics.controller';

/** Answers Prometheus. Which metrics there are, the modules say that count them. */
@Module({
  imports: [
    PrometheusModule.registerAsync({
      imports: [ClusterModule],
      controller: MetricsController,
      useFactory: () => ({ controller: MetricsController, defaultMetrics: { enabled: false } }), // see ObservabilityModule
    }),
  ],
})
export class MetricsModule {}
