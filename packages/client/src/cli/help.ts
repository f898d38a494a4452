import { type CommandLine, PROGRAM } from './command.js';
import { EXIT } from './exit-codes.js';
import { GLOBAL_OPTIONS, globalOptionsOf } from './global-options.js';
import type { Option } from './option.js';

const EXIT_CODES = [
  [EXIT.ok, 'all is well'],
  [EXIT.refused, 'the registry said no, or is not healthy'],
  [EXIT.usage, 'the command line, or a file that it names, is wrong'],
  [EXIT.unreachable, 'no answer, or "come again later" (429, 502, 503, 504)'],
  [EXIT.notFound, 'there is no such agent, or not any more'],
  [EXIT.interrupted, 'interrupted (Ctrl-C)'],
] as const;

export function programHelp(commands: readonly CommandLine[]): string {
  return `The command line of the Agent Registry.

  ${PROGRAM} COMMAND [options]

Commands:
${columns(commands.map(({ name, summary }) => [name, summary]))}
Options of every command:
${columns(GLOBAL_OPTIONS.map(optionLine))}
Results are tables on a terminal, and elsewhere lines with tabs between their fields. Exit codes:
${columns(EXIT_CODES.map(([code, meaning]) => [String(code), meaning]))}
"${PROGRAM} help COMMAND" tells more.
`;
}

export function commandHelp(command: CommandLine): string {
  const { name, summary, details, operands, options, runsCommand } = command;
  const usage = [
    PROGRAM,
    name,
    ...(options.length > 0 ? ['[options]'] : []),
    ...operands.map((operand) => (operand.optional ? `[${operand.name}]` : operand.name)),
    ...(runsCommand ? ['--', 'COMMAND', '[ARGUMENT...]'] : []),
  ];
  const choices = operands.flatMap((operand) =>
    operand.choices ? [[operand.name, operand.choices.join(', ')] as const] : [],
  );
  return [
    `${summary}.\n\n  ${usage.join(' ')}\n`,
    ...(choices.length > 0 ? [columns(choices)] : []),
    ...(details === undefined ? [] : [`${details}\n`]),
    ...(options.length > 0 ? [`Options:\n${columns(options.map(optionLine))}`] : []),
    `Options of every command:\n${columns(globalOptionsOf(command).map(optionLine))}`,
  ].join('\n');
}

function optionLine({ name, short, value, help, choices, repeatable }: Option): [string, string] {
  const flag = `--${name}${value === undefined ? '' : ` ${value}`}${repeatable ? '...' : ''}`;
  return [short === undefined ? flag : `-${short}, ${flag}`, choices ? `${help}: ${choices.join(', ')}` : help];
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}\n`).join('');
}
