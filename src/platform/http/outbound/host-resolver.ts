import { Resolver } from 'node:dns/promises';
import { lookup, type LookupAddress } from 'node:dns';
import { promisify } from 'node:util';

const TIMEOUT_MS = 3_000;
const TRIES = 2;

/** Gives the addresses of a name. */
export class HostResolver {
  /** @param servers name servers, `address:port`; those of the machine unless given */
  constructor(private readonly servers?: readonly string[]) {}

  /**
   * Asks the name servers. A name server that is slow holds up nobody else: not by `getaddrinfo`, whose four threads file access shares.
   * @throws Error when there is none
   */
  async publicAddresses(name: string): Promise<LookupAddress[]> {
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
    if (this.servers) resolver.setServers(this.servers);
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addresses = [
      ...(v4.status === 'fulfilled' ? v4.value.map((address) => ({ address, family: 4 })) : []),
      ...(v6.status === 'fulfilled' ? v6.value.map((address) => ({ address, family: 6 })) : []),
    ];
    if (addresses.length === 0 && v4.status === 'rejected') throw v4.reason;
    return addresses;
  }

  /** Asks as other programs of the machine do: its file of hosts and its search list count. For names that the operator has listed. */
  async localAddresses(name: string): Promise<LookupAddress[]> {
    return promisify(lookup)(name, { all: true });
  }
}
