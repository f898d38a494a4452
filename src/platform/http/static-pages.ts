import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { RequestHandler } from 'express';
import helmet, { type HelmetOptions } from 'helmet';

/** Response headers, by their names in lower case. */
export type HeaderFields = Readonly<Record<string, string>>;

/** Directives of a Content-Security-Policy as helmet takes them. */
type PolicyDirectives = Exclude<NonNullable<HelmetOptions['contentSecurityPolicy']>, boolean>['directives'];

/** The pages of a module: one path, and all paths below it. */
export interface DeclaredPages {
  /** Segments of letters, digits, `.`, `_` and `-`, without a slash at the end: `/ui`. */
  path: string;
  /** The headers of every answer at these paths, of refusals too: those of the same name replace the default ones. */
  headers: HeaderFields;
  /** The folder whose files are served there to everybody, without a token. Undefined: the module serves the pages itself. */
  files?: string;
}

/**
 * The static pages of all modules; a module calls {@link add} in a provider's constructor. At all other paths answers have the default
 * headers, with which a browser runs and frames nothing.
 */
@Injectable()
export class StaticPages {
  private readonly declared: DeclaredPages[] = [];

  /** @throws Error when the path is malformed, or is, lies below or lies above a path that is declared already */
  add({ path, headers, files }: DeclaredPages): void {
    if (!/^(?:\/[\w.-]+)+$/.test(path)) throw new Error(`The path of static pages is written like /ui, not ${path}`);
    const other = this.declared.find((pages) => isWithin(path, pages.path) || isWithin(pages.path, path));
    if (other) throw new Error(`Two modules declare static pages at ${path} and ${other.path}`);
    this.declared.push({ path, files, headers: { ...DEFAULT_HEADERS, ...inLowerCase(headers) } });
  }

  /** The folders of files to serve, and their paths. */
  get folders(): { path: string; files: string }[] {
    return this.declared.flatMap(({ path, files }) => (files === undefined ? [] : { path, files }));
  }

  /** The headers of every answer at this path. */
  headersAt(path: string): HeaderFields {
    return this.declared.find((pages) => isWithin(path, pages.path))?.headers ?? DEFAULT_HEADERS;
  }

  /** Sets these headers on Express. */
  readonly middleware: RequestHandler = (request, response, next) => {
    const fields = this.headersAt(request.path);
    for (const name in fields) response.setHeader(name, fields[name]!);
    next();
  };
}

function isWithin(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}/`);
}

function inLowerCase(headers: HeaderFields): HeaderFields {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** For answers that are no pages: nothing in them is to be run, framed, guessed at, or read by other sites. */
const DEFAULT_HEADERS = fieldsOf({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  referrerPolicy: false,
  strictTransportSecurity: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
});

/**
 * The headers of pages that run scripts of their own origin; `directives` add to their Content-Security-Policy or replace its directives.
 * TLS ends in front of the service as a rule; what depends on it is configured there.
 */
export function pageHeaders(directives: PolicyDirectives = {}): HeaderFields {
  return fieldsOf({
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null, ...directives } },
    strictTransportSecurity: false,
  });
}

/** The headers that helmet sets. */
function fieldsOf(options: HelmetOptions): HeaderFields {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, () => undefined);
  return Object.fromEntries(response.getHeaderNames().map((name) => [name, String(response.getHeader(name))]));
}
