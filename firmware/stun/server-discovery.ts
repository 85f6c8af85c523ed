import {isIP} from 'node:net';
import type {RandomBytes} from '../base/random.ts';
import type {SocketAddress} from './attributes/address.ts';
import type {ServerName} from './server-name.ts';

/** An SRV record (RFC 2782). */
export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** The name service, as far as it is needed here. Both reject where a name is not known. */
export interface NameService {
  /** The SRV records of a name. */
  services(name: string): Promise<ServiceRecord[]>;
  /** An address of a host. */
  address(host: string): Promise<string>;
}

/** RFC 8489 section 8. */
const defaultPort = 3478;
/** Servers of one name that are tried. */
const mostServers = 4;

/**
 * Finds the servers of a name, the one to be asked first in front (RFC 8489 section 8.1): where no port is given by
 * the SRV records of `_stun._udp`, else by the address of the name itself. Empty where the name is not known.
 */
export async function findServers(
  {host, port}: ServerName,
  names: NameService,
  random: RandomBytes,
): Promise<SocketAddress[]> {
  if (isIP(host)) return [{address: host, port: port ?? defaultPort}];
  const records = port === undefined ? await names.services(`_stun._udp.${host}`).catch(() => []) : [];
  const chosen = inOrder(records, random).slice(0, mostServers);
  if (chosen.length === 0) chosen.push({name: host, port: port ?? defaultPort});
  const found = await Promise.all(
    chosen.map(async ({name, port: each}) => {
      const address = await names.address(name).catch(() => undefined);
      return address === undefined ? [] : [{address, port: each}];
    }),
  );
  return found.flat();
}

/** By priority; among equals by chance, the heavier the earlier (RFC 2782). */
function inOrder(records: readonly ServiceRecord[], random: RandomBytes): {name: string; port: number}[] {
  // A lone root name says that there is no such service here.
  const rest = records.filter(({name, port}) => name !== '' && name !== '.' && port > 0);
  const ordered: ServiceRecord[] = [];
  while (rest.length > 0) {
    const priority = Math.min(...rest.map((record) => record.priority));
    const equals = rest.filter((record) => record.priority === priority);
    const [high = 0, low = 0] = random(2);
    const mark = ((high * 256 + low) / 65_536) * equals.reduce((sum, {weight}) => sum + weight, 0);
    let passed = 0;
    const picked =
      equals.find(({weight}) => {
        passed += weight;
        return passed > mark;
      }) ?? equals[0]!;
    ordered.push(picked);
    rest.splice(rest.indexOf(picked), 1);
  }
  return ordered;
}
