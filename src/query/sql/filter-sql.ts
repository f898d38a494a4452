import { postgresPattern } from '../filter-pattern';
import type { FilterName } from '../filter-schema';
import type { FilterNode } from '../filter-tree';
import { satisfiesSql } from '../semver-range';
import { arithmeticSql, MS, timePartSql, withinInt } from './filter-arithmetic';
import { withBranchesOutside } from './filter-branches';
import { ComparisonSql } from './filter-comparison-sql';
import { SecretGuard } from './filter-guard';
import { ListSql } from './filter-list-sql';
import type { FilterSqlOptions } from './filter-sql-options';
import type { SqlLocal, SqlWriter } from './sql-writer';

/**
 * The condition that holds for the records in which the expression is true.
 *
 * CEL has true, false and error, SQL has true, false and NULL: with NULL for an error, AND, OR and NOT of both agree, which is how
 * `false && error` comes to be false in both. Where no negation stands above, NULL and false mean the same, since AND and OR are
 * monotone; there the forms are used that indexes serve.
 */
export function filterSql(tree: FilterNode, options: FilterSqlOptions): string {
  const isPartlySeen = options.seesSecrets !== undefined;
  return new Writer(options).condition(isPartlySeen ? withBranchesOutside(tree) : tree, true);
}

/** Values of up to this many characters are written where they are used, others computed once. */
const LONGEST_REPEATED = 120;

class Writer implements SqlWriter {
  readonly locals = new Map<string, SqlLocal>();
  readonly guard: SecretGuard;
  private readonly comparisons = new ComparisonSql(this);
  private readonly lists = new ListSql(this, this.comparisons);
  private aliases = 0;

  constructor(readonly options: FilterSqlOptions) {
    this.guard = new SecretGuard(options, (local) => this.locals.get(local)!.hasSecrets);
  }

  condition(node: FilterNode, isMonotone: boolean): string {
    switch (node.kind) {
      case 'and':
      case 'or': {
        const [left, right] = [this.condition(node.left, isMonotone), this.condition(node.right, isMonotone)];
        return `(${left} ${node.kind === 'and' ? 'AND' : 'OR'} ${right})`;
      }
      case 'not':
        return `(NOT ${this.condition(node.of, false)})`;
      case 'conditional': {
        const [ifTrue, ifFalse] = [this.condition(node.ifTrue, isMonotone), this.condition(node.ifFalse, isMonotone)];
        return this.once(this.condition(node.test, false), (test) => caseOf(test, ifTrue, ifFalse));
      }
      case 'literal':
        if (node.type === 'bool') return String(node.value);
        return 'NULL::boolean';
      case 'error':
        return 'NULL::boolean';
      case 'equal':
        return this.comparisons.equal(node.left, node.right, isMonotone);
      case 'compare':
        return this.comparisons.compare(node);
      case 'in':
        return this.lists.in(node.item, node.of, isMonotone);
      case 'has':
        return this.has(node.of, node.key);
      case 'hasName':
        return node.name.isOptional ? `(${this.named(node.name)} IS NOT NULL)` : 'true';
      case 'macro':
        return this.lists.macro(node, isMonotone);
      case 'text':
        return this.text(node);
      case 'matches':
        return this.matches(node);
      case 'satisfies': {
        return this.ofText(node.of, (text) => satisfiesSql(text, node.range, this.options.parameter));
      }
      case 'contains':
        return this.lists.contains(node, isMonotone);
      default: {
        if (node.type === 'bool') return this.value(node);
        return this.once(
          this.value(node),
          (value) => `(CASE WHEN jsonb_typeof(${value}) = 'boolean' THEN (${value})::boolean END)`,
        );
      }
    }
  }

  value(node: FilterNode): string {
    switch (node.kind) {
      case 'literal':
        return this.literal(node);
      case 'error':
        return `NULL::${SQL_TYPES[node.type]}`;
      case 'now':
        return `(${this.options.nowMs()} * ${MS})`;
      case 'name':
        return node.type === 'timestamp' ? `(${this.named(node.name)} * ${MS})` : this.named(node.name);
      case 'local':
        return this.locals.get(node.local)!.sql;
      case 'member':
        return this.member(node);
      case 'element': {
        // PostgreSQL takes a scalar for an array of one here: '"x"'::jsonb -> 0 is "x".
        const index = this.options.parameter(node.index, 'int');
        return this.once(
          this.json(node.of),
          (of) => `(CASE WHEN jsonb_typeof(${of}) = 'array' THEN ${of} -> ${index} END)`,
        );
      }
      case 'json':
        return this.json(node.of);
      case 'list':
        return this.list(node.items);
      case 'conditional': {
        const valueOf = (each: FilterNode): string => (node.type === 'dynamic' ? this.json(each) : this.value(each));
        const [ifTrue, ifFalse] = [valueOf(node.ifTrue), valueOf(node.ifFalse)];
        return this.once(this.condition(node.test, false), (test) => caseOf(test, ifTrue, ifFalse));
      }
      case 'size':
        return this.size(node.of);
      case 'arithmetic':
        return this.arithmetic(node);
      case 'negative':
        return node.type === 'int' ? withinInt(`-(${this.value(node.of)})`) : `(-(${this.value(node.of)}))`;
      case 'timePart':
        return timePartSql(node.part, this.value(node.of));
      default:
        return this.condition(node, false);
    }
  }

  private literal(node: Extract<FilterNode, { kind: 'literal' }>): string {
    const { parameter } = this.options;
    switch (node.type) {
      case 'string':
        return parameter(node.value, 'text');
      case 'bool':
        return String(node.value);
      case 'dynamic':
        return parameter(JSON.stringify(node.value), 'jsonb');
      default:
        return parameter(String(node.value), 'numeric');
    }
  }

  named(name: FilterName): string {
    return name.sql(this.options);
  }

  json(node: FilterNode): string {
    if (node.type === 'dynamic') return this.value(node);
    if (node.kind === 'literal' && typeof node.value !== 'bigint') {
      return this.options.parameter(JSON.stringify(node.value), 'jsonb');
    }
    return `to_jsonb(${this.value(node)})`;
  }

  once(value: string, write: (value: string) => string): string {
    if (value.length <= LONGEST_REPEATED) return write(value);
    const alias = this.alias();
    return `(SELECT ${write(`${alias}.v`)} FROM (SELECT ${value} AS v OFFSET 0) ${alias})`;
  }

  /** A list is an error as soon as one of its elements is. */
  private list(items: FilterNode[]): string {
    const elements = items.map((item) => this.json(item));
    const names = elements.map((_, index) => `i${index}`);
    const areThere = names.map((name) => `${name} IS NOT NULL`).join(' AND ');
    const row = elements.map((element, index) => `${element} AS ${names[index]}`).join(', ');
    return `(SELECT CASE WHEN ${areThere} THEN jsonb_build_array(${names.join(', ')}) END FROM (SELECT ${row} OFFSET 0) items)`;
  }

  private member({ of, key }: Extract<FilterNode, { kind: 'member' }>): string {
    const member = `(${this.value(of)} -> ${this.options.parameter(key, 'text')})`;
    if (!this.guard.isHiddenKey(of, key)) return member;
    return this.once(member, (value) => `(CASE WHEN ${this.guard.visibility(key, value)} THEN ${value} END)`);
  }

  private has(of: FilterNode, key: string): string {
    const place = this.options.parameter(key, 'text');
    return this.once(this.json(of), (json) => {
      const has = `${json} ? ${place}`;
      const visible = this.guard.isHiddenKey(of, key)
        ? `(${has} AND ${this.guard.visibility(key, `(${json} -> ${place})`)})`
        : has;
      return `(CASE WHEN jsonb_typeof(${json}) = 'object' THEN ${visible} END)`;
    });
  }

  private text({ test, of, argument }: Extract<FilterNode, { kind: 'text' }>): string {
    return this.ofText(of, (text) =>
      this.ofText(argument, (other) => {
        if (test === 'startsWith') return `starts_with(${text}, ${other})`;
        if (test === 'contains') return `(strpos(${text}, ${other}) > 0)`;
        return `(right(${text}, char_length(${other})) = ${other})`;
      }),
    );
  }

  private matches({ of, pattern }: Extract<FilterNode, { kind: 'matches' }>): string {
    return this.ofText(of, (text) => `(${text} ~ ${this.options.parameter(postgresPattern(pattern), 'text')})`);
  }

  /** A condition on a text; an error where a JSON value is none. */
  private ofText(node: FilterNode, condition: (text: string) => string): string {
    return this.once(this.value(node), (value) => {
      if (node.kind === 'literal') return condition(value);
      if (node.type === 'string') return `(CASE WHEN ${value} IS NOT NULL THEN ${condition(value)} END)`;
      return `(CASE WHEN ${this.guard.isOfKind(value, 'string', node)} THEN ${condition(`(${value} #>> '{}')`)} END)`;
    });
  }

  private size(of: FilterNode): string {
    if (of.type === 'string') return `char_length(${this.value(of)})::numeric`;
    const mayCount = this.guard.isGuarded(of) ? ` AND ${this.options.seesSecrets}` : '';
    return this.once(
      this.json(of),
      (json) => `(CASE WHEN jsonb_typeof(${json}) = 'array' THEN jsonb_array_length(${json})
                  WHEN ${this.guard.isOfKind(json, 'string', of)} THEN char_length(${json} #>> '{}')
                  WHEN jsonb_typeof(${json}) = 'object'${mayCount}
                  THEN (SELECT count(*) FROM jsonb_object_keys(${json})) END)::numeric`,
    );
  }

  private arithmetic({ type, operator, left, right }: Extract<FilterNode, { kind: 'arithmetic' }>): string {
    const operand = (node: FilterNode): string => (node.type === 'dynamic' ? this.number(node) : this.value(node));
    return arithmeticSql(type, operator, operand(left), operand(right));
  }

  private number(node: FilterNode): string {
    return this.once(
      this.json(node),
      (json) => `(CASE WHEN jsonb_typeof(${json}) = 'number' THEN (${json})::numeric END)`,
    );
  }

  alias(): string {
    return `e${++this.aliases}`;
  }
}

const SQL_TYPES = {
  bool: 'boolean',
  int: 'numeric',
  double: 'numeric',
  string: 'text',
  timestamp: 'numeric',
  duration: 'numeric',
  dynamic: 'jsonb',
} as const;

function caseOf(test: string, ifTrue: string, ifFalse: string): string {
  return `(CASE WHEN ${test} THEN ${ifTrue} WHEN NOT ${test} THEN ${ifFalse} END)`;
}
