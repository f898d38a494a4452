import { PROGRAM, type CommandLine } from './command.js';
import type { Operand, Option } from './option.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/**
 * The script that makes a shell complete commands, options, and those values that are files or one of a few. Pressing the
 * tab key asks the registry nothing.
 */
export function completionScript(shell: string, commands: readonly CommandLine[], globals: readonly Option[]): string {
  if (shell === 'bash') return bash(commands, globals);
  return shell === 'zsh' ? zsh(commands, globals) : fish(commands, globals);
}

/** For bash 3.2 and newer, and without the package bash-completion too. */
function bash(commands: readonly CommandLine[], globals: readonly Option[]): string {
  // Patterns for "command word": an option of one command, or of all of them.
  const valued = [
    ...commands.flatMap(({ name, options }) =>
      options.map((option) => ({ ...option, pattern: `'${name} --${option.name}'` })),
    ),
    ...globals.map((option) => ({ ...option, pattern: `*' --${option.name}'` })),
  ].filter(({ value }) => value !== undefined);
  const words = (values: readonly string[]): string => `_agent_registry_words '${values.join(' ')}'`;
  const completes = ({ choices, file }: Option | Operand): string | undefined =>
    file ? '_agent_registry_files' : choices && words(choices);
  const lines = (entries: readonly (readonly [string, string | undefined])[]): string =>
    entries.flatMap(([pattern, action]) => (action === undefined ? [] : [`    ${pattern}) ${action} ;;\n`])).join('');
  const wrappers = commands.filter(({ runsCommand }) => runsCommand).map(({ name }) => `'${name} --'`);

  return `# bash completion for ${PROGRAM}. To load it: source <(${PROGRAM} completion bash)
_agent_registry_words() { COMPREPLY=($(compgen -W "$1" -- "$current")); }
_agent_registry_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$current"))
}
_agent_registry() {
  local current=\${COMP_WORDS[COMP_CWORD]} command='' operands=0 option='' i word
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case "$command $word" in
    ${wrappers.join(' | ')})
      if declare -F _command_offset >/dev/null; then _command_offset $((i + 1)); else _agent_registry_files; fi
      return
      ;;
    ${valued.map(({ pattern }) => pattern).join(' | ')})
      option="$command $word"
      ((i++))
      ;;
    *' -'*) ;;
    ' '*) command=$word ;;
    *) ((operands++)) ;;
    esac
  done
  if ((i > COMP_CWORD)); then
    case $option in
${lines(valued.map((option) => [option.pattern, completes(option)]))}    esac
    return
  fi
  case "$command $current" in
${lines([
  ["' '-*", words([...flags(globals), '--version'])],
  ...commands.map(({ name, options }) => [`'${name} '-*`, words(flags([...options, ...globals]))] as const),
])}    *) case "$command $operands" in
${lines([
  ["' 0'", words(commands.map(({ name }) => name))],
  ...commands.flatMap(({ name, operands }) =>
    operands.map((operand, index) => [`'${name} ${index}'`, completes(operand)] as const),
  ),
])}    esac ;;
  esac
}
complete -F _agent_registry ${PROGRAM}
`;
}

function zsh(commands: readonly CommandLine[], globals: readonly Option[]): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const escape = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');
  const action = ({ choices, file }: Option | Operand): string =>
    file ? '_files' : choices ? `(${choices.join(' ')})` : ' ';
  const optionSpec = (option: Option): string =>
    quote(
      `${option.repeatable ? '*' : ''}--${option.name}[${escape(option.help)}]` +
        (option.value === undefined ? '' : `:${escape(option.value)}:${action(option)}`),
    );
  const operandSpec = (operand: Operand, index: number): string =>
    quote(`${index + 1}:${operand.optional ? ':' : ''}${operand.name}:${action(operand)}`);
  const cases = commands.map(({ name, options, operands, runsCommand }) => {
    const specs = [...[...options, ...globals].map(optionSpec), ...operands.map(operandSpec)];
    const own = `_arguments \\\n        ${specs.join(' \\\n        ')}`;
    const wrapped = `integer end=\${words[(i)--]}
      if ((CURRENT > end)); then
        shift $end words
        ((CURRENT -= end))
        _normal
        return
      fi
      `;
    return `    ${name})\n      ${runsCommand ? wrapped : ''}${own}\n      ;;\n`;
  });
  return `#compdef ${PROGRAM}
# zsh completion for ${PROGRAM}. To load it: source <(${PROGRAM} completion zsh), after compinit
_agent_registry() {
  local curcontext="$curcontext" state line
  local -a subcommands
  typeset -A opt_args
  subcommands=(
${commands.map(({ name, summary }) => `    ${quote(`${name}:${escape(summary)}`)}\n`).join('')}  )
  _arguments -C \\
    ${globals.map(optionSpec).join(' \\\n    ')} \\
    '--version[Print the version]' \\
    '1:command:->command' \\
    '*::argument:->argument'
  case $state in
  command) _describe command subcommands ;;
  argument)
    case $words[1] in
${cases.join('')}    esac
    ;;
  esac
}
if [[ $funcstack[1] == _agent_registry ]]; then _agent_registry "$@"; else compdef _agent_registry ${PROGRAM}; fi
`;
}

function fish(commands: readonly CommandLine[], globals: readonly Option[]): string {
  const quote = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
  const values = ({ choices, file }: Option | Operand): string =>
    file ? '-F' : `-f${choices ? ` -a ${quote(choices.join(' '))}` : ''}`;
  const option = (condition: string, entry: Option): string =>
    `complete -c ${PROGRAM}${condition} -l ${entry.name}` +
    `${entry.value === undefined ? ' -f' : ` -r ${values(entry)}`} -d ${quote(entry.help)}`;
  const own = commands.flatMap(({ name, summary, options, operands }) => {
    const condition = ` -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c ${PROGRAM} -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
      ...options.map((entry) => option(condition, entry)),
      ...operands
        .filter(({ choices, file }) => choices ?? file)
        .map((operand) => `complete -c ${PROGRAM}${condition} ${values(operand)}`),
    ];
  });
  return `# fish completion for ${PROGRAM}. To load it: ${PROGRAM} completion fish | source
complete -c ${PROGRAM} -f
${[...globals.map((entry) => option('', entry)), ...own].join('\n')}
complete -c ${PROGRAM} -n __fish_use_subcommand -l version -d 'Print the version'
`;
}

function flags(options: readonly Option[]): string[] {
  return options.map(({ name }) => `--${name}`);
}
