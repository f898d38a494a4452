import type { FilterSqlContext } from '../filter-schema';

/** How an expression is written for one statement. */
export interface FilterSqlOptions extends FilterSqlContext {
  /**
   * A condition that holds for agents whose secrets the caller sees; undefined: for all agents. What others must not see is absent from
   * all other agents.
   */
  seesSecrets: string | undefined;
}
