import type { Expr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { similarName } from '../../platform/common/similar-names';
import type { FilterError } from '../filter-error';
import type { FilterName, FilterSchema } from '../filter-schema';
import type { FilterNode } from '../filter-tree';
import type { Fault } from './filter-constants';

/** Resolves the names of one expression, those of its macros included, and notes those of the schema. */
export class FilterNames<Record> {
  /** The names of the schema that stand in the expression. */
  readonly used = new Set<FilterName<Record>>();
  /** Their paths; of a map with members, as `agent.metadata`, those of the members: `agent.metadata.team`. */
  readonly uses = new Set<string>();
  /** The names that macros have given to elements, each with whether it comes from a record. */
  private readonly locals: { name: string; isOfRecord: boolean }[] = [];

  constructor(
    private readonly schema: FilterSchema<Record>,
    private readonly fault: Fault,
  ) {}

  identifier(name: string, expr: Expr): FilterNode {
    if (this.isLocal(name)) return { kind: 'local', type: 'dynamic', local: name };
    return this.named(name, expr);
  }

  /** A name, or part of one: `agent.health`. */
  named(path: string, expr: Expr): FilterNode {
    const name = this.schema.get(path);
    if (name) return this.use(name);
    const members = this.schema.membersOf(path);
    if (members.length > 0)
      throw this.fault(`${path} has members: ${members.map((each) => `${path}.${each}`).join(', ')}`, expr);
    throw this.unknown(path, expr);
  }

  /** Whether a record has a name: one of the schema, or part of one, which all have. */
  hasNamed(path: string, expr: Expr): FilterNode {
    const name = this.schema.get(path);
    if (name) {
      this.use(name);
      return { kind: 'hasName', type: 'bool', name };
    }
    if (this.schema.membersOf(path).length > 0) return { kind: 'literal', type: 'bool', value: true };
    throw this.unknown(path, expr);
  }

  /** `agent.health`: what is the beginning of a name, or may be. Undefined for a whole name, and for anything else. */
  beginning(expr: Expr): string | undefined {
    const kind = expr.exprKind;
    const path = kind.case === 'identExpr' && !this.isLocal(kind.value.name) ? kind.value.name : this.memberPath(kind);
    return path === undefined || this.schema.get(path) ? undefined : path;
  }

  private memberPath(kind: Expr['exprKind']): string | undefined {
    if (kind.case !== 'selectExpr' || kind.value.testOnly) return undefined;
    const path = this.beginning(kind.value.operand!);
    return path === undefined ? undefined : `${path}.${kind.value.field}`;
  }

  /** Notes which member of a map is asked for, when the map is that of a name. */
  useMember(of: FilterNode, field: string): void {
    if (of.kind !== 'name') return;
    this.uses.delete(of.name.path);
    this.uses.add(`${of.name.path}.${field}`);
  }

  /** Checks the condition of a macro, in which elements of `of` have the name `local`. */
  inMacro<Checked>(local: string, of: FilterNode, check: () => Checked): Checked {
    this.locals.push({ name: local, isOfRecord: this.isOfRecord(of) });
    const checked = check();
    this.locals.pop();
    return checked;
  }

  /** Whether its numbers are those of a record, which are doubles. */
  isOfRecord(node: FilterNode): boolean {
    if (node.kind === 'member' || node.kind === 'element') return this.isOfRecord(node.of);
    if (node.kind === 'local') return this.locals.findLast(({ name }) => name === node.local)!.isOfRecord;
    return node.kind === 'name';
  }

  private isLocal(name: string): boolean {
    return this.locals.some((local) => local.name === name);
  }

  private use(name: FilterName<Record>): FilterNode {
    this.used.add(name);
    this.uses.add(name.path);
    return name.path === 'now' ? { kind: 'now', type: 'timestamp' } : { kind: 'name', type: name.type, name };
  }

  private unknown(path: string, expr: Expr): FilterError {
    const [parent, last] = [path.split('.').slice(0, -1).join('.'), path.split('.').at(-1)!];
    const siblings = parent ? this.schema.membersOf(parent) : [];
    const known = this.schema.all().map((name) => name.path);
    const similar = similarName(last, siblings);
    const suggestion = similar !== undefined ? `${parent}.${similar}` : suggestionFor(path, known);
    const message =
      siblings.length > 0 ? `${path} is unknown; ${parent} has ${siblings.join(', ')}` : `${path} is unknown`;
    return this.fault(message, expr, suggestion);
  }
}

function suggestionFor(path: string, known: readonly string[]): string | undefined {
  return similarName(path, known) ?? known.find((name) => name.split('.').at(-1) === path);
}
