import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { EXPRESSION } from '../filters.js';

const FORMATS = ['dot', 'mermaid', 'json'] as const;

export const graph: Command = {
  name: 'graph',
  summary: 'Print who depends on whom, as a drawing for Graphviz or Mermaid',
  details: `  agent-registry graph | dot -Tsvg > fleet.svg`,
  operands: [],
  options: [
    { ...EXPRESSION, help: 'only agents for which this is true (CEL)' },
    { name: 'format', value: 'FORMAT', choices: FORMATS, help: 'dot (default), mermaid or json' },
    {
      name: 'limit',
      value: 'N',
      number: { min: 1, max: 5000, whole: true },
      help: 'at most so many agents (default 5000)',
    },
  ],
  async run({ args, client, output, interruption: signal }) {
    const query = { filter: args.text('filter'), limit: args.number('limit') };
    const format = args.text('format') ?? (args.flag('json') ? 'json' : 'dot');
    if (format === 'json') output.line(JSON.stringify(await client.graph.fleet(query, { signal })));
    else output.write(await client.graph.drawing(format as 'dot' | 'mermaid', query, { signal }));
    return EXIT.ok;
  },
};
