import { isSecret } from '../platform/common/secrets';
import { arithmeticSql, MS, timePartSql, withinInt } from './filter-arithmetic';
import { withBranchesOutside } from './filter-branches';
import { SecretGuard } from './filter-guard';
import { exampleOf, nested, pathOf, type Path } from './filter-index';
import { FILTER_LIMITS } from './filter-limits';
import { isList, isScalar } from './filter-nodes';
import { postgresPattern } from './filter-pattern';
import type { FilterName } from './filter-schema';
import { mayHoldCredentials } from './filter-sight';
import type { FilterSqlOptions } from './filter-sql-options';
import type { FilterNode, Json } from './filter-tree';
import { satisfiesSql } from './semver-range';

/**
 * The condition that holds for the records in which the expression is true.
 *
 * CEL has true, false and error, SQL has true, false and NULL: with NULL for an error, AND, OR and NOT of both agree, which is how
 * `false && error` comes to be false in both. Where no negation stands above, NULL and false mean the same, since AND and OR are
 * monotone; there the forms are used that indexes serve.
 */
export function filterSql(tree: FilterNode, options: FilterSqlOptions): string {
  const isPartlySeen = options.seesSecrets !== undefined;
  return new SqlWriter(options).condition(isPartlySeen ? withBranchesOutside(tree) : tree, true);
}

/** Values of up to this many characters are written where they are used, others computed once. */
const LONGEST_REPEATED = 120;

interface Local {
  sql: string;
  /** Whether it comes from where secrets may be. */
  hasSecrets: boolean;
}

class SqlWriter {
  private readonly locals = new Map<string, Local>();
  private readonly guard: SecretGuard;
  private aliases = 0;

  constructor(private readonly options: FilterSqlOptions) {
    this.guard = new SecretGuard(options, (local) => this.locals.get(local)!.hasSecrets);
  }

  /** Boolean SQL. In a monotone position NULL may stand for false, and false for NULL. */
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
        return this.equal(node.left, node.right, isMonotone);
      case 'compare':
        return this.compare(node);
      case 'in':
        return this.in(node.item, node.of, isMonotone);
      case 'has':
        return this.has(node.of, node.key);
      case 'hasName':
        return node.name.isOptional ? `(${this.named(node.name)} IS NOT NULL)` : 'true';
      case 'macro':
        return this.macro(node, isMonotone);
      case 'text':
        return this.text(node);
      case 'matches':
        return this.matches(node);
      case 'satisfies': {
        return this.ofText(node.of, (text) => satisfiesSql(text, node.range, this.options.parameter));
      }
      case 'contains':
        return this.contains(node, isMonotone);
      default: {
        if (node.type === 'bool') return this.value(node);
        return this.once(
          this.value(node),
          (value) => `(CASE WHEN jsonb_typeof(${value}) = 'boolean' THEN (${value})::boolean END)`,
        );
      }
    }
  }

  /** SQL of the value: text, numeric, boolean or jsonb; of times, nanoseconds as numeric. */
  private value(node: FilterNode): string {
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

  private named(name: FilterName): string {
    return name.sql(this.options);
  }

  /** The value as JSON. */
  private json(node: FilterNode): string {
    if (node.type === 'dynamic') return this.value(node);
    if (node.kind === 'literal' && typeof node.value !== 'bigint') {
      return this.options.parameter(JSON.stringify(node.value), 'jsonb');
    }
    return `to_jsonb(${this.value(node)})`;
  }

  /**
   * What `write` makes of a value that it may use several times. A long one is computed by a query of its own, so that the text of nested
   * expressions does not double with each level.
   */
  private once(value: string, write: (value: string) => string): string {
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

  private equal(left: FilterNode, right: FilterNode, isMonotone: boolean): string {
    if (left.type !== 'dynamic' && right.type !== 'dynamic') return this.equalColumns(left, right, isMonotone);
    for (const [value, literal] of [
      [left, right],
      [right, left],
    ] as const) {
      if (literal.kind === 'literal' && isScalar(literal.value)) return this.equalScalar(value, literal, isMonotone);
    }
    return this.once(this.json(left), (one) =>
      this.once(this.json(right), (other) => {
        const both = `(${one} = ${other})`;
        const open = [
          ...(this.guard.isGuarded(left) ? [this.guard.isOpen(one)] : []),
          ...(this.guard.isGuarded(right) ? [this.guard.isOpen(other)] : []),
        ];
        if (open.length === 0) return both;
        const isVisible = `(${this.options.seesSecrets} OR (${open.join(' AND ')}))`;
        return `(CASE WHEN ${isVisible} THEN ${both} WHEN ${one} IS NOT NULL AND ${other} IS NOT NULL THEN false END)`;
      }),
    );
  }

  private equalColumns(left: FilterNode, right: FilterNode, isMonotone: boolean): string {
    for (const [name, literal] of [
      [left, right],
      [right, left],
    ] as const) {
      if (name.kind !== 'name' || literal.kind !== 'literal' || literal.type !== 'string') continue;
      if (isMonotone && name.name.equalsSql) return name.name.equalsSql(literal.value, this.options);
    }
    return `(${this.value(left)} = ${this.value(right)})`;
  }

  private equalScalar(
    node: FilterNode,
    literal: Extract<FilterNode, { kind: 'literal' }>,
    isMonotone: boolean,
  ): string {
    const value = literal.value as Json;
    const isHidden = this.guard.isGuarded(node) && mayHoldCredentials(value);
    const path = isMonotone && !isHidden ? this.openPathOf(node) : undefined;
    if (path) {
      return `(${this.named(path.name)} @> ${this.options.parameter(JSON.stringify(nested(path.keys, value)), 'jsonb')})`;
    }
    const other = this.json(literal);
    if (!isHidden) return `(${this.json(node)} = ${other})`;
    return this.once(
      this.json(node),
      (json) => `(CASE WHEN ${json} IS NOT NULL THEN ${this.options.seesSecrets} AND ${json} = ${other} END)`,
    );
  }

  /** A path that containment can be asked for: one of a name with such an index, on which nothing is hidden from the caller. */
  private openPathOf(node: FilterNode): Path | undefined {
    const path = pathOf(node);
    if (path?.name.index !== 'containment' || path.keys.length === 0) return undefined;
    return this.guard.isGuarded(node) && path.keys.some((key) => isSecret(key, 'x')) ? undefined : path;
  }

  private compare({ operator, left, right }: Extract<FilterNode, { kind: 'compare' }>): string {
    if (left.type !== 'dynamic' && right.type !== 'dynamic') {
      const collation = left.type === 'string' ? ' COLLATE "C"' : '';
      return `(${this.value(left)}${collation} ${operator} ${this.value(right)}${collation})`;
    }
    const known = [left, right].find(({ type }) => type !== 'dynamic')?.type;
    const kinds = known === undefined ? (['number', 'string', 'boolean'] as const) : ([JSON_TYPES[known]!] as const);
    return this.once(this.value(left), (one) =>
      this.once(this.value(right), (other) => {
        const cases = kinds.map((kind) => {
          const guards = [
            ...(left.type === 'dynamic' ? [this.guard.isOfKind(one, kind, left)] : []),
            ...(right.type === 'dynamic' ? [this.guard.isOfKind(other, kind, right)] : []),
          ];
          const operands = [
            left.type === 'dynamic' ? cast(one, kind) : collated(one, kind),
            right.type === 'dynamic' ? cast(other, kind) : collated(other, kind),
          ];
          return `WHEN ${guards.join(' AND ')} THEN ${operands.join(` ${operator} `)}`;
        });
        return `(CASE ${cases.join(' ')} END)`;
      }),
    );
  }

  private in(item: FilterNode, of: FilterNode, isMonotone: boolean): string {
    if (of.kind === 'list') return this.inList(item, of.items);
    if (of.kind === 'literal') return this.inLiteral(item, of.value as Json, isMonotone);
    if (isMonotone && item.kind === 'literal') {
      const path = pathOf(of);
      const value = item.value as Json;
      if (path?.name.index === 'containment' && isList(of)) {
        return `(${this.named(path.name)} @> ${this.options.parameter(JSON.stringify([value]), 'jsonb')})`;
      }
    }
    const alias = this.alias();
    const isGuarded = this.guard.isGuarded(of) || this.guard.isGuarded(item);
    const key = item.kind === 'literal' && typeof item.value === 'string' ? item.value : undefined;
    return this.once(this.json(of), (json) =>
      this.once(this.json(item), (element) => {
        const isOpen = isGuarded ? ` AND (${this.options.seesSecrets} OR ${this.guard.isOpen('v')})` : '';
        const isElement = `EXISTS (SELECT FROM jsonb_array_elements(${json}) ${alias}(v) WHERE v = ${element}${isOpen})`;
        return `(CASE WHEN ${element} IS NULL THEN NULL
                  WHEN jsonb_typeof(${json}) = 'array' THEN ${isElement}
                  WHEN jsonb_typeof(${json}) = 'object' THEN ${this.isKey(json, element, of, key)} END)`;
      }),
    );
  }

  /** Whether a text is a key of a map; `key` is the text if it stands in the expression. */
  private isKey(json: string, element: string, of: FilterNode, key: string | undefined): string {
    const isKey = `(CASE jsonb_typeof(${element}) WHEN 'string' THEN ${json} ? (${element} #>> '{}')
                         WHEN 'number' THEN false WHEN 'boolean' THEN false END)`;
    if (!this.guard.isGuarded(of)) return isKey;
    if (key === undefined) return `(CASE WHEN ${this.options.seesSecrets} THEN ${isKey} END)`;
    if (!isSecret(key, 'x')) return isKey;
    return `(${isKey} AND ${this.guard.visibility(key, `(${json} -> ${this.options.parameter(key, 'text')})`)})`;
  }

  private inLiteral(item: FilterNode, values: Json, isMonotone: boolean): string {
    const { parameter, seesSecrets } = this.options;
    if (!Array.isArray(values)) return this.inLiteral(item, Object.keys(values as object), isMonotone);
    if (item.type === 'string') {
      const texts = values.filter((value) => typeof value === 'string');
      const [only] = texts;
      if (texts.length === 1)
        return this.equalColumns(item, { kind: 'literal', type: 'string', value: only! }, isMonotone);
      return `(${this.value(item)} = ANY (${parameter(texts, 'text[]')}))`;
    }
    const isGuarded = this.guard.isGuarded(item);
    if (isGuarded && !values.every(isScalar)) {
      return this.inList(
        item,
        values.map((value) => ({ kind: 'literal', type: 'dynamic', value })),
      );
    }
    const open = isGuarded ? values.filter((value) => !mayHoldCredentials(value)) : values;
    const path =
      isMonotone && open.length === values.length && values.every(isScalar) ? this.openPathOf(item) : undefined;
    if (path) {
      const examples = values.map((value) => JSON.stringify(nested(path.keys, value)));
      return `(${this.named(path.name)} @> ANY (${parameter(examples, 'jsonb[]')}))`;
    }
    return this.once(this.json(item), (json) => {
      const isIn = (list: Json[]): string =>
        `${json} = ANY (${parameter(
          list.map((value) => JSON.stringify(value)),
          'jsonb[]',
        )})`;
      if (open.length === values.length) return `(${isIn(values)})`;
      return `(${isIn(open)} OR (${isIn(values)} AND ${seesSecrets}))`;
    });
  }

  /** A list is an error as soon as one of its elements is. */
  private inList(item: FilterNode, items: FilterNode[]): string {
    if (items.length === 0) return `(CASE WHEN ${this.value(item)} IS NOT NULL THEN false END)`;
    const all = [item, ...items].map((each) => `${this.json(each)} IS NOT NULL`).join(' AND ');
    return `(CASE WHEN ${all} THEN ${items.map((each) => this.equal(item, each, false)).join(' OR ')} END)`;
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

  private contains({ of, items, quantity }: Extract<FilterNode, { kind: 'contains' }>, isMonotone: boolean): string {
    const { parameter } = this.options;
    const operator = quantity === 'all' ? ' AND ' : ' OR ';
    const beginnings = items.filter((item) => item.endsWith('/*')).map((item) => item.slice(0, -1));
    const whole = items.filter((item) => !item.endsWith('/*'));
    const path = pathOf(of);
    if (isMonotone && isList(of) && path?.name.index === 'containment') {
      const json = this.named(path.name);
      const lists = quantity === 'all' && whole.length > 0 ? [whole] : whole.map((item) => [item]);
      const conditions = [
        ...lists.map((list) => `${json} @> ${parameter(JSON.stringify(list), 'jsonb')}`),
        ...beginnings.map((beginning) => this.hasBeginning(json, of, beginning)),
      ];
      return `(${conditions.join(operator) || String(quantity === 'all')})`;
    }
    return this.once(this.json(of), (json) => {
      const conditions = [
        ...whole.map((item) => this.hasText(json, of, item)),
        ...beginnings.map((beginning) => this.hasBeginning(json, of, beginning)),
      ];
      const together = conditions.join(operator) || String(quantity === 'all');
      return `(CASE WHEN jsonb_typeof(${json}) = 'array' THEN ${together} END)`;
    });
  }

  private hasText(json: string, of: FilterNode, text: string): string {
    const value = this.options.parameter(JSON.stringify(text), 'jsonb');
    const has = `EXISTS (SELECT FROM jsonb_array_elements(${json}) ${this.alias()}(v) WHERE v = ${value})`;
    return this.guard.isGuarded(of) && mayHoldCredentials(text) ? `(${has} AND ${this.options.seesSecrets})` : has;
  }

  private hasBeginning(json: string, of: FilterNode, beginning: string): string {
    const text = this.options.parameter(beginning, 'text');
    const isText = this.guard.isGuarded(of) ? this.guard.isOfKind('v', 'string', of) : `jsonb_typeof(v) = 'string'`;
    return `EXISTS (SELECT FROM jsonb_array_elements(${json}) ${this.alias()}(v)
                     WHERE CASE WHEN ${isText} THEN starts_with(v #>> '{}', ${text}) ELSE false END)`;
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

  private macro(node: Extract<FilterNode, { kind: 'macro' }>, isMonotone: boolean): string {
    const { macro, of, local, body } = node;
    const example = isMonotone && macro === 'exists' && !this.guard.isGuarded(of) ? exampleOf(node) : undefined;
    if (example) {
      const { path } = example;
      const value = JSON.stringify(nested(path.keys, [example.example]));
      return `(${this.named(path.name)} @> ${this.options.parameter(value, 'jsonb')})`;
    }
    const alias = this.alias();
    const before = this.locals.get(local);
    const isGuarded = this.guard.isGuarded(of);
    this.locals.set(local, { sql: `${alias}.v`, hasSecrets: isGuarded });
    const condition = this.condition(body, false);
    if (before) this.locals.set(local, before);
    else this.locals.delete(local);

    const most = FILTER_LIMITS.macroElements;
    const mayListKeys = isGuarded ? ` AND ${this.options.seesSecrets}` : '';
    const elements = this.once(
      this.json(of),
      (json) => `(CASE WHEN jsonb_typeof(${json}) = 'array' AND jsonb_array_length(${json}) <= ${most} THEN ${json}
      WHEN jsonb_typeof(${json}) = 'object'${mayListKeys}
      THEN (SELECT CASE WHEN count(*) <= ${most} THEN coalesce(jsonb_agg(k), '[]') END FROM jsonb_object_keys(${json}) k) END)`,
    );
    const outcome = {
      exists: 'CASE WHEN bool_or(p) THEN true WHEN bool_or(p IS NULL) THEN NULL ELSE false END',
      all: 'CASE WHEN bool_or(NOT p) THEN false WHEN bool_or(p IS NULL) THEN NULL ELSE true END',
      exists_one: 'CASE WHEN bool_or(p IS NULL) THEN NULL ELSE count(*) FILTER (WHERE p) = 1 END',
    }[macro];
    const list = `${alias}l`;
    return `(SELECT CASE WHEN l IS NOT NULL THEN
               (SELECT ${outcome} FROM (SELECT ${condition} AS p FROM jsonb_array_elements(l) ${alias}(v) OFFSET 0) ${alias}p) END
             FROM (SELECT ${elements} AS l OFFSET 0) ${list})`;
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

  private alias(): string {
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

const JSON_TYPES: Partial<Record<FilterNode['type'], string>> = {
  bool: 'boolean',
  int: 'number',
  double: 'number',
  string: 'string',
};

function caseOf(test: string, ifTrue: string, ifFalse: string): string {
  return `(CASE WHEN ${test} THEN ${ifTrue} WHEN NOT ${test} THEN ${ifFalse} END)`;
}

/** A JSON value of a kind as a value of SQL. */
function cast(json: string, kind: string): string {
  if (kind === 'number') return `(${json})::numeric`;
  return kind === 'string' ? collated(`(${json} #>> '{}')`, kind) : `(${json})::boolean`;
}

/** Texts are ordered by their code points. */
function collated(value: string, kind: string): string {
  return kind === 'string' ? `${value} COLLATE "C"` : value;
}
