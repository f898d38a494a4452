import type { Option } from './option.js';

export const DEFAULT_URL = 'http://localhost:8080';

/** The options of every command; they may also stand in front of it. */
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
  { name: 'json', help: 'print what the registry answers, as JSON on one line' },
  { name: 'help', short: 'h', help: 'tell how the command is used' },
];
