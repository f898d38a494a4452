import type { FilterNode } from './filter-tree';

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

function operandsOf(node: FilterNode): FilterNode[] {
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'equal':
    case 'compare':
    case 'arithmetic':
      return [node.left, node.right];
    case 'conditional':
      return [node.test, node.ifTrue, node.ifFalse];
    case 'in':
      return [node.item, node.of];
    case 'macro':
      return [node.of, node.body];
    case 'text':
      return [node.of, node.argument];
    case 'list':
      return node.items;
    case 'literal':
    case 'error':
    case 'now':
    case 'name':
    case 'local':
    case 'hasName':
      return [];
    default:
      return [node.of];
  }
}

function withOperands(node: FilterNode, operands: FilterNode[]): FilterNode {
  const [first, second, third] = operands as [FilterNode, FilterNode, FilterNode];
  switch (node.kind) {
    case 'and':
    case 'or':
    case 'equal':
    case 'compare':
    case 'arithmetic':
      return { ...node, left: first, right: second };
    case 'conditional':
      return { ...node, test: first, ifTrue: second, ifFalse: third };
    case 'in':
      return { ...node, item: first, of: second };
    case 'macro':
      return { ...node, of: first, body: second };
    case 'text':
      return { ...node, of: first, argument: second };
    case 'list':
      return { ...node, items: operands };
    case 'literal':
    case 'error':
    case 'now':
    case 'name':
    case 'local':
    case 'hasName':
      return node;
    default:
      return { ...node, of: first };
  }
}
