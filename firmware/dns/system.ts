import dns from 'node:dns';
import {lookup} from 'node:dns/promises';
import {readFileSync} from 'node:fs';
import {isIP} from 'node:net';

/** No hosts file that people write is larger. */
const hostsFileLimit = 256 * 1024;

/**
 * The name servers of this machine: those of the start, then those that its settings name by now, for the network
 * may have become another one meanwhile.
 */
export function systemNameServers(): string[] {
  return [...new Set([...dns.getServers(), ...new dns.Resolver().getServers()])];
}

/** The addresses that /etc/hosts, or another file of that form, gives a name; the file is read each time. */
export function hostsFile(path = '/etc/hosts'): (name: string) => string[] {
  return (name) => {
    let text: string;
    try {
      text = readFileSync(path, 'latin1').slice(0, hostsFileLimit);
    } catch {
      return []; // there need not be one
    }
    return text.split('\n').flatMap((line) => {
      const [address = '', ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
      const ours = names.some((one) => one.toLowerCase() === name.toLowerCase());
      return ours && isIP(address) ? [address] : [];
    });
  };
}

/** The system's own look-up of addresses (getaddrinfo). */
export async function systemLookup(name: string, family: 4 | 6): Promise<string[]> {
  return (await lookup(name, {all: true, family})).map(({address}) => address);
}
