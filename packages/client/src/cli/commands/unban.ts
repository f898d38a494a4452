import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';

export const unban: Command = {
  name: 'unban',
  summary: 'Let an id be registered again that was deregistered with --ban',
  operands: [{ name: 'ID' }],
  options: [],
  async run({ args, client, output, interruption: signal }) {
    const answer = await client.liftBan(args.operand('ID'), { signal });
    if (!output.isTable) output.result(answer);
    else output.table([{ title: 'ID' }, { title: 'BANNED' }], [[{ text: answer.id }, { text: 'no' }]]);
    return EXIT.ok;
  },
};
