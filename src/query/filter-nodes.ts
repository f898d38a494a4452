import type { FilterNode } from './filter-tree';

export function isList(node: FilterNode): boolean {
  if (node.kind === 'list' || (node.kind === 'literal' && Array.isArray(node.value))) return true;
  return node.kind === 'name' && node.name.elements !== undefined;
}

export function isNull(node: FilterNode): boolean {
  return node.kind === 'literal' && node.value === null;
}

export function isMap(node: FilterNode): boolean {
  return node.kind === 'literal' && typeof node.value === 'object' && node.value !== null && !Array.isArray(node.value);
}

export function isNumber({ type }: FilterNode): boolean {
  return type === 'int' || type === 'double';
}

export function isTime({ type }: FilterNode): boolean {
  return type === 'timestamp' || type === 'duration';
}

/** Whether one is known to be a list, and the other to be none. */
export function isNeverEqual(list: FilterNode, other: FilterNode): boolean {
  return (isList(list) || isMap(list) || isNull(list)) && other.type !== 'dynamic';
}

export function typeName(node: FilterNode): string {
  if (isNull(node)) return 'null';
  if (isList(node)) return 'list';
  if (isMap(node)) return 'map';
  return node.type === 'dynamic' ? 'JSON' : node.type;
}

export function describe(node: FilterNode): string {
  if (node.kind === 'name') return node.name.path;
  if (node.kind === 'literal' && node.type !== 'timestamp' && node.type !== 'duration')
    return JSON.stringify(node.value).slice(0, 50);
  return 'the value';
}

/** Of the value of a literal. */
export function isScalar(value: unknown): boolean {
  return (typeof value !== 'object' || value === null) && typeof value !== 'bigint';
}
