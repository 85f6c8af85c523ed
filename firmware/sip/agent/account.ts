import type {RandomBytes} from '../../base/random.ts';
import {success} from '../../base/result.ts';
import type {EncryptionWish} from '../dialog/negotiation.ts';
import type {Route} from '../dialog/routing.ts';
import {formatHost, parseUri, type SipUri} from '../message/uri.ts';
import type {Destination, Flow} from '../transport/transport.ts';
import type {AccountOptions, AttemptTimes, RegistrationStatus} from './account-options.ts';
import {Authenticator} from './authenticator.ts';
import type {CallServices} from './call-base.ts';
import type {Located, Locator} from './locator.ts';
import type {MailboxListener, MessageSummary} from './message-summary.ts';
import {Registration} from './registration.ts';

const defaultPort = 5060;

/** Whether an account's server knows where this user agent is. */
export interface AccountNews extends RegistrationStatus {
  readonly name: string;
}

/** The same, what was done for it, and what waits in its mailbox, where the server tells. */
export interface AccountStatus extends AccountNews, AttemptTimes {
  readonly messages: MessageSummary | undefined;
}

/** An account at a server: what goes through it, and what comes from it. */
export class Account {
  readonly name: string;
  /** Its address of record. */
  readonly uri: SipUri;
  /** Whether sound is encrypted. */
  readonly encryption: EncryptionWish;
  /** Called when the status changes. */
  onChange: ((news: AccountNews) => void) | undefined;
  onMailbox: MailboxListener | undefined;
  /** What waits in its mailbox, as its server told last. */
  #messages: MessageSummary | undefined;
  #options: AccountOptions;
  #locator: Locator;
  #locate: (found: (servers: Located) => void) => void;
  #serverUris: readonly SipUri[];
  #random: RandomBytes;
  #registration: Registration;

  /** @throws Error when a URI of the account is no SIP URI. */
  constructor(options: AccountOptions, {environment, transport, locator, health, instance}: CallServices) {
    this.name = options.name;
    this.uri = sipUri(options.uri);
    this.encryption = options.srtp ?? 'off';
    this.#serverUris = options.registrars.map(sipUri);
    this.#locator = locator;
    this.#locate = (found) => locator.locateAll(options.registrars, found);
    this.#options = options;
    this.#random = environment.random;
    this.#registration = new Registration({
      ...environment,
      account: options,
      transport,
      health,
      instance,
      locate: this.#locate,
    });
    this.#registration.onChange = (status) => this.onChange?.({name: this.name, ...status});
  }

  get status(): AccountStatus {
    const {status, times} = this.#registration;
    return {name: this.name, ...status, ...times, messages: this.#messages};
  }

  /** Its domain, with the port where that is not 5060: the host part of bare targets. */
  get domain(): string {
    const {host, port} = this.uri;
    return port === undefined ? formatHost(host) : `${formatHost(host)}:${port}`;
  }

  /** Its server tells what waits in its mailbox. */
  takeSummary(messages: MessageSummary): void {
    const before = this.#messages;
    this.#messages = messages;
    if (JSON.stringify(before) !== JSON.stringify(messages)) this.onMailbox?.(this.name, messages, before);
  }

  /** Registers, and stays registered. */
  start(): void {
    this.#registration.start();
  }

  /** Registers at once, for our address has changed. */
  refresh(): void {
    this.#registration.refresh();
  }

  /** Unregisters; resolves within 2 s. */
  stop(): Promise<void> {
    return this.#registration.stop();
  }

  /** Through whom requests of this account go that begin a dialog (RFC 3608). */
  get routes(): readonly Route[] {
    return this.#registration.routes;
  }

  /** Whether what is sent to `server` goes over the flow of the registration (RFC 5626). */
  hasFlow(server: Destination): boolean {
    return this.#registration.hasFlow(server);
  }

  /**
   * Where requests of this account go: the server that it is registered at, then the others. Only where the domain
   * itself is the registrar, and it names routes, the first of these is next: a configured registrar stands before it.
   */
  findServers(found: (servers: Located) => void): void {
    const {servers, routes} = this.#registration;
    const [route] = routes;
    const configured = this.#serverUris.some((uri) => !sameHost(uri, this.uri));
    if (route && !configured) this.#locator.locate(route.uri, found);
    else if (servers.length > 0) found(success(servers));
    else this.#locate(found);
  }

  /** Whether calls to `target` go through this account: somebody at its domain or at one of its servers. */
  serves(target: SipUri): boolean {
    return target.user !== undefined && [this.uri, ...this.#serverUris].some((uri) => sameHost(uri, target));
  }

  /**
   * Whether what comes over `source` comes from one of its servers: over UDP from the very address and port, over a stream
   * from the address, for the port of whoever opens a connection is any. From a server that is reached over TLS nothing
   * else counts.
   */
  isServer({transport, reliable, remote}: Flow): boolean {
    return this.#registration.servers.some((server) => {
      if (server.address !== remote.address) return false;
      if (reliable) return server.transport !== 'TLS' || transport === 'TLS';
      return server.transport === transport && server.port === remote.port;
    });
  }

  /** Answers the challenges that the requests of one call meet that is placed through this account. */
  authenticator(): Authenticator {
    return new Authenticator(this.#options, this.#random);
  }

  /**
   * The same for a call that came in. Some proxies pass on the challenges of whoever calls, who could then try all
   * passwords on our digest at leisure: only realms that registering has met get one, where it has met any.
   */
  authenticatorOfCallee(): Authenticator {
    const {realms} = this.#registration;
    return new Authenticator(this.#options, this.#random, realms.size > 0 ? realms : undefined);
  }
}

function sameHost(one: SipUri, other: SipUri): boolean {
  const host = one.host.toLowerCase() === other.host.toLowerCase();
  return host && (one.port ?? defaultPort) === (other.port ?? defaultPort);
}

/** @throws Error for what the configuration should not have let through. */
function sipUri(text: string): SipUri {
  const parsed = parseUri(text);
  if (!parsed.ok || parsed.value.host === undefined) throw new Error(`not a SIP URI: ${text}`);
  return parsed.value;
}
