import { Injectable } from '@nestjs/common';
import { DatabaseTime } from '../../liveness/database-time';
import { Configuration } from '../../platform/config/configuration';
import { Database } from '../../platform/database/database';
import { ReportingDatabase } from '../../platform/database/reporting-database';
import { slowFilterError } from '../../query/filter-error';
import type { AgentEntity } from '../agent.entity';
import { AgentRepository } from '../agent.repository';
import { RECORD } from '../search/agent-selection.sql';
import { CAPABILITIES_SQL } from '../search/capabilities.sql';
import { filterConditionSql, type Sight } from '../search/filter-condition';
import type { AgentFilter } from '../search/filter-expression';
import type { SqlContext } from '../search/sql-context';
import type { Requirement, Selector } from '../selector/selector';
import type { SelectorScope } from '../selector/resolution';
import { AgentAvailability } from './agent-availability';

/** A record of an agent, for the modules that compare it with selectors. */
export type AgentRecord = AgentEntity;

/** Needs see no secrets of others: whether one is met would tell what they are. */
const SIGHT_OF_NEEDS: Sight = { owner: null };

/** Whether a record meets what another agent requires. */
export function meetsNeed(requirements: readonly Requirement[], agent: AgentRecord): boolean {
  const moment = { now: agent.registeredAt, timeoutSeconds: 0 }; // which no name of theirs asks for
  return requirements.every(({ condition }) => condition.matches(agent, moment, false));
}

/** What the graph of dependencies reads of agents. */
@Injectable()
export class DependencyReader {
  constructor(
    private readonly database: Database,
    private readonly reporting: ReportingDatabase,
    private readonly agents: AgentRepository,
    private readonly configuration: Configuration,
    private readonly databaseTime: DatabaseTime,
    private readonly availability: AgentAvailability,
  ) {}

  /** The next agents that depend on others, in the order of their ids. */
  dependents(after: string, limit: number): Promise<AgentRecord[]> {
    return this.next('depends_on IS NOT NULL AND', after, limit);
  }

  /** The next of all agents, in the order of their ids. */
  all(after: string, limit: number): Promise<AgentRecord[]> {
    return this.next('', after, limit);
  }

  /** Those of the ids that are known, tombstones among them. */
  each(ids: readonly string[]): Promise<Map<string, AgentRecord>> {
    return this.agents.findEach([...ids]);
  }

  /** The agents that meet what a selector says, whatever their status. */
  async meeting(selector: Selector): Promise<string[]> {
    const { parameters, context } = this.statement();
    const conditions = selector.requirements.map(({ condition }) =>
      filterConditionSql(condition, SIGHT_OF_NEEDS, context),
    );
    const sql = `SELECT id FROM agents WHERE deregistered_at IS NULL AND ${conditions.join(' AND ')}`;
    return (await this.database.query<{ id: string }>(sql, parameters)).map(({ id }) => id);
  }

  /**
   * Those of the ids that a caller may read, and for which an expression is true, if there is one.
   * @throws DomainError `invalid_filter` when the expression takes too long
   */
  async readable(ids: readonly string[], scope: SelectorScope, filter?: AgentFilter): Promise<Set<string>> {
    const { parameters, context } = this.statement();
    const among = `id = ANY (${context.parameter(ids)}::text[])`;
    const sql = `SELECT id FROM agents WHERE ${[among, ...conditionsOf(scope, filter, context)].join(' AND ')}`;
    const rows = await this.reporting.query<{ id: string }>(sql, parameters).catch((error: unknown) => {
      throw filter === undefined ? error : slowFilterError('filter', error);
    });
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * The capabilities, of agents that match and are active, that no other active agent has which the caller may read.
   * @param which the agents by their ids, or by an expression
   */
  async lastProvided(which: readonly string[] | AgentFilter, scope: SelectorScope, limit: number): Promise<string[]> {
    const { parameters, context } = this.statement();
    const isNamed = Array.isArray(which);
    const within = conditionsOf(scope, undefined, context).join(' AND ');
    const chosen = isNamed
      ? `id = ANY (${context.parameter(which)}::text[])`
      : filterConditionSql(which as AgentFilter, scope.sight, context);
    const sql = `
      WITH stopping AS MATERIALIZED (
        SELECT id, ${CAPABILITIES_SQL} AS capabilities FROM agents WHERE status = 'active' AND ${within} AND ${chosen}),
      offered AS (
        SELECT DISTINCT offer FROM stopping, jsonb_array_elements_text(capabilities) AS offer)
      SELECT offer AS capability FROM offered
       WHERE NOT EXISTS (SELECT FROM agents WHERE ${CAPABILITIES_SQL} @> jsonb_build_array(offer) AND status = 'active' AND ${within}
                          AND id NOT IN (SELECT id FROM stopping))
       ORDER BY offer COLLATE "C" LIMIT ${limit}`;
    const rows = await this.reporting.query<{ capability: string }>(sql, parameters).catch((error: unknown) => {
      throw isNamed ? error : slowFilterError('filter', error);
    });
    return rows.map(({ capability }) => capability);
  }

  private next(condition: string, after: string, limit: number): Promise<AgentRecord[]> {
    const sql = `${RECORD} WHERE ${condition} deregistered_at IS NULL AND id > $1 ORDER BY id LIMIT ${limit}`;
    return this.database.query<AgentRecord>(sql, [after]);
  }

  private statement(): { parameters: unknown[]; context: SqlContext } {
    const parameters: unknown[] = [];
    const context = {
      parameter: (value: unknown): string => `$${parameters.push(value)}`,
      timeoutSeconds: this.configuration.HEARTBEAT_TIMEOUT_SECONDS,
      now: this.databaseTime.now(),
      unavailable: this.availability.fallen,
    };
    return { parameters, context };
  }
}

function conditionsOf({ where, sight }: SelectorScope, filter: AgentFilter | undefined, context: SqlContext): string[] {
  return [
    'deregistered_at IS NULL',
    ...(where ? [filterConditionSql(where, 'all', context)] : []),
    ...(filter ? [filterConditionSql(filter, sight, context)] : []),
  ];
}
