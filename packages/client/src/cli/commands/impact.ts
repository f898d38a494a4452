import type { Impact } from '../../types.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { EXPRESSION } from '../filters.js';
import type { Output } from '../output.js';
import { UsageError } from '../usage-error.js';

export const impact: Command = {
  name: 'impact',
  summary: 'Tell what breaks when an agent stops, or several at once',
  details: `Nothing is changed. A line for each agent that would not be available any more, with the way to the one that stops, and for each
that would lack something that it can do without.

  agent-registry impact --filter 'agent.metadata.host == "h1"'

tells it of all agents for which the expression is true.`,
  operands: [{ name: 'ID', optional: true }],
  options: [EXPRESSION],
  async run({ args, client, output, interruption: signal }) {
    const id = args.optionalOperand('ID');
    const filter = args.text('filter');
    if ((id === undefined) === (filter === undefined)) throw new UsageError('give an ID or --filter, and not both');
    const answer = await (id === undefined
      ? client.graph.impactOf(filter!, { signal })
      : client.graph.impact(id, { signal }));
    if (output.isTable) print(output, answer);
    else output.result(answer, answer.breaks);
    return EXIT.ok;
  },
};

function print(output: Output, { breaks, degrades, safe, last_providers_of, truncated }: Impact): void {
  const rows = [
    ...breaks.map(({ id, path }) => ['breaks', id, path.slice(1).join(' → ')]),
    ...degrades.map(({ id, dependencies }) => ['degrades', id, dependencies.join(', ')]),
  ];
  output.table(
    [{ title: 'WHAT' }, { title: 'ID', min: 12 }, { title: 'BECAUSE OF', min: 12 }],
    rows.map((row) => row.map((text) => ({ text }))),
  );
  output.note(`${safe} others would notice nothing`);
  if (last_providers_of.length > 0) output.note(`no other agent has: ${last_providers_of.join(', ')}`);
  if (truncated) output.note('there is more than fits into one answer');
}
