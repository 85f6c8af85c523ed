import type {Clock} from '../../base/clock.ts';
import {type Destination, type Hold, noHold, type Transport} from '../transport/transport.ts';
import {contactAddress} from './identity.ts';
import {NatKeepAlive} from './nat-keep-alive.ts';

/** The way on which a server reaches us, kept open: a connection, or the mapping of a NAT. */
export class RegistrarFlow {
  #transport: Transport;
  #keepAlive: NatKeepAlive;
  #hold: Hold = noHold;

  constructor(clock: Clock, transport: Transport) {
    this.#transport = transport;
    this.#keepAlive = new NatKeepAlive(clock, transport);
  }

  /** Keeps the way from `server`, and no other. `onLost` is called when a connection breaks, with plain words. */
  keep(server: Destination, onLost: (why: string) => void): void {
    const told = contactAddress(this.#transport, server);
    const local = this.#transport.localAddress(server);
    const behindNat = told.address !== local.address || told.port !== local.port;
    if (behindNat && server.transport === 'UDP') this.#keepAlive.start(server);
    else this.#keepAlive.stop();
    this.#hold.release();
    this.#hold = this.#transport.hold(server, onLost);
  }

  /** Lets it close. */
  release(): void {
    this.#keepAlive.stop();
    this.#hold.release();
  }
}
