import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Logger, type Params } from 'nestjs-pino';
import type { Options } from 'pino-http';
import { destination, type DestinationStream, stdTimeFunctions, type Level } from 'pino';
import type { Clock } from '../common/clock';

/**
 * Logs in the original's shape: `time` in RFC 3339, `level` as a word, `msg`, then what the line is about. JSON, or
 * readable lines when a person looks on (`isTerminal`). `extraFields` are asked for on every line. `hasAccessLog`: requests are
 * logged elsewhere.
 */
export function loggingOptions(
  level: Level,
  isTerminal: boolean,
  { extraFields, hasAccessLog = false }: { extraFields?: () => object; hasAccessLog?: boolean } = {},
): Params {
  return {
    pinoHttp: {
      level,
      base: undefined,
      messageKey: 'msg',
      timestamp: stdTimeFunctions.isoTime,
      mixin: extraFields,
      formatters: { level: (label) => ({ level: label }) },
      transport: isTerminal
        ? { target: 'pino-pretty', options: { singleLine: true, ignore: 'request_id' } }
        : undefined,
      genReqId: (request) => request.id, // identifyRequest has been there before
      autoLogging: !hasAccessLog,
      quietReqLogger: true,
      customAttributeKeys: { reqId: 'request_id' },
      customLogLevel: (_request, { statusCode }) => levelOf(statusCode),
      customSuccessMessage: summary,
      customErrorMessage: summary,
      customSuccessObject: details,
      customErrorObject: details,
      serializers: { req: () => undefined, res: () => undefined },
      redact: { paths: SECRETS, censor: '[redacted]' },
    },
  };
}

/** The same, for loggers that write to the output of the process. */
export function outputLogging(...parameters: Parameters<typeof loggingOptions>): Params {
  const params = loggingOptions(...parameters);
  const [, isTerminal] = parameters;
  return isTerminal ? params : { pinoHttp: [params.pinoHttp as Options, standardOutput()] };
}

let output: ReturnType<typeof destination> | undefined;
let isClosed = false;

/** One for all loggers of the process, so that their lines come out in the order in which they were written. */
function standardOutput(): DestinationStream {
  const opened = (output ??= destination(1));
  return { write: (line) => void (isClosed || opened.write(line)) };
}

/** Resolves when all lines are out; to be called last, for later ones are dropped. An output that nobody reads is given up. */
export async function closeLog(clock: Clock): Promise<void> {
  if (!output || isClosed) return;
  isClosed = true;
  const closed = once(output, 'close');
  output.end();
  await Promise.race([closed, clock.sleep(CLOSE_MS)]);
}

const CLOSE_MS = 2_000;

/**
 * Nothing logs a header or a token; should somebody, it does not come out. A failed statement brings its parameters along, and
 * PostgreSQL's detail quotes the row that it would not have: there may be digests of tokens in both.
 */
const SECRETS = [
  ...['authorization', 'cookie', '["proxy-authorization"]'].flatMap((name) => {
    const field = name.startsWith('[') ? name : `.${name}`;
    return [`headers${field}`, `req.headers${field}`, `request.headers${field}`];
  }),
  'token',
  'answer.token',
  ...['parameters', 'detail'].flatMap((name) => [`err.${name}`, `err.driverError.${name}`]),
];

/** Nest tells every module and route that it has found; that is for the one who looks for a fault in them. */
export class ServiceLogger extends Logger {
  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && NEST_INTERNALS.has(context)) super.debug(message, ...rest);
    else super.log(message, ...rest);
  }
}

const NEST_INTERNALS = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
]);

/**
 * Reads and successful changes are told at `debug`: what a change did has a line of its own, and so has an outage, see `OutageLog`.
 * Requests that anybody can send without end, wrong tokens and too many requests, are counted by `FailedAuthentications` and the metrics.
 */
export function levelOf(status: number): 'debug' | 'info' | 'warn' {
  if (status === 503) return 'debug';
  if (status >= 500) return 'warn';
  if (status === 401 || status === 429) return 'debug';
  return status >= 400 ? 'info' : 'debug';
}

/** What is told of an answered request. */
export function requestLine(
  request: IncomingMessage,
  status: number,
  durationMs: number | undefined,
): { message: string; details: object } {
  const path = pathOf(request);
  return {
    message: `${request.method} ${path} ${status}`,
    details: { method: request.method, path, status, duration_ms: durationMs },
  };
}

function summary(request: IncomingMessage, response: ServerResponse): string {
  return requestLine(request, response.statusCode, undefined).message;
}

function details(request: IncomingMessage, response: ServerResponse, value: object): object {
  const { responseTime } = value as { responseTime?: number };
  return requestLine(request, response.statusCode, responseTime).details;
}

/** Without the query string, which may hold what should not be in a log. */
function pathOf(request: IncomingMessage): string {
  const { originalUrl, url } = request as IncomingMessage & { originalUrl?: string };
  return (originalUrl ?? url ?? '').split('?', 1)[0]!;
}
