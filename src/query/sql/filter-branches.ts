import type { FilterNode } from '../filter-tree';

/**
 * The same expression with every choice between values as a choice between conditions: `(c ? a : b) == x` becomes
 * `c ? a == x : b == x`. What a reader may see of a value depends on where it comes from, and then each place is known.
 */
export function withBranchesOutside(node: FilterNode): FilterNode {
  const inner = withOperands(node, operandsOf(node).map(withBranchesOutside));
  if (inner.kind === 'conditional' || inner.kind === 'and' || inner.kind === 'or' || inner.kind === 'not') return inner;
  const operands = operandsOf(inner);
  // The body of a macro sees the macro's element and stays inside.
  const index = operands.findIndex(
    (operand, place) => operand.kind === 'conditional' && !(inner.kind === 'macro' && place === 1),
  );
  const choice = operands[index];
  if (choice?.kind !== 'conditional') return inner;
  const branch = (value: FilterNode): FilterNode => {
    const isJson = choice.type === 'dynamic' && value.type !== 'dynamic';
    const operand: FilterNode = isJson ? { kind: 'json', type: 'dynamic', of: value } : value;
    return withBranchesOutside(withOperands(inner, operands.with(index, operand)));
  };
  const { test } = choice;
  return {
    kind: 'conditional',
    type: inner.type,
    test,
    ifTrue: branch(choice.ifTrue),
    ifFalse: branch(choice.ifFalse),
  };
}

/** Where the operands of each kind of node stand, in their order. Those of a list are its items. */
const OPERANDS: Readonly<Record<FilterNode['kind'], readonly string[]>> = {
  literal: [],
  error: [],
  now: [],
  name: [],
  local: [],
  hasName: [],
  list: [],
  json: ['of'],
  member: ['of'],
  element: ['of'],
  not: ['of'],
  has: ['of'],
  matches: ['of'],
  size: ['of'],
  negative: ['of'],
  timePart: ['of'],
  satisfies: ['of'],
  contains: ['of'],
  and: ['left', 'right'],
  or: ['left', 'right'],
  equal: ['left', 'right'],
  compare: ['left', 'right'],
  arithmetic: ['left', 'right'],
  in: ['item', 'of'],
  text: ['of', 'argument'],
  macro: ['of', 'body'],
  conditional: ['test', 'ifTrue', 'ifFalse'],
};

function operandsOf(node: FilterNode): FilterNode[] {
  if (node.kind === 'list') return node.items;
  const members = node as unknown as Record<string, FilterNode>;
  return OPERANDS[node.kind].map((name) => members[name]!);
}

function withOperands(node: FilterNode, operands: FilterNode[]): FilterNode {
  if (node.kind === 'list') return { ...node, items: operands };
  return { ...node, ...Object.fromEntries(OPERANDS[node.kind].map((name, place) => [name, operands[place]!])) };
}
