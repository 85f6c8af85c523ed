import type {Clock} from '../../base/clock.ts';
import type {RandomBytes} from '../../base/random.ts';
import {type Destination, type Hold, noHold, type Transport} from '../transport/transport.ts';
import {contactAddress} from './identity.ts';
import {NatKeepAlive} from './nat-keep-alive.ts';
import {sameServer} from './server-health.ts';
import {StunKeepAlive} from './stun-keep-alive.ts';

/** The longest pauses (ms) between keep-alives where the server names none (RFC 5626 section 4.4). */
const streamPause = 120_000;
const datagramPause = 29_000;

/** What a server has agreed to with a registration. */
export interface FlowTerms {
  /** Whether it answers keep-alives (RFC 5626). */
  readonly outbound: boolean;
  /** The longest pause (ms) between them; undefined where it names none. */
  readonly flowTimer: number | undefined;
}

/**
 * The way on which a server reaches us, kept open: a connection, by line ends that the server answers; a flow over UDP,
 * by STUN where the server knows outbound; the mapping of a NAT, by line ends that nobody answers.
 */
export class RegistrarFlow {
  #clock: Clock;
  #transport: Transport;
  #random: RandomBytes;
  #keepAlive: NatKeepAlive;
  #stun: StunKeepAlive | undefined;
  #hold: Hold = noHold;
  #kept: {readonly server: Destination; readonly terms: FlowTerms} | undefined;
  #onLost: (why: string) => void = () => {};

  constructor(clock: Clock, transport: Transport, random: RandomBytes) {
    this.#clock = clock;
    this.#transport = transport;
    this.#random = random;
    this.#keepAlive = new NatKeepAlive(clock, transport);
  }

  /** Keeps the way from `server`, and no other. `onLost` is called when it is found to be dead, with plain words. */
  keep(server: Destination, terms: FlowTerms, onLost: (why: string) => void): void {
    this.#onLost = onLost;
    if (server.transport === 'UDP') this.#keepMapping(server, terms);
    else {
      this.release();
      const keepAlive = terms.outbound ? this.#pause(terms, streamPause) : undefined;
      this.#hold = this.#transport.hold(server, (why) => this.#onLost(why), keepAlive);
    }
  }

  /** Lets it close. */
  release(): void {
    this.#kept = undefined;
    this.#stun?.stop();
    this.#stun = undefined;
    this.#keepAlive.stop();
    this.#hold.release();
    this.#hold = noHold;
  }

  #keepMapping(server: Destination, terms: FlowTerms): void {
    const {probe} = this.#transport;
    if (!terms.outbound || !probe) {
      this.release();
      if (this.#isBehindNat(server)) this.#keepAlive.start(server);
      return;
    }
    const kept = this.#kept;
    // A refresh is no reason to forget how the server saw us.
    if (kept && sameServer(kept.server, server) && kept.terms.flowTimer === terms.flowTimer) return;
    this.release();
    this.#kept = {server, terms};
    this.#stun = new StunKeepAlive(
      this.#clock,
      (done) => probe(server, done),
      this.#pause(terms, datagramPause),
      {
        onUnsupported: () => this.#keepAlive.start(server),
        onLost: (why) => {
          this.release();
          this.#onLost(why);
        },
      },
    );
  }

  #isBehindNat(server: Destination): boolean {
    const told = contactAddress(this.#transport, server);
    const local = this.#transport.localAddress(server);
    return told.address !== local.address || told.port !== local.port;
  }

  /** From 80 % of the longest pause to all of it (RFC 5626 section 4.4), so that not all stations send at once. */
  #pause({flowTimer}: FlowTerms, usual: number): number {
    return (flowTimer ?? usual) * (0.8 + (0.2 * this.#random(1)[0]!) / 255);
  }
}
