import {BlockList, isIPv6} from 'node:net';
import {type NetworkInterfaceInfo, networkInterfaces} from 'node:os';

/**
 * Whether an address is one of this machine's own or of a machine on the same network, by the networks of its interfaces: not
 * what comes through a router, such as from the internet by a forwarded port.
 */
export function isNeighbour(
  address: string,
  interfaces: NodeJS.Dict<readonly Pick<NetworkInterfaceInfo, 'cidr' | 'family'>[]> = networkInterfaces(),
): boolean {
  const networks = new BlockList();
  for (const {cidr, family} of Object.values(interfaces).flatMap((one) => one ?? [])) {
    const [network = '', prefix = ''] = cidr?.split('/') ?? [];
    if (network !== '') networks.addSubnet(network, Number(prefix), family === 'IPv6' ? 'ipv6' : 'ipv4');
  }
  const [host = ''] = address.replace(/^::ffff:(?=\d+\.)/, '').split('%');
  return networks.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}
