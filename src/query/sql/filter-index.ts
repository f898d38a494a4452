import { isList, isScalar } from '../filter-nodes';
import type { FilterName } from '../filter-schema';
import type { FilterNode, Json } from '../filter-tree';

/** Whether an index serves the expression: in one condition of a conjunction, or in each of a disjunction. */
export function isIndexed(tree: FilterNode): boolean {
  switch (tree.kind) {
    case 'and':
      return isIndexed(tree.left) || isIndexed(tree.right);
    case 'or':
      return isIndexed(tree.left) && isIndexed(tree.right);
    case 'equal':
      return isIndexedEquality(tree.left, tree.right) || isIndexedEquality(tree.right, tree.left);
    case 'in': {
      if (tree.of.kind === 'literal') return isIndexedEquality(tree.item, tree.of);
      return (
        tree.of.kind === 'name' &&
        tree.of.name.index === 'containment' &&
        isList(tree.of) &&
        tree.item.kind === 'literal'
      );
    }
    case 'contains': {
      const { of, items, quantity } = tree;
      const isIndexedItem = (item: string): boolean => !item.endsWith('/*');
      if (of.kind !== 'name' || of.name.index !== 'containment') return false;
      return quantity === 'all' ? items.some(isIndexedItem) : items.length > 0 && items.every(isIndexedItem);
    }
    case 'macro':
      return tree.macro === 'exists' && exampleOf(tree) !== undefined;
    default:
      return false;
  }
}

function isIndexedEquality(name: FilterNode, literal: FilterNode): boolean {
  if (literal.kind !== 'literal') return false;
  if (name.kind === 'name') return name.name.index === 'equality';
  const path = pathOf(name);
  const values = Array.isArray(literal.value) ? literal.value : [literal.value];
  return path?.name.index === 'containment' && path.keys.length > 0 && values.every(isScalar);
}

/** A value that is reached from a name by members alone. */
export interface Path {
  name: FilterName;
  keys: string[];
}

export function pathOf(node: FilterNode): Path | undefined {
  if (node.kind === 'name') return { name: node.name, keys: [] };
  if (node.kind !== 'member') return undefined;
  const path = pathOf(node.of);
  return path && { name: path.name, keys: [...path.keys, node.key] };
}

/** A value that has `leaf` at the end of the keys, and nothing else. */
export function nested(keys: readonly string[], leaf: Json): Json {
  return keys.reduceRight<Json>((value, key) => Object.fromEntries([[key, value]]), leaf);
}

/** What one element must contain for `exists` to hold: `e == "x"`, or `e.a == "x" && e.b == 1`. Undefined for any other condition. */
export function exampleOf({
  of,
  local,
  body,
}: Extract<FilterNode, { kind: 'macro' }>): { path: Path; example: Json } | undefined {
  const path = pathOf(of);
  if (path?.name.index !== 'containment') return undefined;
  const example = exampleElement(body, local);
  // A map has its keys as elements, so that a text may be one of them; a list of texts has none.
  if (example === undefined || (path.keys.length + (isList(of) ? 0 : 1) > 0 && typeof example !== 'object'))
    return undefined;
  return { path, example };
}

function exampleElement(node: FilterNode, local: string): Json | undefined {
  if (node.kind === 'and') {
    const [left, right] = [exampleElement(node.left, local), exampleElement(node.right, local)];
    if (!isMap(left) || !isMap(right) || Object.keys(left).some((key) => Object.hasOwn(right, key))) return undefined;
    return { ...left, ...right };
  }
  if (node.kind !== 'equal') return undefined;
  const [value, literal] = node.right.kind === 'literal' ? [node.left, node.right] : [node.right, node.left];
  if (literal.kind !== 'literal' || typeof literal.value === 'object' || typeof literal.value === 'bigint')
    return undefined;
  if (value.kind === 'local' && value.local === local) return literal.value;
  if (value.kind !== 'member' || value.of.kind !== 'local' || value.of.local !== local) return undefined;
  return Object.fromEntries([[value.key, literal.value]]);
}

function isMap(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
