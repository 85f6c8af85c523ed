import {createHash} from 'node:crypto';
import {isIP} from 'node:net';
import {canonicalAddress} from '../../base/canonical-address.ts';
import type {RandomBytes} from '../../base/random.ts';
import {failure, type Result, success} from '../../base/result.ts';
import type {Answer, NameService} from '../../dns/name-service.ts';
import type {SrvRecord} from '../../dns/record.ts';
import {parseUri, type SipUri} from '../message/uri.ts';
import {type Destination, defaultPorts, type TransportName} from '../transport/transport.ts';
import {chooseServices, orderServers, type ServiceName, serviceName} from './server-order.ts';

/** Servers of a domain that are looked at. */
const serverLimit = 8;
/** Octets of the seed, and of each lot that is drawn with it. */
const seedLength = 16;
const lotLength = 6;

/** Servers, the preferred one first; a failure is a sentence for people. */
export type Located = Result<readonly Destination[], string>;

/** What a locator works with. */
interface LocatorOptions {
  readonly names: NameService;
  /** What requests can be sent over, the preferred one first. */
  readonly transports: readonly TransportName[];
  /** The kinds of addresses that can be reached, the preferred one first. */
  readonly families: readonly (4 | 6)[];
  readonly random: RandomBytes;
}

/**
 * Finds the servers for a SIP URI (RFC 3263 section 4). The lots by which weights are honoured are drawn once, so
 * that all requests of this user agent go to the same one of several equal servers as long as it is there: refreshes
 * where the registration is, an ACK where the INVITE was.
 */
export class Locator {
  #options: LocatorOptions;
  #seed: Uint8Array;

  constructor(options: LocatorOptions) {
    this.#options = options;
    this.#seed = options.random(seedLength);
  }

  /** Calls `found` once: at once where the URI holds an address or all names are known. The list is never empty. */
  locate(text: string, found: (servers: Located) => void): void {
    const uri = parseUri(text);
    if (!uri.ok || uri.value.host === undefined) {
      found(failure(`${text} is not a SIP address`));
      return;
    }
    const {host, port, parameters} = uri.value;
    const wanted = this.#transportOf(uri.value);
    if (!wanted.ok) {
      found(wanted);
      return;
    }
    const {transport, named} = wanted.value;
    // An IPv6 address stands in brackets (RFC 3261 section 25.1).
    const target = canonicalAddress(parameters.get('maddr')?.replace(/^\[(.*)\]$/, '$1') ?? host);
    const certified = (servers: Located) =>
      found(servers.ok ? success(servers.value.map((server) => withName(server, host))) : servers);
    if (isIP(target)) {
      certified(success([{transport, address: target, port: port ?? defaultPorts[transport]}]));
    } else if (port !== undefined) {
      this.#findHost(target, transport, port, certified);
    } else if (named) {
      this.#findServices(target, [serviceName(transport, target)], transport, certified);
    } else {
      this.#findDomain(target, uri.value.scheme === 'sips' ? ['TLS'] : this.#options.transports, certified);
    }
  }

  /** The servers for several URIs, those of the first before those of the second; the failure of the first where all fail. */
  locateAll(uris: readonly string[], found: (servers: Located) => void): void {
    gather(
      uris,
      (uri, done: (servers: Located) => void) => this.locate(uri, done),
      (all) => {
        const servers = all.flatMap((located) => (located.ok ? located.value : []));
        found(servers.length > 0 ? success(servers) : all[0]!);
      },
    );
  }

  /** The address of a host name, for what is no SIP. Rejects where there is none. */
  address(host: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#findHost(host, 'UDP', 0, (servers) => {
        if (servers.ok) resolve(servers.value[0]!.address);
        else reject(new Error(servers.error));
      });
    });
  }

  /** The transport that the URI names, or the usual one (RFC 3263 section 4.1, RFC 3261 section 26.2.2). */
  #transportOf({
    scheme,
    host,
    parameters,
  }: SipUri): Result<{readonly transport: TransportName; readonly named: boolean}, string> {
    const {transports} = this.#options;
    const name = parameters.get('transport')?.toUpperCase();
    const usual = scheme === 'sips' ? 'TLS' : transports.includes('UDP') ? 'UDP' : transports[0];
    // With sips, TCP means TLS over TCP.
    const asked = scheme === 'sips' && name === 'TCP' ? 'TLS' : (name ?? usual);
    const transport = transports.find((one) => one === asked);
    if (!transport || (scheme === 'sips' && transport !== 'TLS')) {
      return failure(
        `${host} asks for ${name ?? asked}, which cannot be used here: ${transports.join(', ')} can`,
      );
    }
    return success({transport, named: name !== undefined});
  }

  /** A domain alone: NAPTR, without it SRV for each transport, without those its own addresses. */
  #findDomain(domain: string, transports: readonly TransportName[], found: (servers: Located) => void): void {
    const {names} = this.#options;
    const services = transports.map((transport) => serviceName(transport, domain));
    const usual = transports.includes('UDP') ? 'UDP' : transports[0]!;
    names.lookup(domain, 'NAPTR', (answer) => {
      const chosen = answer.ok ? chooseServices(answer.value, transports) : [];
      this.#findServices(domain, chosen.length > 0 ? chosen : services, usual, found);
    });
    // Most domains have no NAPTR records: what is needed then is fetched meanwhile.
    for (const {name} of services) names.lookup(name, 'SRV', () => {});
    for (const family of this.#options.families) names.lookup(domain, addressType(family), () => {});
  }

  /** The servers of services, in their order; without any the host itself, over `usual`. */
  #findServices(
    domain: string,
    services: readonly ServiceName[],
    usual: TransportName,
    found: (servers: Located) => void,
  ): void {
    const {names} = this.#options;
    gather(
      services,
      ({name}, done: (answer: Answer<'SRV'>) => void) => names.lookup(name, 'SRV', done),
      (answers) => {
        const listed = services.flatMap(({transport}, index) => {
          const answer = answers[index]!;
          return orderServers(answer.ok ? answer.value : [], (record) => this.#lot(record)).map((record) => ({
            transport,
            record,
          }));
        });
        // RFC 2782: the root as target says that the service is decidedly not offered.
        const offered = listed.filter(({record}) => record.target !== '').slice(0, serverLimit);
        if (listed.length === 0) {
          this.#findHost(domain, usual, defaultPorts[usual], found);
        } else if (offered.length === 0) {
          found(
            failure(
              `${domain} offers no SIP service over ${services.map(({transport}) => transport).join(', ')}`,
            ),
          );
        } else this.#findHosts(offered, found);
      },
    );
  }

  #findHosts(
    offers: readonly {readonly transport: TransportName; readonly record: SrvRecord}[],
    found: (servers: Located) => void,
  ): void {
    gather(
      offers,
      ({transport, record}, done: (servers: Located) => void) =>
        this.#findHost(record.target, transport, record.port, done),
      (hosts) => {
        const servers = hosts.flatMap((host) => (host.ok ? host.value : [])).slice(0, 2 * serverLimit);
        found(servers.length > 0 ? success(servers) : hosts[0]!);
      },
    );
  }

  /** The addresses of a host. */
  #findHost(host: string, transport: TransportName, port: number, found: (servers: Located) => void): void {
    const {names, families} = this.#options;
    if (isIP(host)) {
      found(success([{transport, address: host, port}]));
      return;
    }
    gather(
      families,
      (family, done: (answer: Answer<'A' | 'AAAA'>) => void) => names.lookup(host, addressType(family), done),
      (answers) => {
        const addresses = answers.flatMap((answer) => (answer.ok ? answer.value : [])).slice(0, serverLimit);
        const failed = answers.find((answer) => !answer.ok);
        if (addresses.length > 0) found(success(addresses.map(({address}) => ({transport, address, port}))));
        else if (failed && !failed.ok)
          found(failure(`the name ${host} could not be looked up: ${failed.error.text}`));
        else
          found(
            failure(`the name ${host} is not known: is it spelled right, does name resolution (DNS) work?`),
          );
      },
    );
  }

  /** The same number between 0 and 1 for the same server each time, another one in each user agent. */
  #lot({target, port}: SrvRecord): number {
    const hash = createHash('sha256').update(this.#seed).update(`${target.toLowerCase()}:${port}`).digest();
    return (hash.readUIntBE(0, lotLength) + 0.5) / 2 ** (8 * lotLength);
  }
}

function addressType(family: 4 | 6): 'A' | 'AAAA' {
  return family === 4 ? 'A' : 'AAAA';
}

/** RFC 5922 section 7.1: a certificate must name the domain of the URI, not what DNS made of it. */
function withName(server: Destination, serverName: string): Destination {
  return server.transport === 'TLS' ? {...server, serverName} : server;
}

/** Starts one thing for each item and calls `done` with all results, in the order of the items. */
function gather<Item, Value>(
  items: readonly Item[],
  start: (item: Item, done: (value: Value) => void) => void,
  done: (values: Value[]) => void,
): void {
  const values: Value[] = [];
  let missing = items.length;
  for (const [index, item] of items.entries()) {
    start(item, (value) => {
      values[index] = value;
      missing -= 1;
      if (missing === 0) done(values);
    });
  }
}
