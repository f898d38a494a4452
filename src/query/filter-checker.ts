import type { Expr, ParsedExpr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { similarName } from '../platform/common/similar-names';
import { ConstantFolder, isConstant, type Fault } from './filter-constants';
import { FilterError } from './filter-error';
import { FILTER_LIMITS } from './filter-limits';
import { describe, isList, isMap, isNeverEqual, isNull, isNumber, isTime, typeName } from './filter-nodes';
import { postgresPattern } from './filter-pattern';
import type { FilterName, FilterSchema } from './filter-schema';
import { MACROS, type Arithmetic, type Comparison, type FilterNode, type Macro, type TimePart } from './filter-tree';
import type { FilterType } from './filter-type';
import { semverRange } from './semver-range';

type Parsed = ParsedExpr & { expr: Expr };
type Call = Extract<Expr['exprKind'], { case: 'callExpr' }>['value'];

/** An expression that may be evaluated, and what is to know of it. */
export interface CheckedFilter<Record> {
  tree: FilterNode;
  names: ReadonlySet<FilterName<Record>>;
  /** The names, each with the first member that is asked for where it has any: `agent.metadata.team`. */
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
  /** The names that macros have given to elements, each with whether it comes from a record. */
  private readonly locals: { name: string; isOfRecord: boolean }[] = [];
  private readonly constants: ConstantFolder;
  private readonly names = new Set<FilterName<Record>>();
  private readonly uses = new Set<string>();

  constructor(
    private readonly parsed: Parsed,
    private readonly schema: FilterSchema<Record>,
  ) {
    this.constants = new ConstantFolder(parsed, this.fault);
  }

  check(): CheckedFilter<Record> {
    const tree = this.condition(this.parsed.expr);
    return { tree, names: this.names, uses: [...this.uses].sort() };
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
        return this.identifier(kind.value.name, expr);
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

  private identifier(name: string, expr: Expr): FilterNode {
    if (this.isLocal(name)) return { kind: 'local', type: 'dynamic', local: name };
    return this.named(name, expr);
  }

  private isLocal(name: string): boolean {
    return this.locals.some((local) => local.name === name);
  }

  /** Whether its numbers are those of a record, which are doubles. */
  private isOfRecord(node: FilterNode): boolean {
    if (node.kind === 'member' || node.kind === 'element') return this.isOfRecord(node.of);
    if (node.kind === 'local') return this.locals.findLast(({ name }) => name === node.local)!.isOfRecord;
    return node.kind === 'name';
  }

  /** A name, or part of one: `agent.health`. */
  private named(path: string, expr: Expr): FilterNode {
    const name = this.schema.get(path);
    if (name) return this.used(name, path);
    const members = this.schema.membersOf(path);
    if (members.length > 0)
      throw this.fault(`${path} has members: ${members.map((each) => `${path}.${each}`).join(', ')}`, expr);
    throw this.unknownName(path, expr);
  }

  private used(name: FilterName<Record>, path: string): FilterNode {
    this.names.add(name);
    this.uses.add(path);
    return name.path === 'now' ? { kind: 'now', type: 'timestamp' } : { kind: 'name', type: name.type, name };
  }

  private unknownName(path: string, expr: Expr): FilterError {
    const [parent, last] = [path.split('.').slice(0, -1).join('.'), path.split('.').at(-1)!];
    const siblings = parent ? this.schema.membersOf(parent) : [];
    const known = this.schema.all().map((name) => name.path);
    const similar = similarName(last, siblings);
    const suggestion = similar !== undefined ? `${parent}.${similar}` : suggestionFor(path, known);
    const message =
      siblings.length > 0 ? `${path} is unknown; ${parent} has ${siblings.join(', ')}` : `${path} is unknown`;
    return this.fault(message, expr, suggestion);
  }

  private member(operand: Expr, field: string, expr: Expr): FilterNode {
    const path = this.pathOf(operand);
    if (path !== undefined && !this.schema.get(path)) return this.named(`${path}.${field}`, expr);
    const of = this.node(operand);
    this.needMap(of, expr);
    if (of.kind === 'name') this.replaceUse(of.name.path, `${of.name.path}.${field}`);
    return { kind: 'member', type: 'dynamic', of, key: this.constants.storable(field, expr) };
  }

  /** `agent.health`: what may be the beginning of a name. Undefined for anything else. */
  private pathOf(expr: Expr): string | undefined {
    const kind = expr.exprKind;
    if (kind.case === 'identExpr') return this.isLocal(kind.value.name) ? undefined : kind.value.name;
    if (kind.case !== 'selectExpr' || kind.value.testOnly) return undefined;
    const path = this.pathOf(kind.value.operand!);
    return path === undefined || this.schema.get(path) ? undefined : `${path}.${kind.value.field}`;
  }

  private replaceUse(path: string, longer: string): void {
    this.uses.delete(path);
    this.uses.add(longer);
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
    if (node.type === type || (node.type === 'dynamic' && type !== 'timestamp' && !isList(node))) return;
    throw this.fault(
      `${by} takes a ${type}, and ${describe(node)} is ${isList(node) ? 'a list' : `of type ${node.type}`}`,
      expr,
    );
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
    this.locals.push({ name: local, isOfRecord: this.isOfRecord(of) });
    const body = this.condition(condition!);
    this.locals.pop();
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
    this.needComparable(left, right, expr);
    return { kind: 'equal', type: 'bool', left, right };
  }

  private needComparable(left: FilterNode, right: FilterNode, expr: Expr): void {
    const fits = left.type === right.type || (isNumber(left) && isNumber(right));
    if (fits) return;
    const isDynamic = left.type === 'dynamic' || right.type === 'dynamic';
    if (isDynamic && !isTime(left) && !isTime(right) && !isNeverEqual(left, right) && !isNeverEqual(right, left))
      return;
    const name = [left, right].find((node) => node.kind === 'name');
    if ([left, right].some(isNull) && name?.kind === 'name') {
      throw this.fault(
        `${name.name.path} is never null: where an agent has none it is absent, see has(${name.name.path})`,
        expr,
      );
    }
    throw this.fault(
      `${describe(left)} is of type ${typeName(left)} and ${describe(right)} of type ${typeName(right)}: they are never equal`,
      expr,
    );
  }

  private compare(operator: Comparison, args: Expr[], expr: Expr): FilterNode {
    const [left, right] = [this.node(args[0]!), this.node(args[1]!)];
    const isOrdered = (node: FilterNode): boolean => !isList(node) && !isNull(node) && !isMap(node);
    const fits =
      left.type === right.type ||
      (isNumber(left) && isNumber(right)) ||
      ((left.type === 'dynamic' || right.type === 'dynamic') && !isTime(left) && !isTime(right));
    if (!fits || !isOrdered(left) || !isOrdered(right)) {
      throw this.fault(`${typeName(left)} ${operator} ${typeName(right)} is not defined`, expr);
    }
    return { kind: 'compare', type: 'bool', operator, left, right };
  }

  private in(args: Expr[], expr: Expr): FilterNode {
    const [item, of] = [this.node(args[0]!), this.node(args[1]!)];
    if (of.type !== 'dynamic' || isNull(of))
      throw this.fault(`in takes a list or a map, and ${describe(of)} is of type ${of.type}`, expr);
    if (isTime(item)) throw this.fault(`no list holds a ${item.type}`, expr);
    const isTextOnly = (of.kind === 'name' && of.name.elements) || (of.kind === 'name' && !isList(of));
    if (isTextOnly && item.type !== 'string' && item.type !== 'dynamic') {
      throw this.fault(`${describe(of)} holds texts, and ${describe(item)} is of type ${item.type}`, expr);
    }
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
    const path = this.pathOf(operand);
    if (path === undefined || this.schema.get(path)) {
      const of = this.node(operand);
      this.needMap(of, expr);
      if (of.kind === 'name') this.replaceUse(of.name.path, `${of.name.path}.${field}`);
      return { kind: 'has', type: 'bool', of, key: this.constants.storable(field, expr) };
    }
    const whole = `${path}.${field}`;
    const name = this.schema.get(whole);
    if (name) {
      this.used(name, whole);
      return { kind: 'hasName', type: 'bool', name };
    }
    if (this.schema.membersOf(whole).length > 0) return { kind: 'literal', type: 'bool', value: true };
    throw this.unknownName(whole, args[0]!);
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
      this.isOfRecord(node) && node.type === 'dynamic' ? undefined : node.type,
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

/** Undefined as an operand: a value of a record, which is a double if it is a number. */
function arithmeticType(
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

function suggestionFor(path: string, known: readonly string[]): string | undefined {
  return similarName(path, known) ?? known.find((name) => name.split('.').at(-1) === path);
}
