import { parseArgs } from 'node:util';
import { errorMessage } from './error-message';
import type { DirectoryFormat } from './directory-reader';

export const USAGE = `Imports a directory of agents into the registry.

  npm run import -- [options] FILE      FILE is CSV or NDJSON; "-" reads standard input

  --url URL       import over HTTP into the service at URL (default: into the database of the configuration)
  --token TOKEN   bearer token for --url
  --format F      csv or ndjson (default: by the extension .csv, .ndjson, .jsonl, else by the first character)
  --dry-run       say what would happen, write nothing
  --json          print the report as JSON
  --help          print this

Importing the same file again changes nothing. Exit code: 0 everything is in, 2 some rows were rejected and the rest
is in, 1 it could not be done, 130 interrupted (repeating is safe).
`;

/** What the command line asks for. */
export interface ImportOptions {
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly url?: URL;
  readonly token?: string;
  readonly format?: DirectoryFormat;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** The command line makes no sense; the message says which part of it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the command line.
 *
 * @throws UsageError for anything that it does not know or that does not fit together.
 */
export function parseImportOptions(args: readonly string[]): ImportOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help === true) return 'help';
  const [file, ...others] = positionals;
  if (file === undefined || file === '') throw new UsageError('which file? Give one FILE, or "-" for standard input');
  if (others.length > 0) throw new UsageError(`one FILE at a time, not also ${others.join(', ')}`);
  const { format, url, token } = values;
  if (format !== undefined && format !== 'csv' && format !== 'ndjson') {
    throw new UsageError(`--format must be csv or ndjson, not ${format}`);
  }
  if (token !== undefined && url === undefined) throw new UsageError('--token goes with --url');
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError('--token must be visible ASCII characters without spaces');
  }
  return {
    file,
    url: url === undefined ? undefined : parseUrl(url),
    token,
    format,
    dryRun: values['dry-run'] === true,
    json: values.json === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        token: { type: 'string' },
        format: { type: 'string' },
        'dry-run': { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(errorMessage(error));
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`--url must be like http://localhost:8080, not ${text}`);
  }
  if (url.username !== '' || url.password !== '') throw new UsageError('--url must not hold a user or a password');
  return url;
}
