import {isIP} from 'node:net';
import type {Clock, Timer} from '../../base/clock.ts';
import {type RandomBytes, randomHex} from '../../base/random.ts';
import type {SipRequest, SipResponse} from '../message/message.ts';
import {parseUri, type SipUri} from '../message/uri.ts';
import type {TransactionLayer} from '../transaction/transaction-layer.ts';
import {type Destination, type Transport, TransportError} from '../transport/transport.ts';
import type {AccountOptions, RegistrationStatus} from './account-options.ts';
import {Authenticator, type CredentialsHeader} from './authenticator.ts';
import {contactAddress, contactValue} from './identity.ts';
import type {Located} from './locator.ts';
import {prepareServer} from './prepare-server.ts';
import {registerRequest} from './register-request.ts';
import {RegistrarFlow} from './registrar-flow.ts';
import {grantedSeconds, minimumSeconds, refreshDelay, retryAfter, retryDelay} from './registration-times.ts';
import {avoidance, type ServerHealth, sameServer, serverPatience} from './server-health.ts';
import {refusalText, ServerRound} from './server-round.ts';

/** What a registration works with. */
export interface RegistrationOptions {
  readonly account: AccountOptions;
  readonly transactions: TransactionLayer;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Value of the User-Agent header. */
  readonly userAgentName: string;
  readonly health: ServerHealth;
  /** Finds the servers of the account, the preferred one first (RFC 3263). */
  locate(found: (servers: Located) => void): void;
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
 *                        |            |  +--server fails: the next one--> registering
 *                        +--failure---+--all have failed, refused--> resting --retry--> locating
 *     any --stop--> unregistering --> stopped
 *
 * A server that is silent, cannot be reached or answers 408 or 5xx is left for the next one; any other refusal would be
 * the same everywhere. Each round begins at the preferred server, unless that failed a moment ago; as long as another
 * one stands in for it there is a round each minute, so that the registration comes back soon after the server has.
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
  /** All servers that were found last, the preferred one first. */
  #located: readonly Destination[] = [];
  /** Where it was registered last. */
  #server: Destination | undefined;
  #round = new ServerRound([]);
  /** Counts servers tried, so that a connection that is ready too late changes nothing. */
  #attempt = 0;
  /** Seconds to ask for; 0 when leaving. */
  #expires: number;
  /** Whether the server may hold a binding of ours. */
  #bound = false;
  /** The Contact that the server holds. */
  #contact: string | undefined;
  /** Whether the server may make us change our Contact: once after each refresh. */
  #mayRewrite = true;
  /** Whether to register again as soon as the answer to the present attempt is there. */
  #stale = false;
  #flow: RegistrarFlow;
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
    this.#flow = new RegistrarFlow(options.clock, options.transport);
    this.#callId = randomHex(random, 16);
    this.#fromTag = randomHex(random, 8);
  }

  get status(): RegistrationStatus {
    return this.#status;
  }

  /** The servers of the account: the one where it was registered last, then the others that were found. */
  get servers(): readonly Destination[] {
    const current = this.#server;
    if (!current) return this.#located;
    return [current, ...this.#located.filter((server) => !sameServer(server, current))];
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
    const {account, clock, health, locate} = this.#options;
    this.#state = 'locating';
    this.#round = new ServerRound([]);
    let waiting = true;
    this.#timer = clock.after(locateLimit, () => {
      waiting = false;
      this.#fail(
        `the address of ${account.registrars[0]} could not be found: no answer from name resolution`,
      );
    });
    locate((found) => {
      if (!waiting || this.#state !== 'locating') return;
      waiting = false;
      this.#timer?.cancel();
      if (!found.ok) {
        this.#fail(found.error);
        return;
      }
      this.#located = found.value;
      this.#round = new ServerRound(health.order(found.value));
      this.#state = 'registering';
      this.#tryServer();
    });
  }

  #tryServer(): void {
    const server = this.#round.next();
    const attempt = ++this.#attempt;
    this.#challenges = 0;
    prepareServer(this.#options, server, this.#round.hasMore, (inTime) => {
      if (attempt !== this.#attempt || this.#state !== 'registering') return;
      if (inTime) this.#send(server);
      else this.#serverFailed(server, `no answer from ${server.address}`);
    });
  }

  /** Sends a REGISTER; `credentials` answer the challenge of the one before. */
  #send(server: Destination, credentials?: readonly CredentialsHeader[]): void {
    const {transactions, transport, clock, userAgentName} = this.#options;
    let contact: string;
    try {
      const told = contactAddress(transport, server);
      const user = this.#uri.user ?? this.#options.account.user;
      contact = contactValue(user, told, server.transport, this.#uri.scheme);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      this.#serverFailed(server, error.message);
      return;
    }
    const request = registerRequest(this.#uri, {
      contact,
      expires: this.#expires,
      fromTag: this.#fromTag,
      callId: this.#callId,
      cseq: ++this.#cseq,
      userAgentName,
    });
    // Where we are reached no more nobody should call (RFC 3261 section 10.2.2).
    if (this.#contact !== undefined && this.#contact !== contact) {
      request.headers.append('Contact', `${this.#contact};expires=0`);
    }
    const known = credentials ?? this.#authenticator.anticipate('REGISTER', request.requestUri);
    for (const {name, value} of known) request.headers.append(name, value);
    const since = clock.now();
    const silence = `no answer from ${server.address}`;
    const transaction = transactions.request(request, server, {
      onResponse: (response) => {
        patience?.cancel();
        if (response.status >= 200) this.#receive(server, request, response, contact);
      },
      onFailure: (why, text) => {
        patience?.cancel();
        this.#serverFailed(server, why === 'timeout' ? silence : text);
      },
    });
    const others = this.#round.hasMore && this.#state === 'registering';
    const patience = others
      ? clock.after(serverPatience, () => {
          transaction.terminate();
          transport.unanswered(server, since);
          this.#serverFailed(server, silence);
        })
      : undefined;
  }

  #receive(server: Destination, request: SipRequest, response: SipResponse, contact: string): void {
    const {status} = response;
    if (this.#state === 'stopped') return;
    if (this.#state === 'unregistering' && this.#expires > 0) {
      // This answers the registration that was under way when `stop` was called.
      if (status < 300) {
        this.#bound = true;
        this.#server = server;
      }
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
    this.#server = server;
    this.#options.health.succeeded(server, this.#request);
    const outdated = this.#isOutdated(server, response);
    this.#keepFlow(server);
    if (outdated) {
      this.#challenges = 0;
      this.#send(server);
      return;
    }
    this.#mayRewrite = true;
    const refresh = refreshDelay(grantedSeconds(response, contact, this.#expires));
    const [preferred] = this.#located;
    const standsIn = preferred !== undefined && !sameServer(server, preferred);
    this.#rest(standsIn ? Math.min(refresh, avoidance) : refresh, {registered: true, reason: ''});
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

  /** RFC 5626 section 4.5: where the connection breaks, the server cannot reach us until we register over a new one. */
  #keepFlow(server: Destination): void {
    const {clock} = this.#options;
    const since = clock.now();
    this.#flow.keep(server, (why) => {
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
    this.#giveUp(
      server,
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
    const {status} = response;
    const text = refusalText(server, response, this.#options.account.uri);
    if (status === 408 || (status >= 500 && status < 600))
      this.#serverFailed(server, text, retryAfter(response));
    else this.#giveUp(server, text, retryAfter(response));
  }

  get #request() {
    return {method: 'REGISTER' as const, account: this.#options.account.name};
  }

  /** The next server is tried; without one, all of it again later. `pause`: what the server asked for (ms). */
  #serverFailed(server: Destination, reason: string, pause = 0): void {
    this.#options.health.failed(server, this.#request, reason, pause);
    this.#round.note(reason, pause);
    if (this.#state === 'registering' && this.#round.hasMore) this.#tryServer();
    else this.#fail(this.#round.reason, this.#round.pause);
  }

  /** A server said no, and so would the others. */
  #giveUp(server: Destination, reason: string, pause: number): void {
    this.#options.health.refused(server, this.#request, reason);
    this.#round.note(reason, pause);
    this.#fail(this.#round.reason, pause);
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
    this.#flow.release();
    this.#change({registered: false, reason: 'unregistered'});
    this.#stop.resolve();
  }

  #change(status: RegistrationStatus): void {
    const {registered, reason} = this.#status;
    this.#status = status;
    if (registered !== status.registered || reason !== status.reason) this.onChange?.(status);
  }
}
