import { describe, isList, isMap, isNeverEqual, isNull, isNumber, isTime, typeName } from '../filter-nodes';
import type { Arithmetic, Comparison, FilterNode } from '../filter-tree';
import type { FilterType } from '../filter-type';

/*
 * Which operands an operator takes. Each rule gives what is wrong with them, or undefined. A value of type dynamic is known at evaluation
 * only; it is refused only where no value of it could fit.
 */

export function problemOfEqual(left: FilterNode, right: FilterNode): string | undefined {
  if (left.type === right.type || (isNumber(left) && isNumber(right))) return undefined;
  const isDynamic = left.type === 'dynamic' || right.type === 'dynamic';
  const mayBeEqual = !isTime(left) && !isTime(right) && !isNeverEqual(left, right) && !isNeverEqual(right, left);
  if (isDynamic && mayBeEqual) return undefined;
  const name = [left, right].find((node) => node.kind === 'name');
  if ([left, right].some(isNull) && name?.kind === 'name') {
    const { path } = name.name;
    return `${path} is never null: where an agent has none it is absent, see has(${path})`;
  }
  const sides = `${describe(left)} is of type ${typeName(left)} and ${describe(right)} of type ${typeName(right)}`;
  return `${sides}: they are never equal`;
}

export function problemOfComparison(operator: Comparison, left: FilterNode, right: FilterNode): string | undefined {
  const isOrdered = (node: FilterNode): boolean => !isList(node) && !isNull(node) && !isMap(node);
  const isDynamic = left.type === 'dynamic' || right.type === 'dynamic';
  const fits =
    left.type === right.type || (isNumber(left) && isNumber(right)) || (isDynamic && !isTime(left) && !isTime(right));
  if (fits && isOrdered(left) && isOrdered(right)) return undefined;
  return `${typeName(left)} ${operator} ${typeName(right)} is not defined`;
}

export function problemOfIn(item: FilterNode, of: FilterNode): string | undefined {
  if (of.type !== 'dynamic' || isNull(of)) return `in takes a list or a map, and ${describe(of)} is of type ${of.type}`;
  if (isTime(item)) return `no list holds a ${item.type}`;
  const isTextOnly = of.kind === 'name' && (of.name.elements !== undefined || !isList(of));
  if (isTextOnly && item.type !== 'string' && item.type !== 'dynamic')
    return `${describe(of)} holds texts, and ${describe(item)} is of type ${item.type}`;
  return undefined;
}

/** Of a function or method that takes a value of one type. */
export function problemOfArgument(node: FilterNode, type: FilterType, by: string): string | undefined {
  if (node.type === type || (node.type === 'dynamic' && type !== 'timestamp' && !isList(node))) return undefined;
  return `${by} takes a ${type}, and ${describe(node)} is ${isList(node) ? 'a list' : `of type ${node.type}`}`;
}

/** Undefined when it is not defined. An operand that is undefined is a value of a record: a double, if it is a number. */
export function arithmeticType(
  operator: Arithmetic,
  left: FilterType | undefined,
  right: FilterType | undefined,
): FilterType | undefined {
  if (left === 'int' && right === 'int') return 'int';
  const isDouble = (type: FilterType | undefined): boolean => type === 'double' || type === undefined;
  // Two values of a record may as well be texts, which are joined.
  if (isDouble(left) && isDouble(right) && (left ?? right) && operator !== '%') return 'double';
  if (operator === '+' && left === 'timestamp' && right === 'duration') return 'timestamp';
  if (operator === '+' && left === 'duration' && right === 'timestamp') return 'timestamp';
  if (operator === '-' && left === 'timestamp' && right === 'duration') return 'timestamp';
  if (operator === '-' && left === 'timestamp' && right === 'timestamp') return 'duration';
  if ((operator === '+' || operator === '-') && left === 'duration' && right === 'duration') return 'duration';
  return undefined;
}
