import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';

export const deregister: Command = {
  name: 'deregister',
  summary: 'Take an agent out of the registry',
  operands: [{ name: 'ID' }],
  options: [
    { name: 'ban', help: 'nothing may register under the id until `unban`' },
    { name: 'if-safe', help: 'not when others that depend on it would not be available any more' },
  ],
  async run({ args, client, output, interruption: signal }) {
    const answer = await client.deregister(args.operand('ID'), {
      ban: args.flag('ban') || undefined,
      ifSafe: args.flag('if-safe') || undefined,
      signal,
    });
    if (!output.isTable) output.result(answer);
    else output.table([{ title: 'ID' }, { title: 'STATUS' }], [[{ text: answer.id }, { text: answer.status }]]);
    return EXIT.ok;
  },
};
