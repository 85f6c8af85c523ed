import {isIPv6} from 'node:net';
import {bindMarked} from '../hal/linux/marked-socket.ts';
import {systemClock} from './base/clock.ts';
import {systemRandom} from './base/random.ts';
import type {Config} from './config/schema.ts';
import {readTextFile} from './config/text-file.ts';
import {Resolver} from './dns/resolver.ts';
import {hostsFile, systemLookup, systemNameServers} from './dns/system.ts';
import {systemWire} from './dns/wire.ts';
import {OutsideAddress} from './outside-address.ts';
import type {MediaPort} from './sip/agent/call.ts';
import {UserAgent} from './sip/agent/user-agent.ts';
import {SenderLimits} from './sip/transaction/sender-limits.ts';
import {TransactionLayer} from './sip/transaction/transaction-layer.ts';
import {NatTransport} from './sip/transport/nat-transport.ts';
import type {TlsOptions} from './sip/transport/tls.ts';
import {type SocketAddress, TransportError, type TransportName} from './sip/transport/transport.ts';
import {type Listener, Transports} from './sip/transport/transports.ts';
import {StunClient} from './stun/client.ts';
import {stunNames} from './stun-names.ts';
import {userAgentName} from './version.ts';

/** Calls at a time: every target of the largest button, and as many that are still being ended. */
const sessionLimit = 32;

export interface TelephoneOptions {
  /** What it calls itself in direct calls. */
  readonly name: string;
  readonly sip: Config['sip'];
  /** The codecs that are offered and taken, the preferred one first. */
  readonly codecs: Config['audio']['codecs'];
  /** The URN that names this device towards registrars; without it they are offered no flows (RFC 5626). */
  readonly instance?: string;
  /** Addresses that calls are expected from: these callers are not shut out by a flood from others. */
  readonly expected?: readonly string[];
  /** Opens the RTP port of a call on a local address; `stun` is the server that tells how it is seen from outside. */
  openMedia(localAddress: string, stun: SocketAddress | undefined): Promise<MediaPort>;
}

/** A SIP user agent and what it stands on. */
export interface Telephony {
  readonly telephone: UserAgent;
  /** The addresses that it listens on. */
  readonly listening: readonly Listener[];
  /** Follows how it is seen from outside; undefined without a STUN server. */
  readonly outside: OutsideAddress | undefined;
  /**
   * Registers at once, and asks how we are seen from outside: the network is another one, or was away. Connections from an
   * address that is not this machine's any more, as `isOurs` tells, are dropped.
   */
  moved(isOurs: (address: string) => boolean): void;
  /** Frees the sockets. */
  close(): void;
}

/** The SIP user agent on this machine's sockets, clock and name service. @throws TransportError in plain words. */
export async function openTelephone(options: TelephoneOptions): Promise<Telephony> {
  const {name, sip, codecs, instance, expected = [], openMedia} = options;
  const clock = systemClock;
  const random = systemRandom;
  const transport = new Transports(clock, tlsOptions(sip.tls), bindMarked);
  for (const {transport: name, ...at} of sip.listen) {
    await transport.bind({transport: name.toUpperCase() as TransportName, ...at});
  }
  const senders = new SenderLimits(clock);
  for (const address of expected) senders.notePeer(address);
  transport.admits = (address) => senders.admits(address);
  const transactions = new TransactionLayer({transport, clock, random, senders});
  transport.onMessage = (...message) => transactions.receive(...message);
  const stun = new StunClient({
    clock,
    random,
    send: (bytes, to) => transport.udp.send(bytes, {transport: 'UDP', ...to}),
  });
  const nat = new NatTransport(transport, stun);
  const names = new Resolver({
    servers: systemNameServers,
    wire: systemWire,
    clock,
    random,
    hosts: hostsFile(),
    system: systemLookup,
  });
  const families = [...new Set(sip.listen.map(({address}) => (isIPv6(address) ? 6 : 4)))] as const;
  const outside =
    sip.stun &&
    new OutsideAddress({
      server: sip.stun,
      names: stunNames(names, families),
      udp: transport.udp,
      nat,
      clock,
      random,
      onMoved: () => telephone.refresh(),
    });
  transport.udp.onStun = (bytes, from) => {
    stun.receive(bytes, from);
    outside?.receive(bytes, from);
  };
  const telephone = new UserAgent({
    transport: nat,
    transactions,
    clock,
    random,
    accounts: sip.accounts,
    domain: sip.domain,
    userAgentName,
    ...(instance === undefined ? {} : {instance}),
    identity: {displayName: name},
    sessionLimit,
    codecs,
    openMedia: (local, destination) => openMedia(local, outside?.serverFor(destination)),
    names,
    families,
  });
  return {
    telephone,
    listening: transport.listening,
    outside,
    moved(isOurs) {
      transport.dropLost(isOurs);
      names.forgetFailures();
      outside?.refresh();
      telephone.refresh();
    },
    close() {
      outside?.stop();
      stun.close();
      transactions.close();
      names.close();
      transport.close();
    },
  };
}

/** What the files hold that `sip.tls` names; the configuration has looked into them before. */
function tlsOptions({certificate, key, authorities, verify}: Config['sip']['tls']): TlsOptions {
  const read = (path: string | undefined): string | undefined => {
    if (path === undefined) return undefined;
    const text = readTextFile(path);
    if (!text.ok) throw new TransportError(`${path} ${text.error}`);
    return text.value;
  };
  return {certificate: read(certificate), key: read(key), authorities: read(authorities), verify};
}
