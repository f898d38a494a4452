import { Injectable } from '@nestjs/common';
import { AnalyticsRepository, type AgentHealthiness, type TypeAndStatusCount } from './analytics.repository';

/** Who is in the registry, for other modules to count. Asks the database anew every time. */
@Injectable()
export class FleetStatistics {
  constructor(private readonly analytics: AnalyticsRepository) {}

  /** Registered agents by type and status, the most frequent first. */
  countsByTypeAndStatus(): Promise<TypeAndStatusCount[]> {
    return this.analytics.countsByTypeAndStatus();
  }

  /** At most `limit` agents, and of each whether its health is `healthy`. */
  healthOfEach(limit: number): Promise<AgentHealthiness[]> {
    return this.analytics.healthOfEach(limit);
  }
}
