import type { Graph } from '../../types.js';
import type { Call, Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import type { Cell } from '../table.js';

const DEPTH = {
  name: 'depth',
  value: 'N',
  number: { min: 1, max: 16, whole: true },
  help: 'so many steps away (default 1)',
} as const;

const COLUMNS = [
  { title: 'FROM', min: 8 },
  { title: 'TO', min: 8 },
  { title: 'DEPENDENCY', min: 8 },
  { title: 'REQUIRED' },
  { title: 'STATE' },
];

export const deps: Command = {
  name: 'deps',
  summary: 'Show what an agent depends on',
  details: `A line for each dependency with each active agent that meets it; of one that no agent meets, TO is empty, and the agents that
nearly meet it are named below.`,
  operands: [{ name: 'ID' }],
  options: [DEPTH],
  async run(call) {
    const { args, client, interruption: signal } = call;
    return print(call, await client.graph.dependencies(args.operand('ID'), { depth: args.number('depth'), signal }));
  },
};

export const dependents: Command = {
  name: 'dependents',
  summary: 'Show what depends on an agent',
  operands: [{ name: 'ID' }],
  options: [DEPTH],
  async run(call) {
    const { args, client, interruption: signal } = call;
    return print(call, await client.graph.dependents(args.operand('ID'), { depth: args.number('depth'), signal }));
  },
};

function print({ output }: Call, graph: Graph): number {
  const { edges, unresolved, cycles, truncated } = graph;
  const unmet = unresolved.map(({ from, dependency, required }) => ({
    from,
    to: '',
    dependency,
    required,
    state: 'unsatisfied',
  }));
  if (!output.isTable) output.result(graph, [...edges, ...unmet]);
  else {
    const rows = [...edges, ...unmet].map(({ from, to, dependency, required, state }): Cell[] =>
      [from, to, dependency, required ? 'yes' : 'no', state].map((text) => ({ text })),
    );
    output.table(COLUMNS, rows);
  }
  for (const { from, dependency, near_misses } of unresolved) {
    for (const { id, failed } of near_misses) {
      const lacks = failed.map(({ requirement, text }) => `${requirement} ${text}`).join(', ');
      output.note(`${from}: ${id} nearly meets "${dependency}", but for ${lacks}`);
    }
  }
  for (const cycle of cycles) output.note(`depend on each other: ${cycle.join(', ')}`);
  if (truncated) output.note('there is more than fits into one answer');
  return EXIT.ok;
}
