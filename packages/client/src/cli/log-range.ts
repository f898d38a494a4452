import type { Arguments } from './arguments.js';
import type { Option } from './option.js';
import { dateOf } from './times.js';

const DEFAULT_LIMIT = 100;
/** Entries a request. */
export const LOG_PAGE = 100;

/** Which part of a log that is read from its end. */
export const LOG_RANGE: readonly Option[] = [
  { name: 'since', value: 'WHEN', help: 'not older than this: 24h, 30m, 7d, or 2027-01-31T00:00:00Z' },
  {
    name: 'limit',
    value: 'N',
    number: { min: 1, whole: true },
    help: `at most so many, the newest (default ${DEFAULT_LIMIT}, with --since all)`,
  },
  { name: 'all', help: 'all that the registry keeps' },
];

/**
 * Reads a log, newest first, as far back as the options say.
 * @throws UsageError for a time that is none
 */
export function logRange(args: Arguments): LogRange {
  const since = args.text('since');
  const limit = args.number('limit') ?? (since === undefined && !args.flag('all') ? DEFAULT_LIMIT : Infinity);
  return new LogRange(limit, since === undefined ? -Infinity : dateOf('--since', since, new Date(), 'ago').getTime());
}

export class LogRange {
  constructor(
    readonly limit: number,
    /** Milliseconds since 1970. */
    private readonly since: number,
  ) {}

  /** The entries of a log, newest first, that are in the range and match. It reads no further than it has to. */
  async of<Entry>(
    log: AsyncIterable<Entry>,
    timeOf: (entry: Entry) => string,
    matches: (entry: Entry) => boolean = () => true,
  ): Promise<Entry[]> {
    const entries: Entry[] = [];
    for await (const entry of log) {
      if (Date.parse(timeOf(entry)) < this.since) break;
      if (matches(entry) && entries.push(entry) >= this.limit) break;
    }
    return entries;
  }
}
