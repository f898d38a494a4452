import { decodeCursor, encodeCursor } from '../../platform/validation/paging/paging';
import { rejectIfAny } from '../../platform/validation/domain-error';
import { unstorable } from '../../platform/validation/json-limits';

/** The orders of lists. Of those that do not page the values change too often for a page to begin where another one ended. */
const ORDERS = {
  id: { column: 'id', pages: true },
  name: { column: 'name', pages: true },
  type: { column: 'type', pages: true },
  category: { column: 'category', pages: true, isOptional: true },
  version: { column: 'version', pages: true, isOptional: true },
  registered_at: { column: 'registered_at', pages: true, isTime: true },
  status: { column: 'status', pages: false },
  last_seen: { column: 'last_seen', pages: false, isOptional: true },
  load: { column: 'load', pages: false, isOptional: true },
} as const satisfies Record<string, OrderRule>;

interface OrderRule {
  column: string;
  pages: boolean;
  /** Whether agents may be without it. They come last, and first in the descending order. */
  isOptional?: boolean;
  /** Times are compared by their microseconds since 1970. */
  isTime?: boolean;
}

export interface AgentOrder {
  by: keyof typeof ORDERS;
  isDescending: boolean;
}

/** The agent after which a page begins: its value in the order, null when it has none, and its id. */
export interface Position {
  value: string | null;
  id: string;
}

export const BY_ID: AgentOrder = { by: 'id', isDescending: false };

/** The values of `order_by`. */
export const ORDER_NAMES = Object.keys(ORDERS).flatMap((name) => [name, `${name} asc`, `${name} desc`]);

/** @throws DomainError `validation_failed` naming `order_by` */
export function orderFrom(text: string | undefined): AgentOrder {
  if (text === undefined) return BY_ID;
  const [by, direction] = text.split(' ') as [AgentOrder['by'], string | undefined];
  const message = `must be one of ${Object.keys(ORDERS).join(', ')}, which may be followed by " asc" or " desc"`;
  rejectIfAny(ORDER_NAMES.includes(text) ? [] : [{ field: 'order_by', message }]);
  return { by, isDescending: direction === 'desc' };
}

export function canPage({ by }: AgentOrder): boolean {
  return ORDERS[by].pages;
}

/** A value that `Position` holds, as text. */
export function orderKeySql({ by }: AgentOrder): string {
  const { column, isTime }: OrderRule = ORDERS[by];
  return isTime ? `(extract(epoch FROM ${column}) * 1000000)::bigint::text` : `${column}::text`;
}

export function orderSql({ by, isDescending }: AgentOrder): string {
  const { column }: OrderRule = ORDERS[by];
  const direction = isDescending ? ' DESC' : '';
  // Who was never seen, or never said it, comes last in both directions.
  const nulls = by === 'last_seen' || by === 'load' ? ' NULLS LAST' : '';
  return by === 'id' ? `id${direction}` : `${column}${direction}${nulls}, id${direction}`;
}

/** The condition that holds for the agents after a position. */
export function afterSql(
  { by, isDescending }: AgentOrder,
  { value, id }: Position,
  parameter: (value: unknown) => string,
): string {
  const { column, isOptional, isTime }: OrderRule = ORDERS[by];
  const operator = isDescending ? '<' : '>';
  if (by === 'id') return `id ${operator} ${parameter(id)}`;
  if (value === null) {
    const rest = `(${column} IS NULL AND id ${operator} ${parameter(id)})`;
    return isDescending ? `(${rest} OR ${column} IS NOT NULL)` : rest;
  }
  const place = isTime
    ? `timestamptz 'epoch' + ${parameter(value)}::bigint * interval '1 microsecond'`
    : parameter(value);
  const after = `(${column}, id) ${operator} (${place}, ${parameter(id)})`;
  return isOptional && !isDescending ? `(${after} OR ${column} IS NULL)` : after;
}

/** Where a page begins, as the text of a cursor of a list. */
export function cursorOf(list: string, { by }: AgentOrder, { value, id }: Position): string {
  return encodeCursor(list, by === 'id' ? id : JSON.stringify([value, id]));
}

/** @throws DomainError `validation_failed` naming `cursor` */
export function positionFrom(list: string, order: AgentOrder, cursor: string): Position {
  rejectIfAny(
    canPage(order) ? [] : [{ field: 'cursor', message: `is for no list in the order of ${order.by}: it has one page` }],
  );
  const text = decodeCursor(list, cursor, (position) => parsed(order, position) !== undefined);
  return parsed(order, text)!;
}

function parsed({ by }: AgentOrder, text: string): Position | undefined {
  if (unstorable(text) !== undefined) return undefined;
  if (by === 'id') return { value: text, id: text };
  const { isOptional, isTime }: OrderRule = ORDERS[by];
  let position: unknown;
  try {
    position = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(position) || position.length !== 2) return undefined;
  const [value, id] = position as unknown[];
  if (typeof id !== 'string' || unstorable(id) !== undefined) return undefined;
  if (value === null) return isOptional ? { value, id } : undefined;
  if (typeof value !== 'string' || unstorable(value) !== undefined) return undefined;
  if (isTime && !/^-?\d{1,17}$/.test(value)) return undefined;
  return { value, id };
}
