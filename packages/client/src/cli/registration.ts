import type { AgentRegistration } from '../types.js';
import type { Arguments } from './arguments.js';
import type { Option } from './option.js';

/** What an agent registers with, for every command that registers one. */
export const REGISTRATION: readonly Option[] = [
  { name: 'id', value: 'ID', help: 'its own id: it stays the same agent when it registers again' },
  { name: 'name', value: 'NAME', help: 'what people call it' },
  { name: 'type', value: 'TYPE', help: 'what kind of agent it is' },
  { name: 'category', value: 'CATEGORY', help: 'what it belongs to' },
  { name: 'version', value: 'VERSION', help: 'of its software' },
  { name: 'capability', value: 'CAPABILITY', repeatable: true, help: 'what it can do' },
  { name: 'endpoint', value: 'NAME=URI', repeatable: true, pair: true, help: 'where it is reached' },
  { name: 'metadata', value: 'KEY=VALUE', repeatable: true, pair: true, help: 'anything else' },
  {
    name: 'interval',
    value: 'SECONDS',
    number: { min: 1, max: 3600, whole: true },
    help: 'how often it beats (default 10)',
  },
];

/** What the options say, and nothing else: what they do not say is absent. */
export function registrationFrom(args: Arguments): Partial<AgentRegistration> {
  const interval = args.number('interval');
  const said = {
    id: args.text('id'),
    name: args.text('name'),
    type: args.text('type'),
    category: args.text('category'),
    version: args.text('version'),
    capabilities: args.list('capability'),
    endpoints: args.pairs('endpoint'),
    metadata: args.pairs('metadata'),
    heartbeat: interval === undefined ? undefined : { interval_seconds: interval },
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}
