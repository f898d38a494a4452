import ipaddr from 'ipaddr.js';
import { validationError, type DomainError } from '../../validation/domain-error';

/** Names of this machine, whatever a name server says of them. */
const OWN_NAMES = /^(?:(?:.+\.)?localhost|localhost\.localdomain|ip6-localhost|ip6-loopback)$/;
/** What is not left out by the parser of URLs without a word: blanks and line breaks. */
const UNPRINTABLE = /[\p{Cc}\p{Z}\p{Cs}]/u;
const LONGEST_URL = 2048;
/** All of IPv6 that is given out to the public internet; whatever else is in use has a meaning of its own. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

type Address = ReturnType<typeof ipaddr.parse>;

/**
 * Which addresses outside may be asked that a client has given. Only those of the public internet, over TLS; what the setting
 * `OUTBOUND_ALLOW_HOSTS` lists is open besides, over plain HTTP too.
 */
export class OutboundTargets {
  private readonly names = new Set<string>();
  private readonly suffixes: string[] = [];
  private readonly subnets: [Address, number][] = [];

  /** @param allowed names, `*.` and what names end with, addresses and subnets, with commas between them */
  constructor(allowed = '') {
    for (const item of allowed.toLowerCase().split(',')) this.allow(item.trim());
  }

  /**
   * A URL that may be kept: what can be said of it without asking a name server.
   * @throws DomainError `validation_failed` naming `field`
   */
  check(text: string, field: string): URL {
    const refused = (message: string): DomainError => validationError([{ field, message }]);
    if (text.length > LONGEST_URL) throw refused(`must have at most ${LONGEST_URL} characters`);
    if (UNPRINTABLE.test(text) || !URL.canParse(text)) throw refused('must be an absolute URL');
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('must be an https URL');
    if (url.username !== '' || url.password !== '') throw refused('must not hold a user name or a password');
    if (url.hostname.endsWith('.')) throw refused('must name its host without a dot at the end');
    const problem = this.problemOf(url);
    if (problem !== undefined) throw refused(problem);
    url.hash = '';
    return url;
  }

  /** Whether a host of this name may be asked whatever its address is. */
  isListed(name: string): boolean {
    return this.names.has(name) || this.suffixes.some((suffix) => name.endsWith(suffix));
  }

  /** Whether the address that a URL leads to may be asked. */
  admits({ protocol, hostname }: Pick<URL, 'protocol' | 'hostname'>, address: string): boolean {
    return this.isListed(hostname) || this.isInSubnet(address) || (protocol === 'https:' && isPublic(address));
  }

  private problemOf(url: URL): string | undefined {
    const address = literalIn(url);
    const plain = url.protocol === 'http:' ? 'must be an https URL, or of a host in OUTBOUND_ALLOW_HOSTS' : undefined;
    if (address !== undefined) {
      if (this.isInSubnet(address)) return undefined;
      return isPublic(address) ? plain : `must not lead to the special address ${address}`;
    }
    if (this.isListed(url.hostname)) return undefined;
    if (OWN_NAMES.test(url.hostname)) return 'must not lead to this machine itself';
    // Where a name leads is known when it is asked for: then it must be into one of the subnets.
    return this.subnets.length > 0 ? undefined : plain;
  }

  private allow(item: string): void {
    if (item === '') return;
    const [address = '', prefix] = item.split('/');
    if (ipaddr.isValid(address)) {
      const parsed = ipaddr.parse(address);
      this.subnets.push([parsed, Number(prefix ?? (parsed.kind() === 'ipv6' ? 128 : 32))]);
    } else if (item.startsWith('*.')) this.suffixes.push(item.slice(1));
    else this.names.add(item);
  }

  private isInSubnet(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    return this.subnets.some(([subnet, prefix]) => isWithin(address, subnet, prefix));
  }
}

/** The address that stands in a URL in the place of a name; the parser has made one form of all. */
export function literalIn({ hostname }: Pick<URL, 'hostname'>): string | undefined {
  const text = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return ipaddr.isValid(text) ? text : undefined;
}

/** Whether anybody on the public internet may have the address: it is of no network of one's own, no single machine, no translation. */
export function isPublic(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || isWithin(address, ...GLOBAL_IPV6);
}

function isWithin(address: Address, subnet: Address, prefix: number): boolean {
  return address.kind() === subnet.kind() && address.match(subnet, prefix);
}
