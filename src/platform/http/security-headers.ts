import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet, { type HelmetOptions } from 'helmet';

/** For pages, which run scripts of their own. TLS ends in front of the service; what depends on it is configured there. */
const ON_PAGES: HelmetOptions = {
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  strictTransportSecurity: false,
};

/** For answers that are no pages: nothing in them is to be run, framed, guessed at, or read by other sites. */
const ON_ANSWERS: HelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  referrerPolicy: false,
  strictTransportSecurity: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
};

/** Sets the security headers of answers that are no pages. */
export const securityHeaders = helmet(ON_ANSWERS);

/** Replaces them by those of pages; used on the paths where a module serves pages. */
export const pageHeaders = helmet(ON_PAGES);

/** What {@link securityHeaders} sets on every answer. */
export function securityHeaderFields(): [name: string, value: string][] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  securityHeaders(request, response, () => undefined);
  return response.getHeaderNames().map((name) => [name, String(response.getHeader(name))]);
}
