import { isSecret } from '../../platform/common/secrets';
import { isScalar } from '../filter-nodes';
import { mayHoldCredentials } from '../filter-sight';
import type { FilterNode, Json } from '../filter-tree';
import { nested, pathOf, type Path } from './filter-index';
import type { SqlWriter } from './sql-writer';

/** Writes `==` and the orders. */
export class ComparisonSql {
  constructor(private readonly writer: SqlWriter) {}

  equal(left: FilterNode, right: FilterNode, isMonotone: boolean): string {
    if (left.type !== 'dynamic' && right.type !== 'dynamic') return this.equalColumns(left, right, isMonotone);
    for (const [value, literal] of [
      [left, right],
      [right, left],
    ] as const) {
      if (literal.kind === 'literal' && isScalar(literal.value)) return this.equalScalar(value, literal, isMonotone);
    }
    return this.writer.once(this.writer.json(left), (one) =>
      this.writer.once(this.writer.json(right), (other) => {
        const both = `(${one} = ${other})`;
        const open = [
          ...(this.writer.guard.isGuarded(left) ? [this.writer.guard.isOpen(one)] : []),
          ...(this.writer.guard.isGuarded(right) ? [this.writer.guard.isOpen(other)] : []),
        ];
        if (open.length === 0) return both;
        const isVisible = `(${this.writer.options.seesSecrets} OR (${open.join(' AND ')}))`;
        return `(CASE WHEN ${isVisible} THEN ${both} WHEN ${one} IS NOT NULL AND ${other} IS NOT NULL THEN false END)`;
      }),
    );
  }

  equalColumns(left: FilterNode, right: FilterNode, isMonotone: boolean): string {
    for (const [name, literal] of [
      [left, right],
      [right, left],
    ] as const) {
      if (name.kind !== 'name' || literal.kind !== 'literal' || literal.type !== 'string') continue;
      if (isMonotone && name.name.equalsSql) return name.name.equalsSql(literal.value, this.writer.options);
    }
    return `(${this.writer.value(left)} = ${this.writer.value(right)})`;
  }

  private equalScalar(
    node: FilterNode,
    literal: Extract<FilterNode, { kind: 'literal' }>,
    isMonotone: boolean,
  ): string {
    const value = literal.value as Json;
    const isHidden = this.writer.guard.isGuarded(node) && mayHoldCredentials(value);
    const path = isMonotone && !isHidden ? this.openPathOf(node) : undefined;
    if (path) {
      return `(${this.writer.named(path.name)} @> ${this.writer.options.parameter(JSON.stringify(nested(path.keys, value)), 'jsonb')})`;
    }
    const other = this.writer.json(literal);
    if (!isHidden) return `(${this.writer.json(node)} = ${other})`;
    return this.writer.once(
      this.writer.json(node),
      (json) => `(CASE WHEN ${json} IS NOT NULL THEN ${this.writer.options.seesSecrets} AND ${json} = ${other} END)`,
    );
  }

  /** A path that containment can be asked for: one of a name with such an index, on which nothing is hidden from the caller. */
  openPathOf(node: FilterNode): Path | undefined {
    const path = pathOf(node);
    if (path?.name.index !== 'containment' || path.keys.length === 0) return undefined;
    return this.writer.guard.isGuarded(node) && path.keys.some((key) => isSecret(key, 'x')) ? undefined : path;
  }

  compare({ operator, left, right }: Extract<FilterNode, { kind: 'compare' }>): string {
    if (left.type !== 'dynamic' && right.type !== 'dynamic') {
      const collation = left.type === 'string' ? ' COLLATE "C"' : '';
      return `(${this.writer.value(left)}${collation} ${operator} ${this.writer.value(right)}${collation})`;
    }
    const known = [left, right].find(({ type }) => type !== 'dynamic')?.type;
    const kinds = known === undefined ? (['number', 'string', 'boolean'] as const) : ([JSON_TYPES[known]!] as const);
    return this.writer.once(this.writer.value(left), (one) =>
      this.writer.once(this.writer.value(right), (other) => {
        const cases = kinds.map((kind) => {
          const guards = [
            ...(left.type === 'dynamic' ? [this.writer.guard.isOfKind(one, kind, left)] : []),
            ...(right.type === 'dynamic' ? [this.writer.guard.isOfKind(other, kind, right)] : []),
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
}

const JSON_TYPES: Partial<Record<FilterNode['type'], string>> = {
  bool: 'boolean',
  int: 'number',
  double: 'number',
  string: 'string',
};

/** A JSON value of a kind as a value of SQL. */
function cast(json: string, kind: string): string {
  if (kind === 'number') return `(${json})::numeric`;
  return kind === 'string' ? collated(`(${json} #>> '{}')`, kind) : `(${json})::boolean`;
}

/** Texts are ordered by their code points. */
function collated(value: string, kind: string): string {
  return kind === 'string' ? `${value} COLLATE "C"` : value;
}
