import type { Arguments } from './arguments.js';
import type { Option } from './option.js';
import { askingCommand, askingUrl, type CheckOptions, type Question } from './readiness-check.js';
import { UsageError } from './usage-error.js';

const SECONDS = { min: 0.1, max: 3600 };
const TIMES = { min: 1, max: 1000, whole: true } as const;

/** How often and how long an agent is asked. */
const HOW: readonly Option[] = [
  { name: 'check-interval', value: 'SECONDS', number: SECONDS, help: 'from a check to the next one (default: 5)' },
  { name: 'check-timeout', value: 'SECONDS', number: SECONDS, help: 'how long one may take (default: 2)' },
  { name: 'check-successes', value: 'N', number: TIMES, help: 'so many in a row make it ready (default: 1)' },
  { name: 'check-failures', value: 'N', number: TIMES, help: 'so many in a row make it not ready (default: 3)' },
];

/** How an agent is asked whether it takes work. */
export const READINESS: readonly Option[] = [
  { name: 'check-url', value: 'URL', help: 'the agent is ready while a GET of this answers 200 to 299' },
  { name: 'check-command', value: 'COMMAND', help: 'the agent is ready while this, run by the shell, exits with 0' },
  ...HOW,
];

export type Check = Pick<CheckOptions, 'question' | 'intervalMs' | 'timeoutMs' | 'successes' | 'failures'>;

/** Undefined: the agent is not asked. */
export function checkFrom(args: Arguments): Check | undefined {
  const question = questionFrom(args);
  const idle = HOW.find(({ name }) => args.has(name));
  if (!question && idle) throw new UsageError(`--${idle.name} needs --check-url or --check-command`);
  return (
    question && {
      question,
      intervalMs: (args.number('check-interval') ?? 5) * 1000,
      timeoutMs: (args.number('check-timeout') ?? 2) * 1000,
      successes: args.number('check-successes') ?? 1,
      failures: args.number('check-failures') ?? 3,
    }
  );
}

function questionFrom(args: Arguments): Question | undefined {
  const url = args.text('check-url');
  const command = args.text('check-command');
  if (url !== undefined && command !== undefined) throw new UsageError('give --check-url or --check-command, not both');
  if (command?.trim() === '') throw new UsageError('--check-command is empty');
  if (command !== undefined) return askingCommand(command);
  if (url === undefined) return undefined;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol) || parsed.username + parsed.password !== '')
    throw new UsageError(`--check-url must be an http or https URL without a name and a password, not "${url}"`);
  return askingUrl(url);
}
