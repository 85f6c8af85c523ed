import {isIPv6, SocketAddress} from 'node:net';

/**
 * An address as the kernel writes it when something comes from there: IPv6 has many ways, with a zone (`fe80::1%eth0`) or
 * without. Anything else is given back as it is.
 */
export function canonicalAddress(address: string): string {
  const [host = '', zone] = address.split('%');
  if (!isIPv6(host)) return address;
  const written = new SocketAddress({address: host, family: 'ipv6'}).address;
  return zone === undefined ? written : `${written}%${zone}`;
}
