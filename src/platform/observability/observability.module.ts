import cluster from 'node:cluster';
import { Global, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AggregatorRegistry, collectDefaultMetrics } from 'prom-client';
import { HealthChecks } from './health-checks';
import { HealthMetrics } from './health.metrics';
import { Instruments, ScrapedRegistry } from './instruments';
import { ProcessMetrics } from './process.metrics';

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

/** Where modules add their metrics ({@link Instruments}) and their checks ({@link HealthChecks}). */
@Global()
@Module({
  imports: [TerminusModule],
  providers: [
    { provide: Instruments, useFactory: () => new Instruments(newRegistry()) },
    HealthChecks,
    HealthMetrics,
    ProcessMetrics,
  ],
  exports: [HealthChecks, Instruments],
})
export class ObservabilityModule {}
