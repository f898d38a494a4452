import { celEnv, isCelError, isCelList, isCelMap, isCelUint, plan, type CelValue } from '@bufbuild/cel';
import type { Constant, Expr, ParsedExpr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { isReflectMessage, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import type { FilterError } from '../filter-error';
import { MACROS, type FilterNode, type Json } from '../filter-tree';
import type { FilterType } from '../filter-type';

/** Makes an error of a message and the place of a node. */
export type Fault = (message: string, expr: Expr, suggestion?: string) => FilterError;

const ENVIRONMENT = celEnv();

/** The parts of an expression that refer to no record, as literals of the tree. */
export class ConstantFolder {
  /** The parser's own nodes by their ids: where a macro stands in another one, its text form has the id alone. */
  private readonly parsedNodes = new Map<bigint, Expr>();

  constructor(
    private readonly parsed: ParsedExpr & { expr: Expr },
    private readonly fault: Fault,
  ) {
    this.remember(parsed.expr);
  }

  /** Macros as they stand in the text, not as what the parser makes of them. */
  asWritten(expr: Expr): Expr {
    return this.parsed.sourceInfo?.macroCalls[String(expr.id)] ?? expr;
  }

  /** A literal. */
  scalar({ constantKind: constant }: Constant, expr: Expr): FilterNode {
    switch (constant.case) {
      case 'uint64Value':
        return this.literal(constant.value, expr);
      case 'nullValue':
        return this.literal(null, expr);
      case 'boolValue':
      case 'int64Value':
      case 'doubleValue':
      case 'stringValue':
        return this.literal(constant.value, expr);
      default:
        throw this.fault('is of a type that no record holds', expr);
    }
  }

  /** The value of what refers to no record, which the library works out. */
  fold(expr: Expr): FilterNode {
    const { exprKind: kind } = this.asWritten(expr);
    this.checkCalls(expr);
    const value = this.evaluated(expr);
    if (isError(value)) {
      const { message } = value;
      if (/unbound function|unknown function|no matching overload|unresolved/i.test(message))
        throw this.fault(message, expr);
      return { kind: 'error', type: typeOfFailed(kind) };
    }
    return this.literal(value as CelValue, expr);
  }

  private evaluated(expr: Expr): unknown {
    try {
      return plan(ENVIRONMENT, this.parsedNodes.get(expr.id) ?? expr)();
    } catch (error) {
      return error;
    }
  }

  /** How many operators, names and values are inside of it. */
  sizeOf(kind: Expr['exprKind']): number {
    return childrenOf(kind).reduce((size, child) => size + 1 + this.sizeOf(this.asWritten(child).exprKind), 0);
  }

  /** What is wrong with a constant whatever is made of it. */
  private checkCalls(expr: Expr): void {
    const { exprKind: kind } = this.asWritten(expr);
    if (kind.case === 'callExpr' && (kind.value.function === 'map' || kind.value.function === 'filter')) {
      throw this.fault(`.${kind.value.function}() is not supported`, expr);
    }
    const time = timeProblem(kind);
    if (time !== undefined && isError(this.evaluated(expr))) throw this.fault(time, expr);
    childrenOf(kind).forEach((child) => this.checkCalls(child));
  }

  private literal(value: CelValue, expr: Expr): FilterNode {
    if (typeof value === 'boolean') return { kind: 'literal', type: 'bool', value };
    if (typeof value === 'bigint' || typeof value === 'number' || isCelUint(value)) {
      const number = typeof value === 'number' ? value : Number(isCelUint(value) ? value.value : value);
      return {
        kind: 'literal',
        type: typeof value === 'number' ? 'double' : 'int',
        value: this.number(number, typeof value !== 'number', expr),
      };
    }
    if (typeof value === 'string') return { kind: 'literal', type: 'string', value: this.storable(value, expr) };
    if (isReflectMessage(value)) {
      const time = nanosecondsOf(value);
      if (time !== undefined) return { kind: 'literal', ...time };
    }
    return { kind: 'literal', type: 'dynamic', value: this.jsonOf(value, expr) };
  }

  private jsonOf(value: CelValue, expr: Expr): Json {
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return this.storable(value, expr);
    if (typeof value === 'number') return this.number(value, false, expr);
    if (typeof value === 'bigint') return this.number(Number(value), true, expr);
    if (isCelUint(value)) return this.number(Number(value.value), true, expr);
    if (isCelList(value)) return [...value].map((item) => this.jsonOf(item, expr));
    if (isCelMap(value)) {
      const entries = [...value].map(([key, item]) => {
        if (typeof key !== 'string') throw this.fault('has a key that is no text', expr);
        return [this.storable(key, expr), this.jsonOf(item, expr)] as const;
      });
      return Object.fromEntries(entries);
    }
    throw this.fault('is of a type that no record holds', expr);
  }

  private number(value: number, isWhole: boolean, expr: Expr): number {
    if (!Number.isFinite(value)) throw this.fault('is no finite number', expr);
    if (isWhole && !Number.isSafeInteger(value)) {
      throw this.fault('is beyond 9007199254740991: numbers of JSON are exact up to there', expr);
    }
    return value;
  }

  /** A text that a record could hold. */
  storable(text: string, expr: Expr): string {
    if (text.includes('\0') || !text.isWellFormed())
      throw this.fault('holds a character that no record can hold', expr);
    return text;
  }

  private remember(expr: Expr): void {
    this.parsedNodes.set(expr.id, expr);
    childrenOf(expr.exprKind).forEach((child) => this.remember(child));
  }
}

function childrenOf(kind: Expr['exprKind']): Expr[] {
  switch (kind.case) {
    case 'callExpr':
      return [...(kind.value.target ? [kind.value.target] : []), ...kind.value.args];
    case 'selectExpr':
      return [kind.value.operand!];
    case 'listExpr':
      return kind.value.elements;
    case 'structExpr':
      return kind.value.entries.flatMap(({ keyKind, value }) => [
        ...(keyKind.case === 'mapKey' ? [keyKind.value] : []),
        value!,
      ]);
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = kind.value;
      return [iterRange!, accuInit!, loopCondition!, loopStep!, result!];
    }
    default:
      return [];
  }
}

/**
 * Whether nothing in it depends on a record. Macros within macros count as if something did, since the text form of an inner one has
 * its id alone: so they are bounded like all others.
 */
export function isConstant(kind: Expr['exprKind'], locals: readonly string[] = []): boolean {
  if (kind.case === 'identExpr') return locals.includes(kind.value.name);
  if (kind.case === 'comprehensionExpr') {
    const { iterVar, accuVar, iterRange, ...parts } = kind.value;
    const inner = [...locals, iterVar, accuVar];
    return (
      isConstant(iterRange!.exprKind, locals) &&
      [parts.accuInit!, parts.loopCondition!, parts.loopStep!, parts.result!].every(({ exprKind }) =>
        isConstant(exprKind, inner),
      )
    );
  }
  if (isMacro(kind)) {
    const [variable, body] = kind.value.args;
    const name = variable?.exprKind.case === 'identExpr' ? variable.exprKind.value.name : undefined;
    return (
      name !== undefined &&
      isConstant(kind.value.target!.exprKind, locals) &&
      !!body &&
      isConstant(body.exprKind, [...locals, name])
    );
  }
  return kind.case !== undefined && childrenOf(kind).every(({ exprKind }) => isConstant(exprKind, locals));
}

type CallKind = Extract<Expr['exprKind'], { case: 'callExpr' }>;

function isMacro(kind: Expr['exprKind']): kind is CallKind {
  return kind.case === 'callExpr' && !!kind.value.target && (MACROS as readonly string[]).includes(kind.value.function);
}

function isError(value: unknown): value is Error {
  return isCelError(value) || value instanceof Error;
}

/** What to say of a call that makes a time of a text and fails. */
function timeProblem(kind: Expr['exprKind']): string | undefined {
  if (kind.case !== 'callExpr' || kind.value.target) return undefined;
  if (kind.value.function === 'timestamp') return 'is no time such as 2027-01-31T00:00:00Z';
  return kind.value.function === 'duration' ? 'is no duration such as 90s or 1h30m' : undefined;
}

function typeOfFailed(kind: Expr['exprKind']): FilterType {
  if (kind.case !== 'callExpr') return 'dynamic';
  const name = kind.value.function;
  if (/^_?[-+*/%]_$/.test(name)) return 'int';
  if (name === '_[_]') return 'dynamic';
  return 'bool';
}

/** Timestamps and durations of the library, in nanoseconds. */
function nanosecondsOf(message: ReflectMessage): { type: 'timestamp' | 'duration'; value: bigint } | undefined {
  const { seconds, nanos } = message.message as unknown as { seconds: bigint; nanos: number };
  const value = seconds * 1_000_000_000n + BigInt(nanos);
  if (message.desc.typeName === 'google.protobuf.Timestamp') return { type: 'timestamp', value };
  if (message.desc.typeName === 'google.protobuf.Duration') return { type: 'duration', value };
  return undefined;
}
