import type { IncomingMessage } from 'node:http';
import { clientAddress } from './client-address';

function request(remoteAddress: string | undefined, forwarded?: string): IncomingMessage {
  return { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } } as unknown as IncomingMessage;
}

describe('clientAddress', () => {
  it.each<[string, string | undefined, string | undefined, number, string]>([
    ['the connection’s', '10.0.0.1', undefined, 0, '10.0.0.1'],
    ['not what a client claims', '10.0.0.1', '1.2.3.4', 0, '10.0.0.1'],
    ['what the proxy in front has added', '10.0.0.1', '6.6.6.6, 1.2.3.4', 1, '1.2.3.4'],
    ['what the outer one of two has added', '10.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.2', 2, '1.2.3.4'],
    ['the outermost there is', '10.0.0.1', '1.2.3.4', 3, '1.2.3.4'],
    ['the connection’s when no proxy was there', '10.0.0.1', undefined, 1, '10.0.0.1'],
    ['IPv4 in IPv6', '::ffff:10.0.0.1', undefined, 0, '10.0.0.1'],
    ['a network of IPv6', '2001:db8:1:2:3:4:5:6', undefined, 0, '2001:db8:1:2::/64'],
    ['a network of IPv6, abbreviated', '2001:db8::5', undefined, 0, '2001:db8:0:0::/64'],
    ['the same, written otherwise', '2001:0DB8:0::6:7', undefined, 0, '2001:db8:0:0::/64'],
    ['the loopback', '::1', undefined, 0, '0:0:0:0::/64'],
    ['nobody any more', undefined, undefined, 0, ''],
  ])('%s', (_, remote, forwarded, hops, expected) => {
    expect(clientAddress(request(remote, forwarded), hops)).toBe(expected);
  });
});
