import {BlockList, isIPv6} from 'node:net';
import type {StunClient} from '../../stun/client.ts';
import type {RetransmissionValues} from '../../stun/retransmission.ts';
import {
  type Destination,
  formatSocketAddress,
  type Hold,
  type Probe,
  type SocketAddress,
  type TraceEntry,
  type Transport,
} from './transport.ts';

/** Destinations whose view of us is remembered. */
const mostViews = 32;
/** A server is asked at 0, 500, 1500, 3500 and 7500 ms, and is silent after 10 s: as one that answers no CRLF. */
const probePatience: RetransmissionValues = {rto: 500, rc: 5, rm: 5};
/** Networks that no NAT towards the internet stands before (RFC 1918, 3927, 4193, 4291, 6598). */
const localNetworks = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  localNetworks.addSubnet(network, bits);
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  localNetworks.addSubnet(network, bits, 'ipv6');

/** A transport that may tell what passes over it. */
interface TracedTransport extends Transport {
  onTrace?: ((entry: TraceEntry) => void) | undefined;
}

/** How somebody sees us. */
interface View {
  /** Our own address at that time: on another one the view says nothing. */
  readonly local: SocketAddress;
  readonly seen: SocketAddress;
}

/**
 * A transport that knows how others see us where a NAT is between, for Contact. Via keeps our own address (RFC 3581
 * section 4).
 *
 * What a server says of where our requests come from (`received` and `rport`) goes before what STUN says: NATs may
 * map differently for each destination. What STUN says is for public destinations only: those of the local network
 * reach us directly.
 */
export class NatTransport implements Transport {
  readonly probe?: NonNullable<Transport['probe']>;
  #inner: TracedTransport;
  #mapping: View | undefined;
  #views = new Map<string, View>();

  /** `stun` asks through the sockets of `inner`; without it servers are not probed. */
  constructor(inner: TracedTransport, stun?: StunClient) {
    this.#inner = inner;
    if (stun) this.probe = (server, done) => probe(stun, server, done);
  }

  set onTrace(trace: ((entry: TraceEntry) => void) | undefined) {
    this.#inner.onTrace = trace;
  }

  /** A STUN server sees our socket `local` as `seen`; undefined: nothing is known any more. */
  setMapping(mapping: View | undefined): void {
    this.#mapping = mapping;
    // Whatever servers saw before went through the old mapping.
    this.#views.clear();
  }

  localAddress(destination: Destination): SocketAddress {
    return this.#inner.localAddress(destination);
  }

  contactAddress(destination: Destination): SocketAddress {
    const local = this.localAddress(destination);
    if (destination.transport !== 'UDP') return local;
    const view = this.#views.get(formatSocketAddress(destination));
    if (view && same(view.local, local)) return view.seen;
    return this.isMapped(destination) ? this.#mapping!.seen : local;
  }

  noteSeen(destination: Destination, seen: SocketAddress): boolean {
    if (destination.transport !== 'UDP' || same(this.contactAddress(destination), seen)) return false;
    const key = formatSocketAddress(destination);
    this.#views.delete(key);
    if (this.#views.size >= mostViews) this.#views.delete(this.#views.keys().next().value!);
    this.#views.set(key, {local: this.localAddress(destination), seen});
    return true;
  }

  /** Whether what a STUN server says holds on the way to a destination. */
  isMapped(destination: Destination): boolean {
    const mapping = this.#mapping;
    if (!mapping || destination.transport !== 'UDP') return false;
    const {address} = destination;
    if (localNetworks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return false;
    return same(mapping.local, this.localAddress(destination));
  }

  send(bytes: Uint8Array, destination: Destination, onError?: (text: string) => void): void {
    this.#inner.send(bytes, destination, onError);
  }

  prepare(destination: Destination, ready: () => void): void {
    this.#inner.prepare(destination, ready);
  }

  hold(destination: Destination, onLost?: (why: string) => void, keepAlive?: number): Hold {
    return this.#inner.hold(destination, onLost, keepAlive);
  }

  unanswered(destination: Destination, since: number): void {
    this.#inner.unanswered(destination, since);
  }
}

function probe(
  stun: StunClient,
  {address, port}: Destination,
  done: (seen: SocketAddress | undefined) => void,
): Probe {
  return stun.bind({server: {address, port}, retransmission: probePatience}, (result) =>
    done(result.ok ? result.value.mapped : undefined),
  );
}

function same(one: SocketAddress, other: SocketAddress): boolean {
  return one.address === other.address && one.port === other.port;
}
