import type { Command } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { commandHelp, programHelp } from '../help.js';
import { UsageError } from '../usage-error.js';

export const help: Command = {
  name: 'help',
  summary: 'Tell what there is, or how a command is used',
  operands: [{ name: 'COMMAND', optional: true }],
  options: [],
  run({ args, output, commands }) {
    const name = args.optionalOperand('COMMAND');
    const command = commands.find(({ name: own, formerName = own }) => name === own || name === formerName);
    if (name !== undefined && !command) throw new UsageError(`there is no command "${name}"`);
    output.write(command ? commandHelp(command) : programHelp(commands));
    return Promise.resolve(EXIT.ok);
  },
};
