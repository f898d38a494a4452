import { parseArgs } from 'node:util';
import { errorMessage } from '../platform/observability/error-message';
import type { DirectoryFormat } from './directory/directory-reader';
import { ImportError } from './import.error';

export const USAGE = `Imports a directory of agents into the registry.

  npm run import -- [options] FILE      FILE is CSV or NDJSON; "-" reads standard input

  --url URL       import over HTTP into the service at URL (default: into the database of the configuration)
  --token TOKEN   bearer token for --url, with the scope admin (default: the environment's AGENT_REGISTRY_TOKEN, which
                  no list of processes shows)
  --format F      csv or ndjson (default: by the extension .csv, .ndjson, .jsonl, else by the first character)
  --offline       into the database of the configuration even if the service that answers on SERVER_PORT runs on another
                  one, or there is no embedded database yet; refused otherwise
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
  /** Whether it is all right that no service runs on the database. */
  readonly offline: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/**
 * Reads the command line. Without a token in it `defaultToken` goes to the service, if it is a service that is asked.
 *
 * @throws ImportError for anything that it does not know or that does not fit together.
 */
export function parseImportOptions(args: readonly string[], defaultToken?: string): ImportOptions | 'help' {
  const { values, positionals } = parse([...args]);
  const { help, format, url, json, offline, 'dry-run': dryRun } = values;
  const token = values.token ?? (url === undefined ? undefined : defaultToken);
  const [file = ''] = positionals;
  if (help) return 'help';
  if (file === '' || positionals.length > 1) throw new ImportError('give one FILE, or "-" for standard input');
  if (format !== undefined && format !== 'csv' && format !== 'ndjson') {
    throw new ImportError(`--format must be csv or ndjson, not ${format}`);
  }
  if (token !== undefined && (url === undefined || !/^[\x21-\x7e]+$/.test(token))) {
    throw new ImportError('a token goes with --url, and is visible ASCII characters without spaces');
  }
  if (offline && url !== undefined) throw new ImportError('--offline is for an import without --url');
  return { file, url: url === undefined ? undefined : parseUrl(url), token, format, offline, dryRun, json };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        token: { type: 'string' },
        format: { type: 'string' },
        offline: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new ImportError(errorMessage(error), { cause: error });
  }
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '') return url;
  throw new ImportError('--url must be like http://localhost:8080, without a user or a password');
}
