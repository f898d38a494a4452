import { isSecret } from '../../platform/common/secrets';
import { FILTER_LIMITS } from '../filter-limits';
import { isList, isScalar } from '../filter-nodes';
import { mayHoldCredentials } from '../filter-sight';
import type { FilterNode, Json } from '../filter-tree';
import type { ComparisonSql } from './filter-comparison-sql';
import { exampleOf, nested, pathOf } from './filter-index';
import type { SqlWriter } from './sql-writer';

/** Writes what is said of the elements of lists and the keys of maps: `in`, containsAll and containsAny, and the macros. */
export class ListSql {
  constructor(
    private readonly writer: SqlWriter,
    private readonly comparisons: ComparisonSql,
  ) {}

  in(item: FilterNode, of: FilterNode, isMonotone: boolean): string {
    if (of.kind === 'list') return this.inList(item, of.items);
    if (of.kind === 'literal') return this.inLiteral(item, of.value as Json, isMonotone);
    if (isMonotone && item.kind === 'literal') {
      const path = pathOf(of);
      const value = item.value as Json;
      if (path?.name.index === 'containment' && isList(of)) {
        return `(${this.writer.named(path.name)} @> ${this.writer.options.parameter(JSON.stringify([value]), 'jsonb')})`;
      }
    }
    const alias = this.writer.alias();
    const isGuarded = this.writer.guard.isGuarded(of) || this.writer.guard.isGuarded(item);
    const key = item.kind === 'literal' && typeof item.value === 'string' ? item.value : undefined;
    return this.writer.once(this.writer.json(of), (json) =>
      this.writer.once(this.writer.json(item), (element) => {
        const isOpen = isGuarded ? ` AND (${this.writer.options.seesSecrets} OR ${this.writer.guard.isOpen('v')})` : '';
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
    if (!this.writer.guard.isGuarded(of)) return isKey;
    if (key === undefined) return `(CASE WHEN ${this.writer.options.seesSecrets} THEN ${isKey} END)`;
    if (!isSecret(key, 'x')) return isKey;
    return `(${isKey} AND ${this.writer.guard.visibility(key, `(${json} -> ${this.writer.options.parameter(key, 'text')})`)})`;
  }

  private inLiteral(item: FilterNode, values: Json, isMonotone: boolean): string {
    const { parameter, seesSecrets } = this.writer.options;
    if (!Array.isArray(values)) return this.inLiteral(item, Object.keys(values as object), isMonotone);
    if (item.type === 'string') {
      const texts = values.filter((value) => typeof value === 'string');
      const [only] = texts;
      if (texts.length === 1)
        return this.comparisons.equalColumns(item, { kind: 'literal', type: 'string', value: only! }, isMonotone);
      return `(${this.writer.value(item)} = ANY (${parameter(texts, 'text[]')}))`;
    }
    const isGuarded = this.writer.guard.isGuarded(item);
    if (isGuarded && !values.every(isScalar)) {
      return this.inList(
        item,
        values.map((value) => ({ kind: 'literal', type: 'dynamic', value })),
      );
    }
    const open = isGuarded ? values.filter((value) => !mayHoldCredentials(value)) : values;
    const path =
      isMonotone && open.length === values.length && values.every(isScalar)
        ? this.comparisons.openPathOf(item)
        : undefined;
    if (path) {
      const examples = values.map((value) => JSON.stringify(nested(path.keys, value)));
      return `(${this.writer.named(path.name)} @> ANY (${parameter(examples, 'jsonb[]')}))`;
    }
    return this.writer.once(this.writer.json(item), (json) => {
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
    if (items.length === 0) return `(CASE WHEN ${this.writer.value(item)} IS NOT NULL THEN false END)`;
    const all = [item, ...items].map((each) => `${this.writer.json(each)} IS NOT NULL`).join(' AND ');
    return `(CASE WHEN ${all} THEN ${items.map((each) => this.comparisons.equal(item, each, false)).join(' OR ')} END)`;
  }

  contains({ of, items, quantity }: Extract<FilterNode, { kind: 'contains' }>, isMonotone: boolean): string {
    const { parameter } = this.writer.options;
    const operator = quantity === 'all' ? ' AND ' : ' OR ';
    const beginnings = items.filter((item) => item.endsWith('/*')).map((item) => item.slice(0, -1));
    const whole = items.filter((item) => !item.endsWith('/*'));
    const path = pathOf(of);
    if (isMonotone && isList(of) && path?.name.index === 'containment') {
      const json = this.writer.named(path.name);
      const lists = quantity === 'all' && whole.length > 0 ? [whole] : whole.map((item) => [item]);
      const conditions = [
        ...lists.map((list) => `${json} @> ${parameter(JSON.stringify(list), 'jsonb')}`),
        ...beginnings.map((beginning) => this.hasBeginning(json, of, beginning)),
      ];
      return `(${conditions.join(operator) || String(quantity === 'all')})`;
    }
    return this.writer.once(this.writer.json(of), (json) => {
      const conditions = [
        ...whole.map((item) => this.hasText(json, of, item)),
        ...beginnings.map((beginning) => this.hasBeginning(json, of, beginning)),
      ];
      const together = conditions.join(operator) || String(quantity === 'all');
      return `(CASE WHEN jsonb_typeof(${json}) = 'array' THEN ${together} END)`;
    });
  }

  private hasText(json: string, of: FilterNode, text: string): string {
    const value = this.writer.options.parameter(JSON.stringify(text), 'jsonb');
    const has = `EXISTS (SELECT FROM jsonb_array_elements(${json}) ${this.writer.alias()}(v) WHERE v = ${value})`;
    return this.writer.guard.isGuarded(of) && mayHoldCredentials(text)
      ? `(${has} AND ${this.writer.options.seesSecrets})`
      : has;
  }

  private hasBeginning(json: string, of: FilterNode, beginning: string): string {
    const text = this.writer.options.parameter(beginning, 'text');
    const isText = this.writer.guard.isGuarded(of)
      ? this.writer.guard.isOfKind('v', 'string', of)
      : `jsonb_typeof(v) = 'string'`;
    return `EXISTS (SELECT FROM jsonb_array_elements(${json}) ${this.writer.alias()}(v)
                     WHERE CASE WHEN ${isText} THEN starts_with(v #>> '{}', ${text}) ELSE false END)`;
  }

  macro(node: Extract<FilterNode, { kind: 'macro' }>, isMonotone: boolean): string {
    const { macro, of, local, body } = node;
    const example = isMonotone && macro === 'exists' && !this.writer.guard.isGuarded(of) ? exampleOf(node) : undefined;
    if (example) {
      const { path } = example;
      const value = JSON.stringify(nested(path.keys, [example.example]));
      return `(${this.writer.named(path.name)} @> ${this.writer.options.parameter(value, 'jsonb')})`;
    }
    const alias = this.writer.alias();
    const before = this.writer.locals.get(local);
    const isGuarded = this.writer.guard.isGuarded(of);
    this.writer.locals.set(local, { sql: `${alias}.v`, hasSecrets: isGuarded });
    const condition = this.writer.condition(body, false);
    if (before) this.writer.locals.set(local, before);
    else this.writer.locals.delete(local);

    const most = FILTER_LIMITS.macroElements;
    const mayListKeys = isGuarded ? ` AND ${this.writer.options.seesSecrets}` : '';
    const elements = this.writer.once(
      this.writer.json(of),
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
}
