import { agentTable } from '../agent-view.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';

export const rename: Command = {
  name: 'rename',
  summary: 'Give an agent another name',
  details: 'Its id stays: that is what the registry knows it by.',
  operands: [{ name: 'ID' }, { name: 'NAME' }],
  options: [],
  async run({ args, client, output, interruption: signal }) {
    const { etag: _, ...agent } = await client.update(args.operand('ID'), { name: args.operand('NAME') }, { signal });
    if (!output.isTable) output.result(agent);
    else for (const line of agentTable(output, [agent], new Date())) output.line(line);
    return EXIT.ok;
  },
};
