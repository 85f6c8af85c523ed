import {createRequest, createResponse} from '../../../firmware/sip/message/create.ts';
import type {SipMessage, SipRequest, SipResponse} from '../../../firmware/sip/message/message.ts';
import {parseMessage} from '../../../firmware/sip/message/parse.ts';
import {writeMessage} from '../../../firmware/sip/message/write.ts';
import {TransactionLayer} from '../../../firmware/sip/transaction/transaction-layer.ts';
import type {Destination} from '../../../firmware/sip/transport/transport.ts';
import {FakeClock} from '../../support/fake-clock.ts';
import {FakeNetwork, type FakeTransport, seededBytes} from '../../support/fake-network.ts';

/** Where the peer of a `Scene` is. */
export const peer = {transport: 'UDP', address: '192.0.2.2', port: 5060} as const satisfies Destination;

/** A transaction layer at 192.0.2.1 on a network and a clock of its own. */
export function newLayer(network: FakeNetwork, clock: FakeClock, address = '192.0.2.1'): TransactionLayer {
  const transport = network.open(address);
  const seed = Number(address.split('.').at(-1));
  const layer = new TransactionLayer({transport, clock, random: seededBytes(seed)});
  transport.onMessage = (bytes, remote, local) => layer.receive(bytes, remote, local);
  return layer;
}

/** A layer and, opposite, a peer that does nothing but what a test lets it do. */
export class Scene {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork(this.clock);
  readonly layer = newLayer(this.network, this.clock);
  /** What the peer got, in order, and when. */
  readonly arrived: {readonly at: number; readonly message: SipMessage}[] = [];
  readonly #peer: FakeTransport = this.network.open(peer.address);

  constructor() {
    this.#peer.onMessage = (bytes) => {
      const parsed = parseMessage(bytes);
      if (!parsed.ok) throw new Error(parsed.error.text);
      this.arrived.push({at: this.clock.now(), message: parsed.value});
    };
  }

  /** The times at which the peer got something whose method, or whose status, is `what`. */
  times(what: string | number): number[] {
    return this.arrived.filter(({message}) => kindOf(message) === what).map(({at}) => at);
  }

  /** Methods and statuses of all that the peer got. */
  get kinds(): (string | number)[] {
    return this.arrived.map(({message}) => kindOf(message));
  }

  /** The first request with this method that the peer got. */
  request(method: string): SipRequest {
    const found = this.arrived.find(({message}) => kindOf(message) === method)?.message;
    if (found?.kind !== 'request') throw new Error(`no ${method} has come`);
    return found;
  }

  /** The first response with this status that the peer got. */
  response(status: number): SipResponse {
    const found = this.arrived.find(({message}) => kindOf(message) === status)?.message;
    if (found?.kind !== 'response') throw new Error(`no ${status} has come`);
    return found;
  }

  /** Lets the peer send a message to the layer. */
  send(message: SipMessage): void {
    this.sendText(writeMessage(message));
  }

  /** Lets the peer send bytes, as they are. */
  sendText(bytes: Uint8Array | string): void {
    this.#peer.send(Buffer.from(bytes), {transport: 'UDP', address: '192.0.2.1', port: 5060});
    this.clock.advance(0);
  }

  /** Lets the peer answer the first request with this method. */
  answer(method: string, status: number, toTag = 'peer'): void {
    this.send(createResponse(this.request(method), status, undefined, toTag));
  }
}

function kindOf(message: SipMessage): string | number {
  return message.kind === 'request' ? message.method : message.status;
}

/** A request without a Via, as the layers above hand it down. */
export function outgoing(method: string, headers: readonly [string, string][] = []): SipRequest {
  return createRequest({
    method,
    requestUri: 'sip:bob@192.0.2.2',
    from: '<sip:alice@192.0.2.1>;tag=alice',
    to: '<sip:bob@192.0.2.2>',
    callId: 'call-1@192.0.2.1',
    cseq: 17,
    headers,
  });
}

/** A request as the peer sends it. */
export function incoming(
  method: string,
  options: {branch?: string; via?: string; to?: string} = {},
): SipRequest {
  const branch = options.branch ?? 'z9hG4bKpeer1';
  return createRequest({
    method,
    requestUri: 'sip:alice@192.0.2.1',
    via: options.via ?? `SIP/2.0/UDP 192.0.2.2:5060;branch=${branch}`,
    from: '<sip:bob@192.0.2.2>;tag=bob',
    to: options.to ?? '<sip:alice@192.0.2.1>',
    callId: 'call-2@192.0.2.2',
    cseq: 1,
  });
}

/** A user of client transactions that writes down what it is told. */
export class Listener {
  readonly statuses: number[] = [];
  readonly responses: SipResponse[] = [];
  readonly failures: string[] = [];
  readonly texts: string[] = [];
  #now: () => number;

  /** `clock` gives the times in `failures`, such as `timeout at 32000`. */
  constructor(clock: FakeClock) {
    this.#now = () => clock.now();
  }

  onResponse = (response: SipResponse): void => {
    this.statuses.push(response.status);
    this.responses.push(response);
  };

  onFailure = (why: 'timeout' | 'transport', text: string): void => {
    this.failures.push(`${why} at ${this.#now()}`);
    this.texts.push(text);
  };
}
