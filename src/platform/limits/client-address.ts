import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/**
 * The address that a client counts under: of the connection, or with `hops` trusted proxies in front what the outermost of
 * them has added to `X-Forwarded-For`. Of IPv6 the /64 network, all of which a single client has (RFC 6177).
 */
export function clientAddress({ headers, socket }: IncomingMessage, hops: number): string {
  const forwarded = hops > 0 ? String(headers['x-forwarded-for'] ?? '').split(',') : [];
  const addresses = [
    socket.remoteAddress ?? '',
    ...forwarded
      .map((part) => part.trim())
      .filter(Boolean)
      .toReversed(),
  ];
  const address = addresses[Math.min(hops, addresses.length - 1)]!;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? (isIPv6(address) ? network64(address) : address);
}

function network64(address: string): string {
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  while (tail !== undefined && groups.length + after.length < 8) groups.push('0');
  return (
    [...groups, ...after]
      .slice(0, 4)
      .map((group) => parseInt(group, 16).toString(16))
      .join(':') + '::/64'
  );
}
