import { types } from 'node:util';
import {
  celEnv,
  celFunc,
  celMap,
  celList,
  celMethod,
  CelScalar,
  listType,
  mapType,
  plan,
  parse,
  type CelFunc,
  type CelInput,
  type CelList,
  type CelMap,
} from '@bufbuild/cel';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Expr_CallSchema, ExprSchema, type Expr, type ParsedExpr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { isSecret } from '../platform/common/secrets';
import { FILTER_LIMITS } from './filter-limits';
import { mayHoldCredentials } from './filter-sight';
import type { FilterInput } from './filter-schema';
import { satisfies, semverRange } from './semver-range';

/** The value of a name; of a guarded one only what the reader may see who sees no secrets of the record. */
export interface FilterValue {
  value: FilterInput | undefined;
  isGuarded: boolean;
}

/** The values of the names, each under its path. */
export type FilterValues = ReadonlyMap<string, FilterValue>;

/**
 * Evaluates a parsed expression in memory.
 * @param parents what names begin with: `agent`, `agent.health`
 * @returns whether the expression is true; an error is not
 */
export function filterEvaluator(
  parsed: ParsedExpr & { expr: Expr },
  parents: readonly string[],
): (values: FilterValues) => boolean {
  const evaluate = evaluatorOf(parsed.expr);
  return (values) => evaluate(bindingsOf(values, parents)) === true;
}

/**
 * The value of an expression, or an error of the library: with what the library leaves to be done. `has()` counts a member that is
 * null, texts are ordered by code points, macros go through a bounded number of elements, and our own functions are there.
 */
export function evaluatorOf(expr: Expr): (bindings: Record<string, CelInput>) => unknown {
  return plan(ENVIRONMENT, rewritten(expr));
}

/** Our own functions. No text can name them. */
const HAS = '@has';
const ELEMENTS = '@elements';
const EQUAL = '@equal';
const IN = '@isIn';
/** The same of a text that stands in the expression. */
const LITERAL_IN = '@literalIn';

const { DYN, STRING, BOOL, DOUBLE, BYTES, INT, UINT } = CelScalar;
const LIST = listType(DYN);
const MAP = mapType(DYN, DYN);

/** Lists and maps of which a reader sees a part only: nothing can be told from them as a whole. */
const guarded = new WeakSet<object>();
/** Stands where a text is that may hold a secret: it is there, equal to nothing, and no function takes it. */
const HIDDEN = new Uint8Array();

const libraryEqual = plan(celEnv(), parse('a == b'));

const ENVIRONMENT = celEnv({
  funcs: [
    celFunc(HAS, [MAP, STRING], BOOL, (map, key) => hasKey(map, key)),
    celFunc(ELEMENTS, [LIST], LIST, (list) => bounded(list, list.size)),
    celFunc(ELEMENTS, [MAP], MAP, (map) => bounded(whole(map), map.size)),
    celFunc(EQUAL, [DYN, DYN], BOOL, areEqual),
    ...[IN, LITERAL_IN].flatMap((name) => [
      celFunc(name, [DYN, LIST], BOOL, (item, list) => [...list].some((each) => areEqual(item, each))),
      celFunc(name, [STRING, MAP], BOOL, (key, map) => hasKey(name === IN ? whole(map) : map, key)),
      ...[DOUBLE, INT, UINT, BOOL].map((type) =>
        celFunc(name, [type, MAP], BOOL, (key, map) => whole(map).get(key) !== undefined),
      ),
    ]),
    celFunc('satisfies', [STRING, STRING], BOOL, (version, range) => satisfies(version, semverRange(range))),
    containment('containsAll', (items, has) => items.every(has)),
    containment('containsAny', (items, has) => items.some(has)),
    ...(['<', '<=', '>', '>='] as const).map((operator) =>
      celFunc(`_${operator}_`, [STRING, STRING], BOOL, (a, b) => holds(operator, byCodePoints(a, b))),
    ),
    celFunc('size', [BYTES], INT, sizeOfBytes),
    celMethod('size', BYTES, [], INT, function (this: Uint8Array) {
      return sizeOfBytes(this);
    }),
    celFunc('size', [MAP], INT, (map) => BigInt(whole(map).size)),
    celMethod('size', MAP, [], INT, function (this: CelMap) {
      return BigInt(whole(this).size);
    }),
    celFunc('_+_', [DOUBLE, DOUBLE], DOUBLE, (a, b) => representable(a + b)),
    celFunc('_-_', [DOUBLE, DOUBLE], DOUBLE, (a, b) => representable(a - b)),
    celFunc('_*_', [DOUBLE, DOUBLE], DOUBLE, (a, b) => representable(a * b)),
    celFunc('_/_', [DOUBLE, DOUBLE], DOUBLE, (a, b) => representable(a / b)),
  ],
});

function sizeOfBytes(bytes: Uint8Array): bigint {
  return bytes === HIDDEN ? cannotBeSeen() : BigInt(bytes.length);
}

function cannotBeSeen(): never {
  throw new Error('cannot be seen');
}

/** The map, unless the reader sees a part of it only. */
function whole(map: CelMap): CelMap {
  return guarded.has(map) ? cannotBeSeen() : map;
}

/** The library's own `has` takes a member that is null for none. */
function hasKey(map: CelMap, key: string): boolean {
  return map.get(key) !== undefined;
}

function areEqual(a: CelInput, b: CelInput): boolean {
  const isHidden = (value: CelInput): boolean =>
    value === HIDDEN || (typeof value === 'object' && value !== null && guarded.has(value));
  return !isHidden(a) && !isHidden(b) && (libraryEqual({ a, b }) as unknown) === true;
}

/** The containment of texts in a list, as a method of lists; an item that ends in `/*` is the beginning of one. */
function containment(name: string, holdsFor: (items: string[], has: (item: string) => boolean) => boolean): CelFunc {
  return celMethod(name, LIST, [LIST], BOOL, function (this: CelList, items) {
    const texts = [...this].filter((text) => typeof text === 'string');
    const has = (item: string): boolean =>
      item.endsWith('/*') ? texts.some((text) => text.startsWith(item.slice(0, -1))) : texts.includes(item);
    return holdsFor([...items] as string[], has);
  });
}

function bounded<Range>(range: Range, size: number): Range {
  if (size > FILTER_LIMITS.macroElements) throw new Error(`has more than ${FILTER_LIMITS.macroElements} elements`);
  return range;
}

function holds(operator: '<' | '<=' | '>' | '>=', order: number): boolean {
  if (order === 0) return operator.endsWith('=');
  return operator.startsWith('<') === order < 0;
}

/** The order of two texts by their code points, which is not that of their code units. */
function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** See `doubles` in filter-sql.ts. */
function representable(result: number): number {
  const size = Math.abs(result);
  if (result === 0 || (size >= 1e-300 && size <= 1e300)) return result;
  throw new Error('is too large or too small');
}

/** A copy in which `has()` and the ranges of macros are calls of our own functions. */
function rewritten(expr: Expr): Expr {
  const kind = expr.exprKind;
  switch (kind.case) {
    case 'selectExpr': {
      const operand = rewritten(kind.value.operand!);
      if (!kind.value.testOnly) return { ...expr, exprKind: { case: 'selectExpr', value: { ...kind.value, operand } } };
      const key = create(ExprSchema, {
        id: expr.id,
        exprKind: { case: 'constExpr', value: { constantKind: { case: 'stringValue', value: kind.value.field } } },
      });
      return callOf(HAS, [operand, key], expr.id);
    }
    case 'callExpr': {
      const target = kind.value.target && rewritten(kind.value.target);
      const args = kind.value.args.map(rewritten);
      switch (kind.value.function) {
        case '_==_':
          return callOf(EQUAL, args, expr.id);
        case '_!=_':
          return callOf('!_', [callOf(EQUAL, args, expr.id)], expr.id);
        case '@in':
          return callOf(args[0]!.exprKind.case === 'constExpr' ? LITERAL_IN : IN, args, expr.id);
      }
      return { ...expr, exprKind: { case: 'callExpr', value: { ...kind.value, target, args } } };
    }
    case 'listExpr':
      return {
        ...expr,
        exprKind: { case: 'listExpr', value: { ...kind.value, elements: kind.value.elements.map(rewritten) } },
      };
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = kind.value;
      const value = {
        ...kind.value,
        iterRange: callOf(ELEMENTS, [rewritten(iterRange!)], iterRange!.id),
        accuInit: rewritten(accuInit!),
        loopCondition: rewritten(loopCondition!),
        loopStep: rewritten(loopStep!),
        result: rewritten(result!),
      };
      return { ...expr, exprKind: { case: 'comprehensionExpr', value } };
    }
    default:
      return expr;
  }
}

function callOf(name: string, args: Expr[], id: bigint): Expr {
  return create(ExprSchema, {
    id,
    exprKind: { case: 'callExpr', value: create(Expr_CallSchema, { function: name, args }) },
  });
}

/** `agent.health.status` becomes a member of a member of `agent`. */
function bindingsOf(values: FilterValues, parents: readonly string[]): Record<string, CelInput> {
  const roots: Members = {};
  for (const parent of parents) memberOf(roots, parent.split('.'));
  for (const [path, { value, isGuarded }] of values) {
    if (value === undefined) continue;
    const parts = path.split('.');
    const last = parts.pop()!;
    memberOf(roots, parts)[last] = inputOf(value, isGuarded);
  }
  return roots;
}

type Members = Record<string, CelInput>;

/** The object under a path, made where it is not there. */
function memberOf(roots: Members, path: readonly string[]): Members {
  return path.reduce((parent, part) => (parent[part] ??= {}) as Members, roots);
}

/** A value as the library takes it; an object that has a member `constructor` it takes for something else than a map. */
function inputOf(value: FilterInput, isGuarded: boolean): CelInput {
  if (isGuarded && mayHoldCredentials(value)) return HIDDEN;
  if (types.isDate(value)) return timestampFromDate(value);
  if (typeof value !== 'object' || value === null) return value;
  const input = Array.isArray(value)
    ? celList((value as CelInput[]).map((item) => inputOf(item, isGuarded)))
    : celMap(new Map(membersOf(value, isGuarded)));
  if (isGuarded) guarded.add(input);
  return input;
}

function membersOf(value: object, isGuarded: boolean): [string, CelInput][] {
  const members = Object.entries(value) as [string, CelInput][];
  const visible = isGuarded ? members.filter(([key, item]) => !isSecret(key, item)) : members;
  return visible.map(([key, item]) => [key, inputOf(item, isGuarded)]);
}
