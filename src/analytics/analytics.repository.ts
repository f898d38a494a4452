import { Injectable } from '@nestjs/common';
import { Configuration } from '../platform/config/configuration';
import { ReportingDatabase } from '../platform/database/reporting-database';
import { AgentScope } from '../platform/access/agent-scope';
import { isNarrowed, type Principal } from '../platform/access/principal';
import { healthStatusSql } from '../agent/agent-health';

const LISTED = 100;
/** What an integer of PostgreSQL holds; adopted agents may have been silent since the year 1. */
const MOST_MISSED = 2_147_483_647;

/** How many agents there are of each kind. */
export interface FleetCounts {
  byStatus: Map<string, number>;
  byHealth: Map<string, number>;
  byType: Map<string, number>;
  byCategory: Map<string, number>;
}

export interface UnhealthyAgent {
  id: string;
  name: string;
  status: string;
  healthStatus: string;
  lastSeen: Date | null;
}

export interface TypeAndStatusCount {
  type: string;
  status: string;
  count: number;
}

export interface AgentHealthiness {
  id: string;
  name: string;
  isHealthy: boolean;
}

/** Figures about the whole fleet, worked out by PostgreSQL. */
@Injectable()
export class AnalyticsRepository {
  constructor(
    private readonly database: ReportingDatabase,
    private readonly configuration: Configuration,
    private readonly scope: AgentScope,
  ) {}

  /** Counts in one pass over the table. */
  async counts(principal: Principal): Promise<FleetCounts> {
    const { visible, parameters } = this.visibleTo(principal);
    const rows = await this.database.query<{ kind: number; value: string; count: number }>(
      `SELECT grouping(status, health, type, category) AS kind, coalesce(status, health, type, category) AS value, count(*)::int AS count
         FROM (SELECT status, ${healthStatusSql('$1')} AS health, type, category FROM agents WHERE deregistered_at IS NULL${visible}) AS agent
        GROUP BY GROUPING SETS ((status), (health), (type), (category))
       HAVING coalesce(status, health, type, category) IS NOT NULL
        ORDER BY count DESC, value`,
      parameters,
    );
    // `grouping` sets a bit for every column that a row is not grouped by, the first column's the highest.
    const of = (kind: number): Map<string, number> =>
      new Map(rows.filter((row) => row.kind === kind).map(({ value, count }) => [value, count]));
    return { byStatus: of(0b0111), byHealth: of(0b1011), byType: of(0b1101), byCategory: of(0b1110) };
  }

  /** For `/metrics`, which is looked at when something is wrong: before what others ask. */
  async countsByTypeAndStatus(): Promise<TypeAndStatusCount[]> {
    return this.database.query<TypeAndStatusCount>(
      `SELECT type, status, count(*)::int AS count FROM agents WHERE deregistered_at IS NULL GROUP BY type, status ORDER BY count DESC, type`,
      [],
      { isUrgent: true },
    );
  }

  /** At most `limit` agents, in the order of their ids; for `/metrics` as well. */
  async healthOfEach(limit: number): Promise<AgentHealthiness[]> {
    return this.database.query<AgentHealthiness>(
      `SELECT id, name, ${healthStatusSql('$1')} = 'healthy' AS "isHealthy" FROM agents WHERE deregistered_at IS NULL ORDER BY id LIMIT $2`,
      [this.configuration.HEARTBEAT_TIMEOUT_SECONDS, limit],
      { isUrgent: true },
    );
  }

  /** Healthy agents, and all that ever were alive. */
  async share(principal: Principal): Promise<{ healthy: number; known: number }> {
    const { visible, parameters } = this.visibleTo(principal);
    const [row] = await this.database.query<{ healthy: number; known: number }>(
      `SELECT count(*) FILTER (WHERE ${healthStatusSql('$1')} = 'healthy')::int AS healthy, count(*)::int AS known
         FROM agents WHERE deregistered_at IS NULL AND last_seen IS NOT NULL${visible}`,
      parameters,
    );
    return row!;
  }

  /** Agents that have fallen silent or report themselves unhealthy: the first by id, and how many there are. */
  async unhealthy(principal: Principal): Promise<{ agents: UnhealthyAgent[]; total: number }> {
    const { visible, parameters } = this.visibleTo(principal);
    const rows = await this.database.query<UnhealthyAgent & { total: number }>(
      `SELECT id, name, status, health AS "healthStatus", last_seen AS "lastSeen", count(*) OVER ()::int AS total
         FROM (SELECT id, name, status, last_seen, ${healthStatusSql('$1')} AS health FROM agents WHERE deregistered_at IS NULL${visible}) AS agent
        WHERE status = 'unhealthy' OR health = 'unhealthy' OR (status = 'inactive' AND last_seen IS NOT NULL)
        ORDER BY id LIMIT ${LISTED}`,
      parameters,
    );
    return { agents: rows, total: rows[0]?.total ?? 0 };
  }

  /** Whole intervals missed so far by agents that are waited for, the longest silences first. */
  async missedBeats(principal: Principal): Promise<{ id: string; missed: number }[]> {
    const { visible, parameters } = this.visibleTo(principal, []);
    return this.database.query<{ id: string; missed: number }>(
      `SELECT id, missed FROM (
         SELECT id, least(floor(extract(epoch FROM now() - last_seen) / (heartbeat->>'interval_seconds')::int), ${MOST_MISSED})::int AS missed
           FROM agents WHERE status IN ('active', 'unhealthy') AND heartbeat->>'enabled' = 'true'${visible}) AS agent
        WHERE missed >= 1 ORDER BY missed DESC, id LIMIT ${LISTED}`,
      parameters,
    );
  }

  /** A further condition for callers that see some agents only, and the parameters of the statement. */
  private visibleTo(
    principal: Principal,
    parameters: unknown[] = [this.configuration.HEARTBEAT_TIMEOUT_SECONDS],
  ): { visible: string; parameters: unknown[] } {
    if (!isNarrowed(principal)) return { visible: '', parameters };
    const condition = this.scope.condition(principal, (value) => `$${parameters.push(value)}`);
    return { visible: ` AND ${condition}`, parameters };
  }
}
