import {isIP} from 'node:net';
import type {Clock, Timer} from '../../base/clock.ts';
import {type RandomBytes, randomHex} from '../../base/random.ts';
import type {Result} from '../../base/result.ts';
import type {EncryptionWish} from '../dialog/negotiation.ts';
import {createRequest} from '../message/create.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import {formatHost, parseUri, type SipUri} from '../message/uri.ts';
import type {TransactionLayer} from '../transaction/transaction-layer.ts';
import {type Destination, type Hold, noHold, type Transport, TransportError} from '../transport/transport.ts';
import {Authenticator, type CredentialsHeader} from './authenticator.ts';
import {contactAddress, contactValue} from './identity.ts';
import {NatKeepAlive} from './nat-keep-alive.ts';
import {grantedSeconds, minimumSeconds, refreshDelay, retryAfter, retryDelay} from './registration-times.ts';

/** An account at a SIP server. */
export interface AccountOptions {
  /** What it is called here. */
  readonly name: string;
  /** Address of record, for example `sip:door@example.org`. */
  readonly uri: string;
  /** Digest user name. */
  readonly user: string;
  readonly password: string;
  /** URI of the server that requests are sent to. */
  readonly registrar: string;
  /** How long a registration is asked for, in seconds. */
  readonly expires: number;
  /** Whether sound is encrypted (SRTP); off where missing. */
  readonly srtp?: EncryptionWish | undefined;
}

/** Whether the server knows where we are. */
export interface RegistrationStatus {
  readonly registered: boolean;
  /** Why not, in plain words; empty while registered. */
  readonly reason: string;
}

/** What a registration works with. */
export interface RegistrationOptions {
  readonly account: AccountOptions;
  readonly transactions: TransactionLayer;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Value of the User-Agent header. */
  readonly userAgentName: string;
  /** Finds where requests to a URI go (RFC 3263); a failure is a sentence. */
  locate(uri: string, found: (destination: Result<Destination, string>) => void): void;
}

/** How long (ms) finding the server may take. */
const locateLimit = 10_000;
/** How long (ms) a registration must have lasted for a lost connection to be replaced at once. */
const steadyTime = 30_000;
/** How long (ms) `stop` waits for the server. */
const stopLimit = 2000;
/** How often one attempt may be challenged: by the server, by a proxy before it, and once for a stale nonce. */
const challengeLimit = 3;

/**
 * Keeps one account registered (RFC 3261 section 10.2): registers, refreshes in time, and after any failure tries
 * again, with growing pauses, for ever.
 *
 *     idle --start--> locating --> registering --2xx--> resting --refresh--> locating
 *                        |              +--failure--> resting --retry--> locating
 *     any --stop--> unregistering --> stopped
 */
export class Registration {
  /** Called when the status changes. */
  onChange: ((status: RegistrationStatus) => void) | undefined;
  #options: RegistrationOptions;
  #uri: SipUri;
  #authenticator: Authenticator;
  #callId: string;
  #fromTag: string;
  #cseq = 0;
  #state: 'idle' | 'locating' | 'registering' | 'resting' | 'unregistering' | 'stopped' = 'idle';
  #status: RegistrationStatus = {registered: false, reason: 'not registered yet'};
  #server: Destination | undefined;
  /** Seconds to ask for; 0 when leaving. */
  #expires: number;
  /** Whether the server may hold a binding of ours. */
  #bound = false;
  /** Keeps the connection over which the server reaches us. */
  #hold: Hold = noHold;
  /** The Contact that the server holds. */
  #contact: string | undefined;
  /** Whether the server may make us change our Contact: once after each refresh. */
  #mayRewrite = true;
  /** Whether to register again as soon as the answer to the present attempt is there. */
  #stale = false;
  #keepAlive: NatKeepAlive;
  #failures = 0;
  #challenges = 0;
  /** What is waited for: the name, the time to refresh or to try again, or the end of `stop`. */
  #timer: Timer | undefined;
  #stop = Promise.withResolvers<void>();

  /** @throws Error when the account's URI is no SIP URI. */
  constructor(options: RegistrationOptions) {
    const {account, random} = options;
    const uri = parseUri(account.uri);
    if (!uri.ok || uri.value.host === undefined) throw new Error(`not a SIP URI: ${account.uri}`);
    this.#options = options;
    this.#uri = uri.value;
    this.#expires = account.expires;
    this.#authenticator = new Authenticator(account, random);
    this.#keepAlive = new NatKeepAlive(options.clock, options.transport);
    this.#callId = randomHex(random, 16);
    this.#fromTag = randomHex(random, 8);
  }

  get status(): RegistrationStatus {
    return this.#status;
  }

  /** Where the server was found last. */
  get server(): Destination | undefined {
    return this.#server;
  }

  /** Registers, and stays registered until `stop`. */
  start(): void {
    if (this.#state === 'idle') this.#locate();
  }

  /** Registers at once: our address, or how it is seen from outside, has changed. */
  refresh(): void {
    if (this.#state === 'registering') this.#stale = true;
    if (this.#state !== 'resting') return;
    this.#timer?.cancel();
    this.#locate();
  }

  /** Unregisters; resolves when the server has answered, or after 2 s. There is no way back. */
  stop(): Promise<void> {
    const {clock} = this.#options;
    const before = this.#state;
    if (before === 'unregistering' || before === 'stopped') return this.#stop.promise;
    this.#state = 'unregistering';
    this.#timer?.cancel();
    this.#timer = clock.after(stopLimit, () => this.#finish());
    // RFC 3261 section 10.2: not before the outstanding REGISTER has been answered.
    if (before !== 'registering') this.#unregister();
    return this.#stop.promise;
  }

  #locate(): void {
    const {account, clock, locate} = this.#options;
    this.#state = 'locating';
    this.#challenges = 0;
    let waiting = true;
    this.#timer = clock.after(locateLimit, () => {
      waiting = false;
      this.#fail(`the address of ${account.registrar} could not be found: no answer from name resolution`);
    });
    locate(account.registrar, (found) => {
      if (!waiting || this.#state !== 'locating') return;
      waiting = false;
      this.#timer?.cancel();
      if (!found.ok) {
        this.#fail(found.error);
        return;
      }
      this.#server = found.value;
      this.#state = 'registering';
      this.#send(found.value);
    });
  }

  /** Sends a REGISTER; `credentials` answer the challenge of the one before. */
  #send(server: Destination, credentials?: readonly CredentialsHeader[]): void {
    const {transactions, transport} = this.#options;
    let contact: string;
    try {
      const told = contactAddress(transport, server);
      const user = this.#uri.user ?? this.#options.account.user;
      contact = contactValue(user, told, server.transport, this.#uri.scheme);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      this.#fail(error.message);
      return;
    }
    const request = this.#build(contact);
    // Where we are reached no more nobody should call (RFC 3261 section 10.2.2).
    if (this.#contact !== undefined && this.#contact !== contact) {
      request.headers.append('Contact', `${this.#contact};expires=0`);
    }
    const known = credentials ?? this.#authenticator.anticipate('REGISTER', request.requestUri);
    for (const {name, value} of known) request.headers.append(name, value);
    transactions.request(request, server, {
      onResponse: (response) => {
        if (response.status >= 200) this.#receive(server, request, response, contact);
      },
      onFailure: (why, text) => {
        this.#fail(why === 'timeout' ? `no answer from ${server.address}` : text);
      },
    });
  }

  #build(contact: string): SipRequest {
    const {userAgentName} = this.#options;
    const {scheme, user, host, port} = this.#uri;
    const domain = port === undefined ? formatHost(host) : `${formatHost(host)}:${port}`;
    const addressOfRecord = user === undefined ? `<${scheme}:${domain}>` : `<${scheme}:${user}@${domain}>`;
    return createRequest({
      method: 'REGISTER',
      // The domain alone (section 10.2): servers refuse a user part here.
      requestUri: `${scheme}:${domain}`,
      from: `${addressOfRecord};tag=${this.#fromTag}`,
      to: addressOfRecord,
      callId: this.#callId,
      cseq: ++this.#cseq,
      contact,
      headers: [
        ['Expires', String(this.#expires)],
        ['User-Agent', userAgentName],
      ],
    });
  }

  #receive(server: Destination, request: SipRequest, response: SipResponse, contact: string): void {
    const {status} = response;
    if (this.#state === 'stopped') return;
    if (this.#state === 'unregistering' && this.#expires > 0) {
      // This answers the registration that was under way when `stop` was called.
      this.#bound ||= status < 300;
      this.#unregister();
    } else if (status < 300) this.#succeed(server, response, contact);
    else if (status === 401 || status === 407) this.#challenged(server, request, response);
    else if (status === 423) this.#tooBrief(server, response);
    else this.#refused(server, response);
  }

  #succeed(server: Destination, response: SipResponse, contact: string): void {
    if (this.#state === 'unregistering') {
      this.#finish();
      return;
    }
    this.#bound = true;
    this.#contact = contact;
    this.#failures = 0;
    const outdated = this.#isOutdated(server, response);
    this.#keepOpen(server);
    if (outdated) {
      this.#challenges = 0;
      this.#send(server);
      return;
    }
    this.#mayRewrite = true;
    const seconds = grantedSeconds(response, contact, this.#expires);
    this.#keepConnection(server);
    this.#rest(refreshDelay(seconds), {registered: true, reason: ''});
  }

  /**
   * Whether the Contact that was just registered is not the right one any more: because our address changed meanwhile,
   * or because the server saw the request come from elsewhere (RFC 3581 section 4). Where it does so each time there is
   * nothing to be gained by following it again and again.
   */
  #isOutdated(server: Destination, {via}: SipResponse): boolean {
    const {received: address = via.host, rport: port} = via;
    const seen = typeof port === 'number' && isIP(address) !== 0 ? {address, port} : undefined;
    const elsewhere = seen !== undefined && this.#options.transport.noteSeen?.(server, seen) === true;
    const outdated = this.#stale || (elsewhere && this.#mayRewrite);
    if (elsewhere) this.#mayRewrite = false;
    this.#stale = false;
    return outdated;
  }

  /** Keeps the way back open where a NAT is between. */
  #keepOpen(server: Destination): void {
    const {transport} = this.#options;
    const told = contactAddress(transport, server);
    const local = transport.localAddress(server);
    const behindNat = told.address !== local.address || told.port !== local.port;
    if (behindNat && server.transport === 'UDP') this.#keepAlive.start(server);
    else this.#keepAlive.stop();
  }

  /** RFC 5626 section 4.5: where the connection breaks, the server cannot reach us until we register over a new one. */
  #keepConnection(server: Destination): void {
    const {clock, transport} = this.#options;
    const since = clock.now();
    this.#hold.release();
    this.#hold = transport.hold(server, (why) => {
      if (this.#state !== 'resting') return;
      this.#timer?.cancel();
      const pause = Math.max(0, since + steadyTime - clock.now());
      this.#rest(pause, {registered: false, reason: `the connection to ${server.address} was lost: ${why}`});
    });
  }

  #challenged(server: Destination, request: SipRequest, response: SipResponse): void {
    const answer =
      this.#challenges < challengeLimit ? this.#authenticator.answer(request, response) : undefined;
    if (answer) {
      this.#challenges++;
      this.#send(server, answer);
      return;
    }
    const tried = request.headers.get(response.status === 401 ? 'Authorization' : 'Proxy-Authorization');
    this.#authenticator.forget();
    this.#fail(
      tried === undefined
        ? `${server.address} asks for a kind of login that is not supported`
        : `password refused by ${server.address}`,
      retryAfter(response),
    );
  }

  /** RFC 3261 section 10.2.8: ask again, for as long as the server wants at least. */
  #tooBrief(server: Destination, response: SipResponse): void {
    const minimum = minimumSeconds(response);
    if (this.#state !== 'registering' || minimum === undefined || minimum <= this.#expires) {
      this.#refused(server, response);
      return;
    }
    this.#expires = minimum;
    this.#send(server);
  }

  #refused(server: Destination, response: SipResponse): void {
    const {status, reason} = response;
    const {uri} = this.#options.account;
    this.#fail(
      status === 404
        ? `${server.address} does not know ${uri} (404 ${reason})`
        : `refused by ${server.address}: ${status} ${reason}`,
      retryAfter(response),
    );
  }

  /** Tries again later: not before `atLeast` ms, and the later the more often it failed. */
  #fail(reason: string, atLeast = 0): void {
    if (this.#state === 'unregistering' || this.#state === 'stopped') {
      this.#finish();
      return;
    }
    const pause = Math.max(atLeast, retryDelay(this.#failures, this.#options.random));
    this.#failures++;
    this.#rest(pause, {registered: false, reason});
  }

  #rest(milliseconds: number, status: RegistrationStatus): void {
    this.#state = 'resting';
    this.#timer = this.#options.clock.after(milliseconds, () => this.#locate());
    this.#change(status);
  }

  #unregister(): void {
    if (!this.#bound || !this.#server) {
      this.#finish();
      return;
    }
    this.#expires = 0;
    this.#challenges = 0;
    this.#send(this.#server);
  }

  #finish(): void {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    this.#timer?.cancel();
    this.#hold.release();
    this.#keepAlive.stop();
    this.#change({registered: false, reason: 'unregistered'});
    this.#stop.resolve();
  }

  #change(status: RegistrationStatus): void {
    const {registered, reason} = this.#status;
    this.#status = status;
    if (registered !== status.registered || reason !== status.reason) this.onChange?.(status);
  }
}
