import { Injectable } from '@nestjs/common';
import { AgentScope, type NarrowedClient } from '../../platform/access/agent-scope';
import { Clock } from '../../platform/common/clock';
import { Database } from '../../platform/database/database';
import { DomainError } from '../../platform/validation/domain-error';
import { isAllSeeing, isNarrowed, type Principal } from '../../platform/access/principal';
import type { AgentEntity } from '../agent.entity';
import { agentFilter, type AgentFilter } from './filter-expression';
import { filterConditionSql, type Sight } from './filter-condition';
import type { SqlContext } from './sql-context';

/** A token's `where` as an expression over agents. Its names have no time in them, so it holds until an event changes the agent. */
@Injectable()
export class ExpressionScope extends AgentScope {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  static problemOf(where: string): string | undefined {
    try {
      const { volatileNames } = agentFilter(where, 'where');
      const [name] = volatileNames;
      return name === undefined
        ? undefined
        : `${name} changes without an event, so that no token can be restricted by it`;
    } catch (error) {
      if (error instanceof DomainError) return error.message;
      throw error;
    }
  }

  async contains(client: NarrowedClient, id: string): Promise<boolean | undefined> {
    const parameters: unknown[] = [id];
    const condition = this.condition(client, (value) => `$${parameters.push(value)}`);
    const sql = `SELECT coalesce(${condition}, false) AS "isWithin" FROM agents WHERE id = $1`;
    const [agent] = await this.database.query<{ isWithin: boolean }>(sql, parameters);
    return agent?.isWithin;
  }

  condition({ where }: NarrowedClient, parameter: SqlContext['parameter']): string {
    const context = { parameter, timeoutSeconds: 0, now: this.clock.now() }; // which no name of it asks for
    return filterConditionSql(agentFilter(where, 'where'), 'all', context);
  }
}

/** The expression of the caller's token, if it is for some agents only. */
export function whereOf(principal: Principal): AgentFilter | undefined {
  return isNarrowed(principal) ? agentFilter(principal.where, 'where') : undefined;
}

/** Whose secrets the caller sees. */
export function sightOf(principal: Principal): Sight {
  return isAllSeeing(principal) ? 'all' : { owner: principal.kind === 'client' ? principal.name : null };
}

/** Whether the expression of a token holds for an agent as it is, or as it would be. */
export function isWithin(where: AgentFilter, agent: AgentEntity): boolean {
  return where.matches(agent, { now: agent.registeredAt, timeoutSeconds: 0 }, true);
}
