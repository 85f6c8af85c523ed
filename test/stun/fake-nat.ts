import type {SocketAddress} from '../../firmware/stun/attributes/address.ts';
import {addressValue} from '../../firmware/stun/attributes/address.ts';
import type {Dependence} from '../../firmware/stun/nat-behaviour.ts';
import {attributeType} from '../../firmware/stun/types.ts';
import {mappedTo, request} from './fake-server.ts';

/** How a NAT of the tests behaves. */
export interface NatOptions {
  readonly mapping: Dependence;
  readonly filtering: Dependence;
  readonly hairpinning: boolean;
}

/** A NAT with one public address, and behind it one host. */
export class FakeNat {
  readonly #options: NatOptions;
  readonly #address = '203.0.113.7';
  readonly #ports = new Map<string, number>();
  /** Whom each public port has sent to, as far as filtering looks at it. */
  readonly #permitted = new Set<string>();
  #lastPort = 40_000;

  constructor(options: NatOptions) {
    this.#options = options;
  }

  /** A datagram goes out: where it seems to come from. */
  out(from: SocketAddress, to: SocketAddress): SocketAddress {
    const key = `${from.address} ${from.port} ${part(to, this.#options.mapping)}`;
    const port = this.#ports.get(key) ?? ++this.#lastPort;
    this.#ports.set(key, port);
    this.#permitted.add(`${port} ${part(to, this.#options.filtering)}`);
    return {address: this.#address, port};
  }

  /** A datagram comes to a public port: whom it is for, undefined where it is not let in. */
  in(from: SocketAddress, to: SocketAddress): SocketAddress | undefined {
    if (!this.#permitted.has(`${to.port} ${part(from, this.#options.filtering)}`)) return undefined;
    const [key] = [...this.#ports].find(([, port]) => port === to.port) ?? [];
    const [address = '', port] = key?.split(' ') ?? [];
    return key === undefined ? undefined : {address, port: Number(port)};
  }

  /** Whether a datagram to a public address of its own is turned round. */
  turnsRound(to: SocketAddress): boolean {
    return to.address === this.#address && this.#options.hairpinning;
  }

  isOwn(to: SocketAddress): boolean {
    return to.address === this.#address;
  }
}

function part({address, port}: SocketAddress, dependence: Dependence): string {
  if (dependence === 'endpoint-independent') return 'any';
  return dependence === 'address-dependent' ? address : `${address}:${port}`;
}

/** A STUN server with two addresses and two ports: what it answers, and from where (RFC 5780 section 6). */
export function discoveryServer(addresses: readonly [string, string], ports: readonly [number, number]) {
  const otherThan = <Value>(values: readonly [Value, Value], one: Value) =>
    values[0] === one ? values[1] : values[0];
  return (asked: Uint8Array, from: SocketAddress, at: SocketAddress) => {
    const flags = request(asked).value(attributeType.changeRequest)?.[3] ?? 0;
    const other = {address: otherThan(addresses, at.address), port: otherThan(ports, at.port)};
    const answer = mappedTo(asked, from, [[attributeType.otherAddress, addressValue(other)]]);
    const origin = {
      address: flags & 4 ? other.address : at.address,
      port: flags & 2 ? other.port : at.port,
    };
    return {answer, origin};
  };
}
