import {createHmac} from 'node:crypto';
import type {Clock} from '../../base/clock.ts';
import {type RandomBytes, randomHex} from '../../base/random.ts';
import {TransientMap} from '../../base/transient-map.ts';
import {createResponse} from '../message/create.ts';
import type {SipMessage, SipRequest, SipResponse} from '../message/message.ts';
import {parseMessage} from '../message/parse.ts';
import {writeMessage} from '../message/write.ts';
import {
  type Destination,
  type Flow,
  isReliable,
  type SocketAddress,
  type Transport,
  TransportError,
  type TransportName,
} from '../transport/transport.ts';
import {InviteClientTransaction} from './invite-client.ts';
import {InviteServerTransaction} from './invite-server.ts';
import {DatagramOnly, LargeRequest, largestDatagram} from './large-request.ts';
import {clientKey, magicCookie, serverKey} from './matching.ts';
import {NonInviteClientTransaction} from './non-invite-client.ts';
import {NonInviteServerTransaction} from './non-invite-server.ts';
import {ReceivedRequest} from './received-request.ts';
import type {SenderLimits} from './sender-limits.ts';
import {ServerPool} from './server-pool.ts';
import {defaultTimers, type TimerValues} from './timers.ts';
import type {ClientTransaction, ServerTransaction, Surroundings, TransactionUser} from './transaction.ts';
import {noteSource, responseDestination, setVia} from './via.ts';

type Client = InviteClientTransaction | NonInviteClientTransaction;

/** Seconds that whom we refuse under load is asked to wait. */
const retryAfter = 5;
/** For the Via of a request that has no way out and fails at once. */
const unknownAddress: SocketAddress = {address: '0.0.0.0', port: 5060};
/** The user of a CANCEL: what counts is the answer to the INVITE. */
const nobody: TransactionUser = {onResponse() {}, onFailure() {}};

/**
 * All transactions of a user agent (RFC 3261 section 17): gives each message to the transaction it belongs
 * to and makes those that a new request needs.
 */
export class TransactionLayer {
  /**
   * A new request. `transaction` is undefined for the ACK to a 2xx, which is no transaction and gets no
   * response. CANCEL never comes here: the transaction it cancels hears of it.
   */
  onRequest: (transaction: ServerTransaction | undefined, request: SipRequest, source: Flow) => void =
    () => {};
  /** Whether a request comes from a server of ours or belongs to a dialog of ours: these are not limited. */
  isOurs: (request: SipRequest, source: Flow) => boolean = () => false;
  /** Datagrams that were no SIP message. */
  garbage = 0;
  /** Requests that were refused because too many wait already. */
  refused = 0;
  /** Requests of strangers that were dropped because there were too many of them. */
  dropped = 0;

  #transport: Transport;
  #random: RandomBytes;
  #shared: Pick<Surroundings, 'clock' | 'timers'>;
  /** What the tags of responses outside of transactions are made of, beside the request. */
  #tagSecret: Uint8Array;
  #datagramOnly: DatagramOnly;
  #clients = new TransientMap<Client>();
  #servers = new ServerPool();
  #senders: SenderLimits | undefined;

  /** `senders`: how many requests others than those we deal with may make; without it as many as they like. */
  constructor(options: {
    readonly transport: Transport;
    readonly clock: Clock;
    readonly random: RandomBytes;
    readonly timers?: TimerValues;
    readonly senders?: SenderLimits;
  }) {
    this.#senders = options.senders;
    this.#transport = options.transport;
    this.#random = options.random;
    this.#tagSecret = options.random(16);
    this.#datagramOnly = new DatagramOnly(options.clock);
    this.#shared = {clock: options.clock, timers: options.timers ?? defaultTimers};
  }

  /** Transactions that are alive. */
  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  /**
   * Sends a request other than ACK in a transaction of its own. Its Via is set here, so the request must
   * not be in use by another transaction. `user` is never called before this returns. What is too large for UDP goes
   * over TCP where it can (section 18.1.1).
   */
  request(request: SipRequest, destination: Destination, user: TransactionUser): ClientTransaction {
    const start = (to: Destination, listener: TransactionUser): Client =>
      this.#startClient(request, to, listener, this.#setVia(request, to));
    const problem = this.#setVia(request, destination);
    const large = destination.transport === 'UDP' && writeMessage(request).length > largestDatagram;
    if (large && !this.#datagramOnly.has(destination)) {
      return new LargeRequest(start, destination, user, () => this.#datagramOnly.add(destination));
    }
    return this.#startClient(request, destination, user, problem);
  }

  /**
   * Sends the ACK to a 2xx, outside of any transaction (RFC 3261 section 13.2.2.4). The first time it is given
   * its Via; to repeat it, hand in the same request again.
   */
  sendAck(ack: SipRequest, destination: Destination): void {
    if (!ack.headers.get('Via')) this.#setVia(ack, destination);
    this.#senders?.notePeer(destination.address);
    this.#transport.send(writeMessage(ack), destination);
  }

  /** Takes what may be a message. `local` is the bound address of the socket it came to, or the near end of a connection. */
  receive(
    bytes: Uint8Array,
    remote: SocketAddress,
    local: SocketAddress,
    transport: TransportName = 'UDP',
  ): void {
    const source: Flow = {transport, local, remote, reliable: isReliable(transport)};
    const parsed = parseMessage(bytes);
    if (!parsed.ok) {
      this.garbage++;
      const {request, status} = parsed.error;
      if (request && status !== undefined && this.#admits(remote)) {
        noteSource(request, remote);
        this.#refuse(request, source, status);
      }
      return;
    }
    const message: SipMessage = parsed.value;
    if (message.kind === 'response') this.#receiveResponse(message);
    else this.#receiveRequest(message, source, bytes.length);
  }

  /** Ends every transaction without a word; nothing is left running. */
  close(): void {
    for (const client of this.#clients.values()) client.terminate();
    this.#servers.terminateAll();
  }

  #receiveResponse(response: SipResponse): void {
    // RFC 3261 section 8.1.3.3: a second Via means that it was meant for somebody else.
    if (response.headers.list('Via').length > 1) return;
    // One that belongs to no transaction is dropped: even a 2xx, 64*T1 after the first (section 13.2.2.4).
    this.#clients.get(clientKey(response))?.receive(response);
  }

  #receiveRequest(request: SipRequest, source: Flow, size: number): void {
    noteSource(request, source.remote);
    const key = serverKey(request, request.method === 'ACK' ? 'INVITE' : request.method);
    const known = this.#servers.get(key);
    if (request.method === 'ACK') {
      if (!(known instanceof InviteServerTransaction) || known.acknowledge())
        this.onRequest(undefined, request, source);
    } else if (known) {
      known.receiveAgain();
    } else if (!this.#isKnown(request, source) && !this.#admits(source.remote)) {
      this.dropped++;
    } else if (!this.#servers.hasRoomFor(source.remote.address)) {
      this.refused++;
      this.#refuse(request, source, 503);
    } else {
      const server = this.#startServer(key, request, source, size);
      if (request.method === 'CANCEL') this.#cancel(server, request);
      else this.onRequest(server, request, source);
    }
  }

  /** Whether a request belongs to something that is there already, or comes from a server of ours. */
  #isKnown(request: SipRequest, source: Flow): boolean {
    const cancels = request.method === 'CANCEL' && this.#servers.get(serverKey(request, 'INVITE'));
    return Boolean(cancels) || this.isOurs(request, source);
  }

  /** Whether a sender may have an answer now. */
  #admits({address}: SocketAddress): boolean {
    return this.#senders?.mayAsk(address) ?? true;
  }

  /** RFC 3261 section 9.2: the CANCEL is answered, whatever becomes of the INVITE. */
  #cancel(server: ServerTransaction, cancel: SipRequest): void {
    const invite = this.#servers.get(serverKey(cancel, 'INVITE'));
    if (!(invite instanceof InviteServerTransaction)) {
      server.respond(createResponse(cancel, 481, undefined, this.#newTag()));
      return;
    }
    server.respond(createResponse(cancel, 200, undefined, invite.toTag ?? this.#newTag()));
    if (invite.state === 'proceeding') invite.onCancel?.(cancel);
  }

  #startClient(
    request: SipRequest,
    destination: Destination,
    user: TransactionUser,
    problem?: string,
  ): Client {
    this.#senders?.notePeer(destination.address);
    const key = clientKey(request);
    const reliable = isReliable(destination.transport);
    const since = this.#shared.clock.now();
    const surroundings: Surroundings = {
      ...this.#shared,
      reliable,
      send: (bytes) => {
        const onError = (text: string) => this.#clients.get(key)?.transportFailed(text);
        if (problem === undefined) this.#transport.send(bytes, destination, onError);
        else this.#shared.clock.after(0, () => onError(problem));
      },
      onTerminated: () => this.#clients.delete(key),
    };
    const sendCancel = (cancel: SipRequest) => void this.#startClient(cancel, destination, nobody);
    const listener: TransactionUser = reliable
      ? {
          onResponse: (response) => user.onResponse(response),
          onFailure: (why, text) => {
            if (why === 'timeout') this.#transport.unanswered(destination, since);
            user.onFailure(why, text);
          },
        }
      : user;
    const client =
      request.method === 'INVITE'
        ? new InviteClientTransaction(request, listener, surroundings, sendCancel)
        : new NonInviteClientTransaction(request, listener, surroundings);
    this.#clients.set(key, client);
    return client;
  }

  #startServer(key: string, request: SipRequest, source: Flow, size: number): ServerTransaction {
    const destination = responseDestination(request, source);
    const {address} = source.remote;
    const surroundings: Surroundings = {
      ...this.#shared,
      reliable: source.reliable,
      send: (bytes) => {
        this.#transport.send(bytes, destination, (text) => server.transportFailed(text));
        if (beginsDialog(server)) this.#senders?.notePeer(address);
        this.#servers.onResponded(pooled);
      },
      onTerminated: () => this.#servers.remove(pooled),
    };
    const server =
      request.method === 'INVITE'
        ? new InviteServerTransaction(request, surroundings, () => this.#senders?.mayRepeat(address) ?? true)
        : new NonInviteServerTransaction(surroundings);
    const pooled = this.#servers.add(key, server, request, address, size);
    return new ReceivedRequest(request, source, server, pooled.merged);
  }

  /** Answers without keeping anything: a request that comes again gets the same tag (RFC 3261 section 8.2.7). */
  #refuse(request: SipRequest, source: Flow, status: number): void {
    const tag = createHmac('sha256', this.#tagSecret).update(request.headers.toOctets(''), 'latin1');
    const response = createResponse(request, status, undefined, tag.digest('hex').slice(0, 16));
    if (status === 503) response.headers.set('Retry-After', String(retryAfter));
    this.#transport.send(writeMessage(response), responseDestination(request, source));
  }

  /** Gives the request its Via; returns why it cannot be sent, where it cannot. */
  #setVia(request: SipRequest, destination: Destination): string | undefined {
    const branch = magicCookie + randomHex(this.#random, 10);
    const {transport} = destination;
    try {
      setVia(request, transport, this.#transport.localAddress(destination), branch);
      return undefined;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      setVia(request, transport, unknownAddress, branch);
      return error.message;
    }
  }

  #newTag(): string {
    return randomHex(this.#random, 8);
  }
}

/** Whether the last response to an INVITE began a dialog: a refusal begins none (RFC 3261 section 12.1). */
function beginsDialog(server: InviteServerTransaction | NonInviteServerTransaction): boolean {
  const open = server.state === 'proceeding' || server.state === 'accepted';
  return open && server instanceof InviteServerTransaction && server.toTag !== undefined;
}
