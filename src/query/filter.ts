import { unparse } from '@bufbuild/cel';
import { checkFilter } from './check/filter-checker';
import { filterEvaluator, type FilterValue, type FilterValues } from './filter-evaluator';
import type { FilterMoment, FilterName, FilterSchema } from './filter-schema';
import { isIndexed } from './sql/filter-index';
import { filterSql } from './sql/filter-sql';
import type { FilterSqlOptions } from './sql/filter-sql-options';
import type { FilterNode } from './filter-tree';
import { parsedFilter } from './text/filter-parser';

/** An expression that selects records: parsed, its names and types checked, its cost bounded. */
export class Filter<Record> {
  /** The same for texts that differ in spaces, comments or brackets that change nothing. */
  readonly canonical: string;
  /** The names that it asks for, in order. */
  readonly uses: readonly string[];
  /** The names among them that change without an event. */
  readonly volatileNames: readonly string[];
  /** Whether it asks for anything that not every reader of a record sees. */
  readonly asksForSecrets: boolean;
  /** Whether an index finds the records, or at least leaves few of them. */
  readonly isIndexed: boolean;
  private readonly tree: FilterNode;
  private readonly names: readonly FilterName<Record>[];
  private readonly parents: readonly string[];
  private evaluator?: (values: FilterValues) => boolean;

  /** @throws FilterError */
  constructor(
    readonly text: string,
    schema: FilterSchema<Record>,
  ) {
    const parsed = parsedFilter(text);
    const { tree, names, uses } = checkFilter(parsed, schema);
    this.tree = tree;
    this.uses = uses;
    this.names = [...names];
    this.volatileNames = this.names.filter(({ isVolatile }) => isVolatile).map(({ path }) => path);
    this.asksForSecrets = this.names.some(({ hasSecrets }) => hasSecrets);
    this.canonical = unparse(parsed);
    this.isIndexed = isIndexed(tree);
    this.parents = schema.parents();
  }

  /** Two that mean the same are one in a key. */
  toJSON(): string {
    return this.canonical;
  }

  /** The condition as SQL over the table of the records. */
  sql(options: FilterSqlOptions): string {
    return filterSql(this.tree, options);
  }

  /**
   * Whether it is true for a record.
   * @param seesSecrets whether the one who asks sees the record's secrets
   */
  matches(record: Record, moment: FilterMoment, seesSecrets: boolean): boolean {
    this.evaluator ??= filterEvaluator(parsedFilter(this.text), this.parents);
    const values = new Map<string, FilterValue>();
    for (const name of this.names) {
      const isGuarded = !seesSecrets && name.hasSecrets === true;
      values.set(name.path, { value: name.value(record, moment), isGuarded });
    }
    return this.evaluator(values);
  }
}
