import type { Agent, AgentRegistration } from '../types.js';
import type { Arguments } from './arguments.js';
import type { Option } from './option.js';
import { UsageError } from './usage-error.js';

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
  { name: 'description', value: 'TEXT', help: 'what it is good for' },
  { name: 'locality', value: 'PATH', help: 'where it runs, as eu/de/fra1' },
  { name: 'accepts', value: 'ACTION', repeatable: true, help: 'an action that may be asked of it, as restart' },
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
    description: args.text('description'),
    locality: args.text('locality'),
    accepts: args.list('accepts'),
    heartbeat: interval === undefined ? undefined : { interval_seconds: interval },
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

/**
 * A JSON object from the text of a file.
 * @throws UsageError when it is something else
 */
export function parseObject(text: string, file: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${file} is not JSON (${(error as Error).message})`, { cause: error });
  }
  throw new UsageError(`${file} must hold a JSON object`);
}

/** Members of a record that no registration has: the registry sets them. The compiler sees to it that none is forgotten. */
const READ_ONLY: Readonly<Record<Exclude<keyof Agent, keyof AgentRegistration>, true>> = {
  status: true,
  registered_at: true,
  last_seen: true,
  health: true,
  available: true,
};
const READ_ONLY_HEARTBEAT: Readonly<
  Record<Exclude<keyof Agent['heartbeat'], keyof NonNullable<AgentRegistration['heartbeat']>>, true>
> = { last_beat: true, missed_beats: true, timeout_seconds: true };

/** What registers the same agent again, of a record as `get --json` prints it; anything else is left as it is. */
export function withoutReadOnly(body: Record<string, unknown>): Record<string, unknown> {
  if (!('registered_at' in body)) return body;
  const { heartbeat } = body;
  const kept = without(READ_ONLY, body);
  // A record says null of what was not registered.
  const said = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== null));
  const isObject = typeof heartbeat === 'object' && heartbeat !== null;
  return isObject ? { ...said, heartbeat: without(READ_ONLY_HEARTBEAT, heartbeat) } : said;
}

function without(names: Readonly<Record<string, true>>, body: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !Object.hasOwn(names, name)));
}
