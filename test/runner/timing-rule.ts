import ts from 'typescript';

/** Something by which the speed of the machine would decide whether a test passes. */
export interface Timing {
  /** Counted from 1. */
  line: number;
  kind: 'duration' | 'sleep' | 'limit';
  /** The code, on one line. */
  code: string;
}

/** A limit that only guards against hanging is this long at least. */
const SHORTEST_LIMIT_MS = 60_000;
const CLOCKS = /^(?:performance\.now|Date\.now|process\.(?:hrtime|uptime|cpuUsage)(?:\.bigint)?)$/;
const NAMES_OF_DURATIONS = /^(?:elapsed|took|duration|latency|waited|lasted)|(?:Elapsed|Took|Duration|Latency)(?:Ms)?$/;
const COMPARISONS = /^(?:toBeLessThan|toBeGreaterThan|toBeCloseTo)/;
const TESTS_AND_HOOKS = /^(?:it|test|beforeAll|beforeEach|afterAll|afterEach)\b/;

/**
 * Finds assertions on durations, fixed sleeps, and limits of tests below a minute. A duration is what is made of a clock's
 * readings, in however many steps, or called like one.
 */
export function timingsIn(fileName: string, text: string): Timing[] {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.ES2022, true);
  const [sleepers, durations] = [sleepersOf(file), durationsOf(file)];
  const found: Timing[] = [];
  const visit = (node: ts.Node): void => {
    const kind = ts.isCallExpression(node) && kindOf(node, sleepers, durations);
    if (kind) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push({ line: line + 1, kind, code: node.getText().replaceAll(/\s+/g, ' ').slice(0, 120) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function kindOf(call: ts.CallExpression, sleepers: Set<string>, durations: Set<string>): Timing['kind'] | undefined {
  const callee = call.expression;
  if (ts.isPropertyAccessExpression(callee) && COMPARISONS.test(callee.name.text)) {
    return isExpectation(callee) && mentions(call, durations) ? 'duration' : undefined;
  }
  const name = callee.getText();
  if (sleepers.has(name)) return 'sleep';
  if (name === 'setTimeout' && isResolverOfPromise(call)) return 'sleep';
  const limit = name === 'jest.setTimeout' ? call.arguments[0] : limitOf(call, name);
  return limit && valueOf(limit) < SHORTEST_LIMIT_MS ? 'limit' : undefined;
}

/** The last argument of `it('…', work, limit)` or `beforeAll(work, limit)`. */
function limitOf({ arguments: given }: ts.CallExpression, name: string): ts.Expression | undefined {
  if (!TESTS_AND_HOOKS.test(name) || !given.slice(0, -1).some(isFunction)) return undefined;
  return given.at(-1);
}

function isFunction(node: ts.Node): boolean {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

/** NaN of what is not written as a number. */
function valueOf(node: ts.Expression): number {
  return ts.isNumericLiteral(node) ? Number(node.text) : Number.NaN;
}

/** `expect(…).toBe…`, also with `.not` or `.resolves` between. */
function isExpectation(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return isExpectation(node.expression);
  return ts.isCallExpression(node) && node.expression.getText() === 'expect';
}

/** `new Promise((resolve) => setTimeout(resolve, …))` */
function isResolverOfPromise(call: ts.CallExpression): boolean {
  const [callback] = call.arguments;
  for (let node: ts.Node | undefined = call.parent; node; node = node.parent) {
    if (!ts.isNewExpression(node) || node.expression.getText() !== 'Promise') continue;
    const [executor] = node.arguments ?? [];
    return ts.isArrowFunction(executor!) && executor.parameters[0]?.name.getText() === callback?.getText();
  }
  return false;
}

/** Names under which the file imports the sleep of `node:timers/promises`. */
function sleepersOf(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !/timers\/promises/.test(statement.moduleSpecifier.getText())) continue;
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings)) continue;
    for (const { name, propertyName } of bindings.elements) {
      if ((propertyName ?? name).getText() === 'setTimeout') names.add(name.text);
    }
  }
  return names;
}

/** Variables and functions of the file that are made of clocks' readings. */
function durationsOf(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (let before = -1; names.size > before;) {
    before = names.size;
    const visit = (node: ts.Node): void => {
      if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
        if (mentions(node.initializer, names)) names.add(node.name.text);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return names;
}

function mentions(node: ts.Node, durations: Set<string>): boolean {
  if (ts.isCallExpression(node) && CLOCKS.test(node.expression.getText())) return true;
  if (ts.isIdentifier(node) && (durations.has(node.text) || NAMES_OF_DURATIONS.test(node.text))) return true;
  return ts.forEachChild(node, (child) => mentions(child, durations) || undefined) ?? false;
}
