import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Clock } from '../platform/common/clock';
import { withTimeout } from '../platform/common/with-timeout';
import { Configuration } from '../platform/config/configuration';
import { FleetStatistics } from './fleet-statistics';
import { activeAgents, agentHealthText } from './fleet-text';
import { Instruments, type Sample } from '../platform/observability/instruments';
import { defineMetrics } from '../platform/observability/metric-definitions';

const METRICS = defineMetrics({
  active_agents: {
    type: 'gauge',
    help: 'Registered agents by type and lifecycle status (active is one of them). Beyond the 100 most frequent types, type is "other". Left out while the database is away.',
    labels: ['type', 'status'],
    ofWorkers: 'max',
  },
  agent_health_series_omitted: {
    type: 'gauge',
    help: 'Agents without an agent_health series because there are more than METRICS_MAX_AGENT_SERIES of them.',
    labels: [],
    ofWorkers: 'max',
  },
});

const FRESH_MS = 5000;
/** A scrape goes on without the agents when the database takes longer. */
const PATIENCE_MS = 500;

interface Fleet {
  countedAt: number;
  active: Sample[];
  healthText: string;
  omitted: number;
}

/** The gauges about agents: asked of the database at a scrape, at most every five seconds and once at a time. */
@Injectable()
export class FleetMetrics {
  private fleet: Fleet | undefined;
  private counting: Promise<void> | undefined;

  constructor(
    instruments: Instruments,
    private readonly statistics: FleetStatistics,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(FleetMetrics.name);
    instruments.beforeScrape(() => this.refresh());
    instruments.appendText(() => this.fleet?.healthText ?? '');
    instruments.gauge(METRICS.active_agents, () => this.fleet?.active ?? []);
    instruments.gauge(METRICS.agent_health_series_omitted, () => this.fleet?.omitted ?? 0);
  }

  /** Sees to it that the gauges are at most five seconds old, or empty. Waits no longer than half a second and never throws. */
  private async refresh(): Promise<void> {
    if (this.isFresh()) return;
    this.counting ??= this.count().finally(() => (this.counting = undefined));
    await withTimeout(this.clock, PATIENCE_MS, this.counting).catch(() => undefined);
    if (!this.isFresh()) this.fleet = undefined;
  }

  private isFresh(): boolean {
    return this.fleet !== undefined && this.clock.monotonicMs() - this.fleet.countedAt < FRESH_MS;
  }

  private async count(): Promise<void> {
    try {
      const countedAt = this.clock.monotonicMs();
      const max = this.configuration.METRICS_MAX_AGENT_SERIES;
      const counts = await this.statistics.countsByTypeAndStatus();
      const total = counts.reduce((sum, { count }) => sum + count, 0);
      const omitted = total > max ? total : 0;
      const healthText = await agentHealthText(omitted > 0 ? [] : await this.statistics.healthOfEach(max));
      this.fleet = { countedAt, active: activeAgents(counts), healthText, omitted };
    } catch (error) {
      this.logger.debug({ err: error }, 'The agents cannot be counted; the scrape goes on without them');
    }
  }
}
