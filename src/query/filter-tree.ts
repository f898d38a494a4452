import type { SemverRange } from './semver-range';
import type { FilterName } from './filter-schema';
import type { FilterType } from './filter-type';

/** A value of JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Comparison = '<' | '<=' | '>' | '>=';
export type TextTest = 'startsWith' | 'endsWith' | 'contains';
export type Arithmetic = '+' | '-' | '*' | '/' | '%';
export type TimePart =
  | 'getFullYear'
  | 'getMonth'
  | 'getDate'
  | 'getDayOfMonth'
  | 'getDayOfWeek'
  | 'getDayOfYear'
  | 'getHours'
  | 'getMinutes'
  | 'getSeconds'
  | 'getMilliseconds';

/** An expression whose names and types have been checked. Its value is its type's, or an error. */
export type FilterNode =
  | { kind: 'literal'; type: 'dynamic'; value: Json }
  | { kind: 'literal'; type: 'int' | 'double'; value: number }
  | { kind: 'literal'; type: 'string'; value: string }
  | { kind: 'literal'; type: 'bool'; value: boolean }
  | { kind: 'literal'; type: 'timestamp' | 'duration'; value: bigint }
  /** What is an error in every record, as `1 / 0`. */
  | { kind: 'error'; type: FilterType }
  /** The moment of the request. */
  | { kind: 'now'; type: 'timestamp' }
  | { kind: 'name'; type: FilterType; name: FilterName }
  /** The element that a macro looks at. */
  | { kind: 'local'; type: 'dynamic'; local: string }
  /** A member of a map. */
  | { kind: 'member'; type: 'dynamic'; of: FilterNode; key: string }
  | { kind: 'element'; type: 'dynamic'; of: FilterNode; index: number }
  /** A value of another type as JSON. */
  | { kind: 'json'; type: 'dynamic'; of: FilterNode }
  | { kind: 'list'; type: 'dynamic'; items: FilterNode[] }
  | { kind: 'and' | 'or'; type: 'bool'; left: FilterNode; right: FilterNode }
  | { kind: 'not'; type: 'bool'; of: FilterNode }
  | { kind: 'conditional'; type: FilterType; test: FilterNode; ifTrue: FilterNode; ifFalse: FilterNode }
  | { kind: 'equal'; type: 'bool'; left: FilterNode; right: FilterNode }
  | { kind: 'compare'; type: 'bool'; operator: Comparison; left: FilterNode; right: FilterNode }
  | { kind: 'in'; type: 'bool'; item: FilterNode; of: FilterNode }
  /** Whether a map has a member. */
  | { kind: 'has'; type: 'bool'; of: FilterNode; key: string }
  /** Whether a record has what a name stands for. */
  | { kind: 'hasName'; type: 'bool'; name: FilterName }
  | { kind: 'macro'; type: 'bool'; macro: Macro; of: FilterNode; local: string; body: FilterNode }
  | { kind: 'text'; type: 'bool'; test: TextTest; of: FilterNode; argument: FilterNode }
  | { kind: 'matches'; type: 'bool'; of: FilterNode; pattern: string }
  | { kind: 'size'; type: 'int'; of: FilterNode }
  | { kind: 'arithmetic'; type: FilterType; operator: Arithmetic; left: FilterNode; right: FilterNode }
  | { kind: 'negative'; type: FilterType; of: FilterNode }
  | { kind: 'timePart'; type: 'int'; part: TimePart; of: FilterNode }
  | { kind: 'satisfies'; type: 'bool'; of: FilterNode; range: SemverRange }
  /** Whether a list of texts has all, or any, of these; those that end in `/*` are beginnings. */
  | { kind: 'contains'; type: 'bool'; quantity: 'all' | 'any'; of: FilterNode; items: string[] };

export const MACROS = ['exists', 'all', 'exists_one'] as const;
export type Macro = (typeof MACROS)[number];
