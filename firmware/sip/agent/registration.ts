import type {Clock, Timer} from '../../base/clock.ts';
import type {RandomBytes} from '../../base/random.ts';
import type {Route} from '../dialog/routing.ts';
import type {SipResponse} from '../message/message.ts';
import type {TransactionLayer} from '../transaction/transaction-layer.ts';
import type {Destination, Transport} from '../transport/transport.ts';
import type {AccountOptions, AttemptTimes, RegistrationStatus} from './account-options.ts';
import {Authenticator} from './authenticator.ts';
import {Binding} from './binding.ts';
import {ContactCheck} from './contact-check.ts';
import type {Located} from './locator.ts';
import {Recovery} from './recovery.ts';
import {RegistrarFlow} from './registrar-flow.ts';
import {type AttemptEnd, RegistrationAttempt} from './registration-attempt.ts';
import {flowTimer, grantedSeconds, refreshDelay} from './registration-times.ts';
import {avoidance, type ServerHealth, sameServer} from './server-health.ts';
import {ServerRound} from './server-round.ts';

/** What a registration works with. */
export interface RegistrationOptions {
  readonly account: AccountOptions;
  readonly transactions: TransactionLayer;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Value of the User-Agent header. */
  readonly userAgentName: string;
  /** The URN of this device (RFC 5626 section 4.1); without it there is no outbound. */
  readonly instance?: string | undefined;
  readonly health: ServerHealth;
  /** Finds the servers of the account, the preferred one first (RFC 3263). */
  locate(found: (servers: Located) => void): void;
}

/** How long (ms) finding the server may take. */
const locateLimit = 10_000;
/** How long (ms) `stop` waits for the server. */
const stopLimit = 2000;

/**
 * Keeps one account registered (RFC 3261 section 10.2, RFC 5626): registers, refreshes in time, and after any failure
 * tries again, with growing pauses, for ever.
 *
 *     idle --start--> locating --> registering --accepted--> resting --refresh, flow lost--> locating
 *                        |            |  +--server failed: the next one--> registering
 *                        +--failure---+--all have failed, refused--> resting --retry--> locating
 *     any --stop--> leaving --> stopped
 *
 * A server that is silent, cannot be reached or answers 408 or 5xx is left for the next one; any other refusal would be
 * the same everywhere. Each round begins at the preferred server, unless that failed a moment ago; as long as another
 * one stands in for it there is a round each minute, so that the registration comes back soon after the server has.
 */
export class Registration {
  /** Called when the status changes. */
  onChange: ((status: RegistrationStatus) => void) | undefined;
  #options: RegistrationOptions;
  #authenticator: Authenticator;
  #binding: Binding;
  #flow: RegistrarFlow;
  #state: 'idle' | 'locating' | 'registering' | 'resting' | 'leaving' | 'stopped' = 'idle';
  #status: RegistrationStatus = {registered: false, reason: 'not registered yet'};
  #times: AttemptTimes = {attempts: 0, lastAttempt: undefined, nextAttempt: undefined};
  /** All servers that were found last, the preferred one first. */
  #located: readonly Destination[] = [];
  /** Where it was registered last: it may hold our binding. */
  #server: Destination | undefined;
  #round = new ServerRound([]);
  #attempt: RegistrationAttempt | undefined;
  #contact: ContactCheck;
  #recovery: Recovery;
  /** What is waited for: the name, the time to refresh or to try again, or the end of `stop`. */
  #timer: Timer | undefined;
  #stop = Promise.withResolvers<void>();

  /** @throws Error when the account's URI is no SIP URI. */
  constructor(options: RegistrationOptions) {
    const {account, clock, transport, random, instance} = options;
    this.#options = options;
    this.#authenticator = new Authenticator(account, random);
    this.#binding = new Binding({...options, instance});
    this.#flow = new RegistrarFlow(clock, transport, random);
    this.#contact = new ContactCheck(transport);
    this.#recovery = new Recovery(clock, random);
  }

  get status(): RegistrationStatus {
    return this.#status;
  }

  /** How often a server was asked, and when. */
  get times(): AttemptTimes {
    return this.#times;
  }

  /** The servers of the account: the one where it was registered last, then the others that were found. */
  get servers(): readonly Destination[] {
    const current = this.#server;
    if (!current) return this.#located;
    return [current, ...this.#located.filter((server) => !sameServer(server, current))];
  }

  /** The realms that its server and proxies before it have asked for a password. */
  get realms(): ReadonlySet<string> {
    return this.#authenticator.realms;
  }

  /** Through whom requests of the account go (RFC 3608). */
  get routes(): readonly Route[] {
    return this.#binding.routes;
  }

  /** Whether what is sent to `server` goes over a flow on which it reaches us (RFC 5626). */
  hasFlow(server: Destination): boolean {
    const there = this.#server !== undefined && sameServer(this.#server, server);
    return there && this.#status.registered && this.#binding.outbound;
  }

  /** Registers, and stays registered until `stop`. */
  start(): void {
    if (this.#state === 'idle') this.#locate();
  }

  /** Registers at once: our address, or how it is seen from outside, has changed. */
  refresh(): void {
    this.#recovery.forgetFailures();
    if (this.#state === 'registering') this.#contact.spoil();
    if (this.#state !== 'resting') return;
    this.#flow.release();
    this.#locate();
  }

  /** Unregisters; resolves when the server has answered, or after 2 s. There is no way back. */
  stop(): Promise<void> {
    if (this.#state === 'leaving' || this.#state === 'stopped') return this.#stop.promise;
    this.#state = 'leaving';
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(stopLimit, () => this.#finish());
    // RFC 3261 section 10.2: not before the outstanding REGISTER has been answered.
    if (this.#attempt) this.#attempt.conclude();
    else this.#leave();
    return this.#stop.promise;
  }

  #locate(): void {
    const {account, clock, health, locate} = this.#options;
    this.#state = 'locating';
    this.#times = {...this.#times, nextAttempt: undefined};
    this.#timer?.cancel();
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
      this.#try(this.#round.next());
    });
  }

  #try(server: Destination): void {
    const {account, clock} = this.#options;
    const {attempts} = this.#times;
    this.#times = {attempts: attempts + 1, lastAttempt: clock.wallTime(), nextAttempt: undefined};
    const parts = {
      ...this.#options,
      binding: this.#binding,
      authenticator: this.#authenticator,
      uri: account.uri,
    };
    const others = this.#round.hasMore && this.#state === 'registering';
    this.#attempt = new RegistrationAttempt(parts, server, others, (end) => {
      this.#attempt = undefined;
      this.#attempted(server, end);
    });
    this.#attempt.start();
  }

  #attempted(server: Destination, end: AttemptEnd): void {
    const {health} = this.#options;
    if (this.#state === 'leaving') {
      if (end.kind === 'accepted') this.#server = server;
      if (this.#binding.expires === 0) this.#finish();
      else this.#leave();
    } else if (end.kind === 'accepted') {
      health.succeeded(server, this.#request);
      this.#succeed(server, end.response, end.contact);
    } else {
      const {reason, pause} = end;
      if (end.kind === 'failed') health.failed(server, this.#request, reason, pause);
      else health.refused(server, this.#request, reason);
      this.#round.note(reason, pause);
      if (end.kind === 'failed' && this.#round.hasMore) this.#try(this.#round.next());
      else this.#fail(this.#round.reason, end.kind === 'failed' ? this.#round.pause : pause);
    }
  }

  get #request() {
    return {method: 'REGISTER' as const, account: this.#options.account.name};
  }

  #succeed(server: Destination, response: SipResponse, contact: string): void {
    this.#recovery.registered(this.#server === undefined || !sameServer(this.#server, server));
    this.#server = server;
    this.#binding.accepted(response, contact);
    if (!this.#contact.passes(server, response)) {
      this.#try(server);
      return;
    }
    this.#keepFlow(server, response);
    const refresh = refreshDelay(grantedSeconds(response, contact, this.#binding.expires));
    const [preferred] = this.#located;
    const standsIn = preferred !== undefined && !sameServer(server, preferred);
    this.#rest(standsIn ? Math.min(refresh, avoidance) : refresh, {registered: true, reason: ''});
  }

  /** RFC 5626 section 4.5: where the flow breaks, the server cannot reach us until we register over a new one. */
  #keepFlow(server: Destination, response: SipResponse): void {
    const terms = {outbound: this.#binding.outbound, flowTimer: flowTimer(response)};
    this.#flow.keep(server, terms, (why) => {
      // Where it is down already, it is known why, and when to try again.
      if (this.#state !== 'resting' || !this.#status.registered) return;
      this.#rest(this.#recovery.broke(), {
        registered: false,
        reason: `the connection to ${server.address} was lost: ${why}`,
      });
    });
  }

  /** Tries again later: not before `atLeast` ms, and the later the more often it failed. */
  #fail(reason: string, atLeast = 0): void {
    this.#rest(Math.max(atLeast, this.#recovery.failed()), {registered: false, reason});
  }

  #rest(milliseconds: number, status: RegistrationStatus): void {
    const {clock} = this.#options;
    this.#state = 'resting';
    this.#timer?.cancel();
    this.#timer = clock.after(milliseconds, () => this.#locate());
    this.#times = {...this.#times, nextAttempt: clock.wallTime() + milliseconds};
    this.#change(status);
  }

  #leave(): void {
    if (!this.#server) {
      this.#finish();
      return;
    }
    this.#binding.expires = 0;
    this.#try(this.#server);
  }

  #finish(): void {
    this.#state = 'stopped';
    this.#attempt?.abandon();
    this.#timer?.cancel();
    this.#flow.release();
    this.#times = {...this.#times, nextAttempt: undefined};
    this.#change({registered: false, reason: 'unregistered'});
    this.#stop.resolve();
  }

  #change(status: RegistrationStatus): void {
    const {registered, reason} = this.#status;
    this.#status = status;
    if (registered !== status.registered || reason !== status.reason) this.onChange?.(status);
  }
}
