import type { Arithmetic, TimePart } from '../filter-tree';
import type { FilterType } from '../filter-type';

/** Nanoseconds in a millisecond. */
export const MS = 1_000_000;
const LEAST_TIME = -62_135_596_800_000_000_000n;
const MOST_TIME = 253_402_300_799_999_999_999n;
const MOST_INT = 2n ** 63n - 1n;
const LEAST_INT = -(2n ** 63n);

/** Of the time of day or the date, in nanoseconds since 1970, as `n`. */
const TIME_PARTS: Record<TimePart, string> = {
  getFullYear: 'extract(year FROM at)',
  getMonth: 'extract(month FROM at) - 1',
  getDate: 'extract(day FROM at)',
  getDayOfMonth: 'extract(day FROM at) - 1',
  getDayOfWeek: 'extract(dow FROM at)',
  getDayOfYear: 'extract(doy FROM at) - 1',
  getHours: 'extract(hour FROM at)',
  getMinutes: 'extract(minute FROM at)',
  getSeconds: 'floor(extract(second FROM at))',
  getMilliseconds: `floor(mod(n - floor(n / 1e9) * 1e9, 1e9) / ${MS})`,
};

/** What two operands give in SQL; NULL where the result leaves the range of its type. */
export function arithmeticSql(type: FilterType, operator: Arithmetic, a: string, b: string): string {
  switch (type) {
    case 'int':
      return withinInt(wholeNumbers(operator, a, b));
    case 'double':
      return doubles(operator, a, b);
    case 'timestamp':
      return within(`${a} ${operator} ${b}`, LEAST_TIME, MOST_TIME);
    default:
      return withinInt(`${a} ${operator} ${b}`);
  }
}

/** NULL where a whole number has more than 64 bits. */
export function withinInt(sql: string): string {
  return within(sql, LEAST_INT, MOST_INT);
}

/** A part of a time that is given in nanoseconds since 1970. */
export function timePartSql(part: TimePart, nanoseconds: string): string {
  return `(SELECT ${TIME_PARTS[part]} FROM (SELECT ${nanoseconds} AS n OFFSET 0) moment
            CROSS JOIN LATERAL (SELECT timestamp 'epoch' + make_interval(secs => floor(n / 1e9)::float8) AS at OFFSET 0) clock)::numeric`;
}

/** NULL where the value leaves its range, which is an error in CEL. */
function within(sql: string, least: bigint, most: bigint): string {
  return `(SELECT CASE WHEN n BETWEEN ${least} AND ${most} THEN n END FROM (SELECT ${sql} AS n OFFSET 0) sum)`;
}

function wholeNumbers(operator: string, a: string, b: string): string {
  if (operator === '/') return `div(${a}, nullif(${b}, 0))`;
  if (operator === '%') return `mod(${a}, nullif(${b}, 0))`;
  return `(${a} ${operator} ${b})`;
}

/**
 * Binary floating point, as records have their numbers. PostgreSQL fails where a result has no finite value or is too close to 0; here
 * it is an error of the expression from 1e300 on, and below 1e-300, also when it is evaluated in memory.
 */
function doubles(operator: string, a: string, b: string): string {
  const exact = operator === '/' ? 'a / nullif(b, 0)' : `a ${operator} b`;
  return `(SELECT CASE WHEN f = 0 OR abs(f) BETWEEN 1e-300 AND 1e300 THEN f END
             FROM (SELECT ${a} AS a, ${b} AS b OFFSET 0) operands
            CROSS JOIN LATERAL (SELECT ${exact} AS r OFFSET 0) result
            CROSS JOIN LATERAL (SELECT CASE WHEN r = 0 OR abs(r) BETWEEN 1e-305 AND 1e305
                                            THEN ((a::float8 ${operator} b::float8)::text)::numeric END AS f OFFSET 0) rounded)`;
}
