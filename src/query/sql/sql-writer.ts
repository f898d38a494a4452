import type { FilterName } from '../filter-schema';
import type { FilterNode } from '../filter-tree';
import type { SecretGuard } from './filter-guard';
import type { FilterSqlOptions } from './filter-sql-options';

/** What a macro has given a name to. */
export interface SqlLocal {
  sql: string;
  /** Whether it comes from where secrets may be. */
  hasSecrets: boolean;
}

/** Writes the SQL of one expression; what the parts of it that know one kind of node need of each other. */
export interface SqlWriter {
  readonly options: FilterSqlOptions;
  readonly guard: SecretGuard;
  readonly locals: Map<string, SqlLocal>;
  /** Boolean SQL. In a monotone position NULL may stand for false, and false for NULL. */
  condition(node: FilterNode, isMonotone: boolean): string;
  /** SQL of the value: text, numeric, boolean or jsonb; of times, nanoseconds as numeric. */
  value(node: FilterNode): string;
  /** The value as JSON. */
  json(node: FilterNode): string;
  /** The value of a name. */
  named(name: FilterName): string;
  /**
   * What `write` makes of a value that it may use several times. A long one is computed by a query of its own, so that the text of nested
   * expressions does not double with each level.
   */
  once(value: string, write: (value: string) => string): string;
  /** A new name for a row. */
  alias(): string;
}
