import type {Clock} from '../base/clock.ts';
import type {RandomBytes} from '../base/random.ts';
import {type Result, success} from '../base/result.ts';
import type {SocketAddress} from './attributes/address.ts';
import type {Change} from './attributes/change-request.ts';
import type {Binding, BindingFailure} from './binding.ts';
import {StunClient} from './client.ts';
import {isStun, transactionIdOf} from './message.ts';
import {Retransmission, type RetransmissionValues} from './retransmission.ts';
import {bindingMethod, messageClass} from './types.ts';
import {writeMessage} from './write.ts';

/** On what of the other side a NAT's behaviour depends (RFC 4787 sections 4.1 and 5). */
export type Dependence = 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent';

/** What lies between a socket and a server. */
export interface NatBehaviour {
  /** Our address as the server sees it. */
  readonly mapped: SocketAddress;
  /** Whether that is another than the socket's own. */
  readonly translated: boolean;
  /** Whether the mapped address is the same for all others; undefined: no NAT, or not to be found out. */
  readonly mapping: Dependence | undefined;
  /** Who may send to the mapped address; undefined: not to be found out. */
  readonly filtering: Dependence | undefined;
  /** Whether two sockets behind the NAT reach each other by mapped addresses; undefined where there is none. */
  readonly hairpinning: boolean | undefined;
}

/** One of the two sockets: the one that is examined, and one that is only needed for hairpinning. */
export type ProbeSocket = 'main' | 'second';

/** What a discovery works with. */
export interface DiscoveryParts {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly server: SocketAddress;
  /** The main socket's address, as routed to the server. */
  readonly local: SocketAddress;
  /** Puts a datagram on the wire. */
  send(bytes: Uint8Array, to: SocketAddress, socket: ProbeSocket): void;
  done(result: Result<NatBehaviour, BindingFailure>): void;
}

/** Three requests within 3 s: where silence is an answer it should not take long. */
const patience: RetransmissionValues = {rto: 500, rc: 3, rm: 3};
const hairpinPatience: RetransmissionValues = {rto: 300, rc: 2, rm: 2};
const both: Change = {address: true, port: true};
const portOnly: Change = {address: false, port: true};

/**
 * Finds out how a NAT behaves (RFC 5780 section 4) with a server of two addresses and two ports. Filtering comes
 * first: the tests of mapping send to the server's other address and so open the way from there.
 *
 *     binding --> filtering (from other address and port) --silence--> filtering (from other port)
 *             --> mapping (to other address) --differs--> mapping (to other address and port) --> hairpin --> done
 *
 * Where the server has one address only, what is known after the first binding is all. Without NAT there is no
 * mapping to test.
 */
export class BehaviourDiscovery {
  readonly #parts: DiscoveryParts;
  readonly #client: StunClient;
  #mapped: SocketAddress = {address: '', port: 0};
  #other: SocketAddress | undefined;
  #filtering: Dependence | undefined;
  #hairpinId = '';
  #hairpin: Retransmission | undefined;
  #onHairpin: () => void = () => {};

  constructor(parts: DiscoveryParts) {
    this.#parts = parts;
    const {clock, random} = parts;
    this.#client = new StunClient({clock, random, send: (bytes, to) => parts.send(bytes, to, 'main')});
  }

  /** Begins; `done` is called once, never before this returns. */
  start(): void {
    this.#ask(this.#parts.server, undefined, (first) => {
      if (!first.ok) {
        this.#parts.done(first);
        return;
      }
      this.#mapped = first.value.mapped;
      this.#other = first.value.other;
      if (this.#other && this.#other.address !== this.#parts.server.address) this.#testFiltering(this.#other);
      else this.#testHairpinning(undefined);
    });
  }

  /** Takes a datagram that came to the main socket. */
  receive(bytes: Uint8Array, from: SocketAddress): void {
    if (isStun(bytes) && transactionIdOf(bytes) === this.#hairpinId) this.#onHairpin();
    else this.#client.receive(bytes, from);
  }

  /** Ends without a word. */
  cancel(): void {
    this.#client.close();
    this.#hairpin?.stop();
  }

  /** Section 4.4: who gets in that we have not sent anything to? */
  #testFiltering(other: SocketAddress): void {
    const {server} = this.#parts;
    const decide = (filtering: Dependence | undefined) => {
      this.#filtering = filtering;
      this.#testMapping(other);
    };
    this.#ask(server, both, (result) => {
      // A server that cannot do it answers from where it was asked, or refuses.
      if (result.ok) decide(same(result.value.from, other) ? 'endpoint-independent' : undefined);
      else if (result.error.code !== 'timeout') decide(undefined);
      else {
        this.#ask(server, portOnly, (second) => {
          if (!second.ok) decide(second.error.code === 'timeout' ? 'address-and-port-dependent' : undefined);
          else decide(same(second.value.from, server) ? undefined : 'address-dependent');
        });
      }
    });
  }

  /** Section 4.3: are we seen at the same address from elsewhere? */
  #testMapping(other: SocketAddress): void {
    if (!this.#translated) {
      this.#end(undefined, undefined);
      return;
    }
    this.#ask({address: other.address, port: this.#parts.server.port}, undefined, (second) => {
      if (!second.ok) this.#testHairpinning(undefined);
      else if (same(second.value.mapped, this.#mapped)) this.#testHairpinning('endpoint-independent');
      else {
        this.#ask(other, undefined, (third) => {
          if (!third.ok) this.#testHairpinning(undefined);
          else {
            const unchanged = same(third.value.mapped, second.value.mapped);
            this.#testHairpinning(unchanged ? 'address-dependent' : 'address-and-port-dependent');
          }
        });
      }
    });
  }

  /** Section 4.5: does what the second socket sends to the mapped address of the main one arrive? */
  #testHairpinning(mapping: Dependence | undefined): void {
    if (!this.#translated) {
      this.#end(mapping, undefined);
      return;
    }
    const {clock, random, send} = this.#parts;
    const transactionId = random(12);
    const bytes = writeMessage({
      class: messageClass.request,
      method: bindingMethod,
      transactionId,
      attributes: [],
    });
    this.#hairpinId = transactionIdOf(bytes);
    const finish = (hairpinning: boolean) => {
      this.#hairpinId = '';
      this.#hairpin?.stop();
      this.#end(mapping, hairpinning);
    };
    this.#onHairpin = () => finish(true);
    const repeat = () => send(bytes, this.#mapped, 'second');
    this.#hairpin = new Retransmission(clock, hairpinPatience, repeat, () => finish(false));
  }

  get #translated(): boolean {
    return !same(this.#mapped, this.#parts.local);
  }

  #ask(
    server: SocketAddress,
    change: Change | undefined,
    done: (result: Result<Binding, BindingFailure>) => void,
  ): void {
    this.#client.bind({server, retransmission: patience, ...(change ? {change} : {})}, done);
  }

  #end(mapping: Dependence | undefined, hairpinning: boolean | undefined): void {
    const translated = this.#translated;
    this.#parts.done(
      success({mapped: this.#mapped, translated, mapping, filtering: this.#filtering, hairpinning}),
    );
  }
}

function same(one: SocketAddress, other: SocketAddress): boolean {
  return one.address === other.address && one.port === other.port;
}
