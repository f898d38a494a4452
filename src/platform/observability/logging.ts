import type { IncomingMessage, ServerResponse } from 'node:http';
import { Logger, type Params } from 'nestjs-pino';
import { stdTimeFunctions, type Level } from 'pino';

/**
 * Logs in the original's shape: `time` in RFC 3339, `level` as a word, `msg`, then what the line is about. JSON, or
 * readable lines when a person looks on (`isTerminal`). `extraFields` are asked for on every line.
 */
export function loggingOptions(level: Level, isTerminal: boolean, extraFields?: () => object): Params {
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
