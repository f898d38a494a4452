import type { CommandLine } from './command.js';
import type { Option } from './option.js';
import { OUTPUT_FORMATS } from './output-format.js';

export const DEFAULT_URL = 'http://localhost:8080';

/** The options of every command; they may also stand in front of it. A command may have one of the same name, which is then its own. */
export const GLOBAL_OPTIONS: readonly Option[] = [
  { name: 'url', value: 'URL', help: `where the registry is (default: $AGENT_REGISTRY_URL, else ${DEFAULT_URL})` },
  {
    name: 'token',
    value: 'TOKEN',
    help: 'bearer token (default: $AGENT_REGISTRY_TOKEN, which no list of processes shows)',
  },
  { name: 'token-file', value: 'FILE', file: true, help: 'file with the bearer token, read anew for each request' },
  {
    name: 'timeout',
    value: 'SECONDS',
    number: { min: 0.1, max: 3600 },
    help: 'how long an answer may take (default 10)',
  },
  { name: 'format', value: 'FORMAT', choices: OUTPUT_FORMATS, help: 'how results are written (default table)' },
  { name: 'json', help: 'the same as --format json: what the registry answers, on one line' },
  { name: 'help', short: 'h', help: 'tell how the command is used' },
];

/** Those of them that the command has no option of its own for. */
export function globalOptionsOf({ options }: CommandLine): Option[] {
  return GLOBAL_OPTIONS.filter(({ name }) => !options.some((own) => own.name === name));
}
