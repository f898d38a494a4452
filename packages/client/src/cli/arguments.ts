import { parseArgs } from 'node:util';
import type { Operand, Option } from './option.js';
import { UsageError } from './usage-error.js';

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

/** What a command line says, checked against what the command takes. */
export class Arguments {
  constructor(
    private readonly values: Values,
    private readonly operands: ReadonlyMap<string, string>,
  ) {}

  /** An operand that the command requires. */
  operand(name: string): string {
    const value = this.operands.get(name);
    if (value === undefined) throw new TypeError(`${name} is not a required operand`);
    return value;
  }

  optionalOperand(name: string): string | undefined {
    return this.operands.get(name);
  }

  /** Whether the option was given. */
  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  flag(name: string): boolean {
    return this.values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : Number(value);
  }

  /** Undefined when the option was not given, so that it can be left out of what is sent. */
  list(name: string): string[] | undefined {
    const value = this.values[name];
    return Array.isArray(value) ? value.map(String) : undefined;
  }

  /** The pairs of a repeatable `name=value` option; undefined when there are none. */
  pairs(name: string): Record<string, string> | undefined {
    const pairs = this.list(name)?.map((pair): [string, string] => {
      const [key = '', ...value] = pair.split('=');
      return [key, value.join('=')];
    });
    return pairs && Object.fromEntries(pairs);
  }
}

/**
 * Reads what follows the command's name.
 *
 * @throws UsageError for an option or operand that the command does not take, lacks, or that has a value it cannot have.
 */
export function parseArguments(
  args: readonly string[],
  options: readonly Option[],
  operands: readonly Operand[],
): Arguments {
  const { values, positionals } = parse(args, options);
  for (const option of options) {
    const given = values[option.name];
    for (const value of Array.isArray(given) ? given : [given]) {
      if (typeof value === 'string') checkValue(option, value);
    }
  }
  const extra = positionals[operands.length];
  if (extra !== undefined) throw new UsageError(`there is nothing that "${extra}" could be`);
  const named = new Map<string, string>();
  operands.forEach(({ name, optional, choices }, index) => {
    const value = positionals[index];
    if (value === undefined && optional) return;
    if (value === undefined) throw new UsageError(`${name} is missing`);
    if (value === '') throw new UsageError(`${name} is empty`);
    if (choices && !choices.includes(value)) throw new UsageError(oneOf(name, choices, value));
    named.set(name, value);
  });
  return new Arguments(values, named);
}

/**
 * Where the command's name is: the first word that is neither an option nor an option's value. -1 when there is none.
 * `options` are those that may stand in front of it.
 */
export function commandIndex(args: readonly string[], options: readonly Option[]): number {
  const { tokens } = parseArgs({
    args: [...args],
    options: declarations(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.find(({ kind }) => kind === 'positional')?.index ?? -1;
}

function parse(args: readonly string[], options: readonly Option[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options: declarations(options), allowPositionals: true });
  } catch (error) {
    throw new UsageError(describe(error as NodeJS.ErrnoException), { cause: error });
  }
}

/** What parseArgs has against the options, in our words; its own go on to explain how it works. */
function describe({ code, message }: NodeJS.ErrnoException): string {
  const option = /'(?:-\w, )?(-[^\s']+)/.exec(message)?.[1] ?? 'an option';
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `there is no option ${option}`;
  if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') return message;
  return message.includes('does not take an argument') ? `${option} takes no value` : `${option} needs a value`;
}

function declarations(options: readonly Option[]) {
  return Object.fromEntries(
    options.map(({ name, short, value, repeatable }) => {
      const type: 'string' | 'boolean' = value === undefined ? 'boolean' : 'string';
      return [name, { type, multiple: repeatable === true, ...(short !== undefined && { short }) }];
    }),
  );
}

function checkValue({ name, choices, number, pair }: Option, value: string): void {
  const option = `--${name}`;
  if (choices && !choices.includes(value)) throw new UsageError(oneOf(option, choices, value));
  if (pair && !/^[^=]+=/.test(value)) throw new UsageError(`${option} must be name=value, not "${value}"`);
  if (number) checkNumber(option, number, value);
}

function checkNumber(option: string, { min, max, whole }: NonNullable<Option['number']>, value: string): void {
  const parsed = value.trim() === '' ? Number.NaN : Number(value);
  const fits = parsed >= min && parsed <= (max ?? Number.MAX_SAFE_INTEGER) && (!whole || Number.isInteger(parsed));
  if (fits) return;
  const bounds = max === undefined ? `, ${min} or more` : ` from ${min} to ${max}`;
  throw new UsageError(`${option} must be a ${whole ? 'whole ' : ''}number${bounds}, not "${value}"`);
}

function oneOf(what: string, choices: readonly string[], value: string): string {
  return `${what} must be one of ${choices.join(', ')}, not "${value}"`;
}
