import type { Expr, ParsedExpr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { similarName } from '../../platform/common/similar-names';
import { FilterError } from '../filter-error';
import { FILTER_LIMITS } from '../filter-limits';
import { describe, isNull, isTime, typeName } from '../filter-nodes';
import { postgresPattern } from '../filter-pattern';
import type { FilterName, FilterSchema } from '../filter-schema';
import { MACROS, type Arithmetic, type Comparison, type FilterNode, type Macro, type TimePart } from '../filter-tree';
import type { FilterType } from '../filter-type';
import { semverRange } from '../semver-range';
import { ConstantFolder, isConstant, type Fault } from './filter-constants';
import { FilterNames } from './filter-names';
import {
  arithmeticType,
  problemOfArgument,
  problemOfComparison,
  problemOfEqual,
  problemOfIn,
} from './filter-type-rules';

type Parsed = ParsedExpr & { expr: Expr };
type Call = Extract<Expr['exprKind'], { case: 'callExpr' }>['value'];

/** An expression that may be evaluated, and what is to know of it. */
export interface CheckedFilter<Record> {
  tree: FilterNode;
  names: ReadonlySet<FilterName<Record>>;
  /** The paths of the names; of a map, those of its members that are asked for: `agent.metadata.team`. */
  uses: string[];
}

/**
 * Resolves the names of a parsed expression and checks its types.
 * @throws FilterError at the first place where it cannot be right
 */
export function checkFilter<Record>(parsed: Parsed, schema: FilterSchema<Record>): CheckedFilter<Record> {
  return new Checker(parsed, schema).check();
}

const COMPARISONS: Record<string, Comparison> = { '_<_': '<', '_<=_': '<=', '_>_': '>', '_>=_': '>=' };
const ARITHMETIC: Record<string, Arithmetic> = { '_+_': '+', '_-_': '-', '_*_': '*', '_/_': '/', '_%_': '%' };
const TIME_PARTS = [
  'getFullYear',
  'getMonth',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getDayOfYear',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
];
const FUNCTIONS = ['has', 'size', 'timestamp', 'duration', 'satisfies'];
const METHODS = [
  ...MACROS,
  ...TIME_PARTS,
  'startsWith',
  'endsWith',
  'contains',
  'matches',
  'size',
  'containsAll',
  'containsAny',
];

class Checker<Record> {
  private nodes = 0;
  private macroDepth = 0;
  private readonly constants: ConstantFolder;
  private readonly names: FilterNames<Record>;

  constructor(
    private readonly parsed: Parsed,
    schema: FilterSchema<Record>,
  ) {
    this.constants = new ConstantFolder(parsed, this.fault);
    this.names = new FilterNames(schema, this.fault);
  }

  check(): CheckedFilter<Record> {
    const tree = this.condition(this.parsed.expr);
    return { tree, names: this.names.used, uses: [...this.names.uses].sort() };
  }

  /** A node that is true, false or an error. */
  private condition(expr: Expr): FilterNode {
    const node = this.node(expr);
    if (node.type !== 'bool' && node.type !== 'dynamic') {
      throw this.fault(`is of type ${node.type} where true or false is expected`, expr);
    }
    return node;
  }

  private node(expr: Expr): FilterNode {
    this.count(1, expr);
    const { exprKind: kind } = this.constants.asWritten(expr);
    if (kind.case !== 'constExpr' && isConstant(kind)) return this.constant(expr, kind);
    switch (kind.case) {
      case 'constExpr':
        return this.constants.scalar(kind.value, expr);
      case 'identExpr':
        return this.names.identifier(kind.value.name, expr);
      case 'selectExpr':
        return this.member(kind.value.operand!, kind.value.field, expr);
      case 'listExpr':
        return { kind: 'list', type: 'dynamic', items: kind.value.elements.map((item) => this.json(item)) };
      case 'callExpr':
        return this.call(kind.value, expr);
      default:
        throw this.fault('is not supported here', expr);
    }
  }

  private constant(expr: Expr, kind: Expr['exprKind']): FilterNode {
    this.count(this.constants.sizeOf(kind), expr);
    if (kind.case === 'callExpr' && kind.value.function === 'matches' && kind.value.args[0]) {
      this.pattern(kind.value.args[0]);
    }
    return this.constants.fold(expr);
  }

  private count(nodes: number, expr: Expr): void {
    this.nodes += nodes;
    if (this.nodes > FILTER_LIMITS.nodes) {
      throw this.fault(`makes the expression larger than ${FILTER_LIMITS.nodes} operators, names and values`, expr);
    }
  }

  private member(operand: Expr, field: string, expr: Expr): FilterNode {
    const path = this.names.beginning(operand);
    if (path !== undefined) return this.names.named(`${path}.${field}`, expr);
    const of = this.node(operand);
    this.needMap(of, expr);
    this.names.useMember(of, field);
    return { kind: 'member', type: 'dynamic', of, key: this.constants.storable(field, expr) };
  }

  private needMap(node: FilterNode, expr: Expr): void {
    if (node.type !== 'dynamic' || (node.kind === 'name' && node.name.elements)) {
      throw this.fault(`${describe(node)} has no members`, expr);
    }
  }

  private call(call: Call, expr: Expr): FilterNode {
    const { function: name, args } = call;
    if (call.target) return this.method(name, call.target, args, expr);
    switch (name) {
      case '_&&_':
      case '_||_': {
        const [left, right] = [this.condition(args[0]!), this.condition(args[1]!)];
        return { kind: name === '_&&_' ? 'and' : 'or', type: 'bool', left, right };
      }
      case '!_':
        return { kind: 'not', type: 'bool', of: this.condition(args[0]!) };
      case '_?_:_':
        return this.conditional(args);
      case '_==_':
        return this.equal(args, expr);
      case '_!=_':
        return { kind: 'not', type: 'bool', of: this.equal(args, expr) };
      case '@in':
        return this.in(args, expr);
      case '_[_]':
        return this.index(args, expr);
      case '-_':
        return this.negative(args, expr);
      case 'has':
        return this.has(args, expr);
      case 'size':
        return this.size(this.only(args, name, expr), expr);
      case 'satisfies':
        return this.satisfies(args, expr);
      case 'timestamp':
      case 'duration':
        throw this.fault(`${name}() takes a text that stands in the expression`, expr);
    }
    if (COMPARISONS[name]) return this.compare(COMPARISONS[name], args, expr);
    if (ARITHMETIC[name]) return this.arithmetic(ARITHMETIC[name], args, expr);
    throw this.fault(`${name}() is unknown here`, expr, similarName(name, FUNCTIONS));
  }

  private method(name: string, target: Expr, args: Expr[], expr: Expr): FilterNode {
    if ((MACROS as readonly string[]).includes(name)) return this.macro(name as Macro, target, args, expr);
    const of = METHODS.includes(name) ? this.node(target) : undefined;
    if (!of) throw this.fault(`.${name}() is unknown here`, expr, similarName(name, METHODS));
    if (TIME_PARTS.includes(name)) {
      if (args.length > 0) throw this.fault(`.${name}() takes no time zone here: times are those of UTC`, expr);
      this.need(of, 'timestamp', `.${name}()`, expr);
      return { kind: 'timePart', type: 'int', part: name as TimePart, of };
    }
    switch (name) {
      case 'size':
        if (args.length > 0) throw this.fault('.size() takes nothing', expr);
        return this.size(of, expr);
      case 'containsAll':
      case 'containsAny':
        return this.contains(name === 'containsAll' ? 'all' : 'any', of, this.only(args, name, expr), expr);
      case 'matches':
        this.need(of, 'string', '.matches()', expr);
        return { kind: 'matches', type: 'bool', of, pattern: this.pattern(this.onlyExpr(args, name, expr)) };
      default: {
        const argument = this.only(args, name, expr);
        this.need(of, 'string', `.${name}()`, expr);
        this.need(argument, 'string', `.${name}()`, expr);
        return { kind: 'text', type: 'bool', test: name as 'startsWith', of, argument };
      }
    }
  }

  private only(args: Expr[], name: string, expr: Expr): FilterNode {
    return this.node(this.onlyExpr(args, name, expr));
  }

  private onlyExpr(args: Expr[], name: string, expr: Expr): Expr {
    if (args.length !== 1) throw this.fault(`${name}() takes one value`, expr);
    return args[0]!;
  }

  private need(node: FilterNode, type: FilterType, by: string, expr: Expr): void {
    this.refuseIf(problemOfArgument(node, type, by), expr);
  }

  private refuseIf(problem: string | undefined, expr: Expr): void {
    if (problem !== undefined) throw this.fault(problem, expr);
  }

  private macro(macro: Macro, target: Expr, args: Expr[], expr: Expr): FilterNode {
    const [variable, condition] = args;
    if (args.length !== 2 || variable!.exprKind.case !== 'identExpr') {
      throw this.fault(`${macro}() takes a name and a condition, as in exists(c, c == "ocr")`, expr);
    }
    const of = this.node(target);
    if (of.type !== 'dynamic') throw this.fault(`${describe(of)} has no elements`, expr);
    if (++this.macroDepth > FILTER_LIMITS.macroDepth) {
      throw this.fault(`is nested more than ${FILTER_LIMITS.macroDepth} deep`, expr);
    }
    const local = variable!.exprKind.value.name;
    const body = this.names.inMacro(local, of, () => this.condition(condition!));
    this.macroDepth--;
    return { kind: 'macro', type: 'bool', macro, of, local, body };
  }

  private conditional(args: Expr[]): FilterNode {
    const test = this.condition(args[0]!);
    const [ifTrue, ifFalse] = [this.node(args[1]!), this.node(args[2]!)];
    if (ifTrue.type === ifFalse.type) return { kind: 'conditional', type: ifTrue.type, test, ifTrue, ifFalse };
    if (isTime(ifTrue) || isTime(ifFalse)) {
      throw this.fault(`gives a ${ifTrue.type} or a ${ifFalse.type}`, args[1]!);
    }
    return { kind: 'conditional', type: 'dynamic', test, ifTrue, ifFalse };
  }

  private equal(args: Expr[], expr: Expr): FilterNode {
    const [left, right] = [this.node(args[0]!), this.node(args[1]!)];
    this.refuseIf(problemOfEqual(left, right), expr);
    return { kind: 'equal', type: 'bool', left, right };
  }

  private compare(operator: Comparison, args: Expr[], expr: Expr): FilterNode {
    const [left, right] = [this.node(args[0]!), this.node(args[1]!)];
    this.refuseIf(problemOfComparison(operator, left, right), expr);
    return { kind: 'compare', type: 'bool', operator, left, right };
  }

  private in(args: Expr[], expr: Expr): FilterNode {
    const [item, of] = [this.node(args[0]!), this.node(args[1]!)];
    this.refuseIf(problemOfIn(item, of), expr);
    return { kind: 'in', type: 'bool', item, of };
  }

  private index(args: Expr[], expr: Expr): FilterNode {
    const key = this.node(args[1]!);
    if (key.kind === 'literal' && key.type === 'string') return this.member(args[0]!, key.value, expr);
    const of = this.node(args[0]!);
    if (of.type !== 'dynamic') throw this.fault(`${describe(of)} has no elements`, expr);
    if (key.kind !== 'literal' || key.type !== 'int') {
      throw this.fault('an index is a number or a text that stands in the expression', args[1]!);
    }
    if (key.value < 0 || key.value > 2 ** 31 - 1) throw this.fault('no list has this index', args[1]!);
    return { kind: 'element', type: 'dynamic', of, index: key.value };
  }

  private negative(args: Expr[], expr: Expr): FilterNode {
    const of = this.node(args[0]!);
    if (of.type !== 'int' && of.type !== 'duration' && of.type !== 'double') {
      throw this.fault(`- takes a number, and ${describe(of)} is of type ${of.type}`, expr);
    }
    return { kind: 'negative', type: of.type, of };
  }

  private has(args: Expr[], expr: Expr): FilterNode {
    const select = args[0]?.exprKind;
    if (select?.case !== 'selectExpr') throw this.fault('has() takes a member, as in has(agent.metadata.team)', expr);
    const { field } = select.value;
    const operand = select.value.operand!;
    const path = this.names.beginning(operand);
    if (path !== undefined) return this.names.hasNamed(`${path}.${field}`, args[0]!);
    const of = this.node(operand);
    this.needMap(of, expr);
    this.names.useMember(of, field);
    return { kind: 'has', type: 'bool', of, key: this.constants.storable(field, expr) };
  }

  private size(of: FilterNode, expr: Expr): FilterNode {
    if (of.type !== 'string' && (of.type !== 'dynamic' || isNull(of))) {
      throw this.fault(`size() takes a text, a list or a map, and ${describe(of)} is of type ${of.type}`, expr);
    }
    return { kind: 'size', type: 'int', of };
  }

  private satisfies(args: Expr[], expr: Expr): FilterNode {
    if (args.length !== 2)
      throw this.fault('satisfies() takes a version and a range, as in satisfies(agent.version, "^2")', expr);
    const of = this.node(args[0]!);
    this.need(of, 'string', 'satisfies()', expr);
    const range = this.node(args[1]!);
    if (range.kind !== 'literal' || range.type !== 'string')
      throw this.fault('a range stands in the expression as text', args[1]!);
    try {
      return { kind: 'satisfies', type: 'bool', of, range: semverRange(range.value) };
    } catch (error) {
      throw this.fault((error as Error).message, args[1]!);
    }
  }

  private contains(quantity: 'all' | 'any', of: FilterNode, list: FilterNode, expr: Expr): FilterNode {
    const items = list.kind === 'literal' && Array.isArray(list.value) ? list.value : undefined;
    if (!items?.every((item) => typeof item === 'string')) {
      throw this.fault('takes a list of texts that stands in the expression', expr);
    }
    if (of.type !== 'dynamic') throw this.fault(`${describe(of)} is no list`, expr);
    return { kind: 'contains', type: 'bool', quantity, of, items: items };
  }

  private arithmetic(operator: Arithmetic, args: Expr[], expr: Expr): FilterNode {
    const [left, right] = [this.node(args[0]!), this.node(args[1]!)];
    const [leftType, rightType] = [left, right].map((node) =>
      this.names.isOfRecord(node) && node.type === 'dynamic' ? undefined : node.type,
    );
    const type = arithmeticType(operator, leftType, rightType);
    if (type === undefined) {
      const types = [left.type, right.type];
      const isMixed = types.includes('int') && (types.includes('double') || types.includes('dynamic'));
      const hint = isMixed ? ': numbers of records are doubles, write 1.0 for 1' : '';
      throw this.fault(`${typeName(left)} ${operator} ${typeName(right)} is not defined here${hint}`, expr);
    }
    return { kind: 'arithmetic', type, operator, left, right };
  }

  private json(expr: Expr): FilterNode {
    const node = this.node(expr);
    if (isTime(node)) throw this.fault(`no list holds a ${node.type}`, expr);
    return node;
  }

  private pattern(expr: Expr): string {
    const text = isConstant(this.constants.asWritten(expr).exprKind) ? this.constants.fold(expr) : undefined;
    if (text?.kind !== 'literal' || text.type !== 'string')
      throw this.fault('a regular expression stands in the expression as text', expr);
    try {
      postgresPattern(text.value);
    } catch (error) {
      throw this.fault(`the regular expression ${(error as Error).message}`, expr);
    }
    return text.value;
  }

  private readonly fault: Fault = (message, expr, suggestion) =>
    new FilterError(message, this.parsed.sourceInfo?.positions[String(expr.id)] ?? 0, suggestion);
}
