import type { Command } from '../command.js';
import { completionScript, SHELLS } from '../completion.js';
import { EXIT } from '../exit-codes.js';
import { GLOBAL_OPTIONS } from '../global-options.js';

export const completion: Command = {
  name: 'completion',
  summary: 'Print the script that makes a shell complete this command line',
  details: `bash: source <(agent-registry completion bash), in ~/.bashrc
zsh:  source <(agent-registry completion zsh), in ~/.zshrc after compinit
fish: agent-registry completion fish > ~/.config/fish/completions/agent-registry.fish`,
  operands: [{ name: 'SHELL', choices: SHELLS }],
  options: [],
  run({ args, output, commands }) {
    output.write(completionScript(args.operand('SHELL'), commands, GLOBAL_OPTIONS));
    return Promise.resolve(EXIT.ok);
  },
};
