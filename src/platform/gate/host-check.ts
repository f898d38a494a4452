import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { DomainError } from '../validation/domain-error';
import type { Configuration } from '../config/configuration';

/** Hosts whose verdict is kept. */
const MOST_KEPT = 1_000;

/**
 * Refuses requests that a page of the web has a browser send to a service without access control: those for a host name that is
 * not the service's own (a name that the page's owner has pointed at this machine) and those of a page from elsewhere.
 */
export class HostCheck {
  private readonly names = new Set(['localhost']);
  private readonly suffixes = ['.localhost'];
  private readonly addresses = new BlockList();
  private readonly isAnyHost: boolean;
  private readonly origins: ReadonlySet<string>;
  private readonly verdicts = new Map<string, boolean>();

  constructor({ ALLOWED_HOSTS = '', CORS_ORIGINS = '' }: Pick<Configuration, 'ALLOWED_HOSTS' | 'CORS_ORIGINS'>) {
    const hosts = listed(ALLOWED_HOSTS.toLowerCase());
    this.isAnyHost = hosts.includes('*');
    this.origins = new Set(listed(CORS_ORIGINS));
    for (const host of ['127.0.0.0/8', '::1', ...hosts]) this.allow(host);
  }

  /** A DomainError `host_not_allowed` or `origin_not_allowed`; undefined: nothing is wrong with the request. */
  refusalOf(request: IncomingMessage): DomainError | undefined {
    const host = hostOf(request);
    if (host !== undefined && !this.isAllowed(host)) {
      const detail = 'Without access control this host is not served: ALLOWED_HOSTS names those that are';
      return new DomainError('forbidden', 'host_not_allowed', detail);
    }
    const { origin } = request.headers;
    if (origin === undefined || this.origins.has(origin) || this.origins.has('*')) return undefined;
    if (URL.canParse(origin) && new URL(origin).host === host?.toLowerCase()) return undefined;
    const detail = 'Without access control pages from elsewhere are not served: CORS_ORIGINS names those that are';
    return new DomainError('forbidden', 'origin_not_allowed', detail);
  }

  private allow(host: string): void {
    const [address = '', prefix] = host.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(address)) this.addresses.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
    else if (host.startsWith('*.')) this.suffixes.push(host.slice(1));
    else this.names.add(host);
  }

  private isAllowed(host: string): boolean {
    if (this.isAnyHost) return true;
    const known = this.verdicts.get(host);
    if (known !== undefined) return known;
    const verdict = this.isListed(nameIn(host));
    if (this.verdicts.size < MOST_KEPT) this.verdicts.set(host, verdict);
    return verdict;
  }

  private isListed(name: string): boolean {
    const family = isIP(name);
    if (family !== 0) return this.addresses.check(name, family === 6 ? 'ipv6' : 'ipv4');
    return this.names.has(name) || this.suffixes.some((suffix) => name.endsWith(suffix));
  }
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/** The host that is requested: the authority of an absolute target takes precedence over the header field (RFC 9112, 3.2.2). */
function hostOf({ url, headers }: IncomingMessage): string | undefined {
  if (!url || url.startsWith('/')) return headers.host;
  return URL.canParse(url) ? new URL(url).host : headers.host;
}

/** The name or address in `host[:port]`; empty when it is neither. */
function nameIn(host: string): string {
  const [, address, name] = /^(?:\[([\da-f:.]+)\]|([^:[\]]+?)\.?)(?::\d*)?$/.exec(host.toLowerCase()) ?? [];
  return address ?? name ?? '';
}
