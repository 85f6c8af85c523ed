import type {Clock} from '../../base/clock.ts';
import {type RandomBytes, randomHex} from '../../base/random.ts';
import {failure, type Result, success} from '../../base/result.ts';
import type {NameService} from '../../dns/name-service.ts';
import {type CodecName, codecNames} from '../../rtp/audio-stream.ts';
import {
  capabilityHeaders,
  refuseBody,
  refuseExtensions,
  refuseMethod,
  sessionTypes,
} from '../dialog/capabilities.ts';
import type {ExtraHeader} from '../dialog/dialog.ts';
import {DialogTable} from '../dialog/dialog-table.ts';
import type {DialogEnvironment, LocalEnd} from '../dialog/environment.ts';
import {examineOffer} from '../dialog/negotiation.ts';
import {refuseReplaces} from '../dialog/replaces.ts';
import {answerQuery, buildResponse, type ResponseContent, warning} from '../dialog/respond.ts';
import {sessionBody} from '../dialog/session-body.ts';
import {refuseInterval} from '../dialog/session-timer.ts';
import type {SipRequest} from '../message/message.ts';
import type {SipUri} from '../message/uri.ts';
import {defaultTimers, type TimerValues} from '../transaction/timers.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import type {TransactionLayer} from '../transaction/transaction-layer.ts';
import {
  type Destination,
  type Flow,
  type SocketAddress,
  type TraceEntry,
  type Transport,
  TransportError,
  type TransportName,
} from '../transport/transport.ts';
import {Account, type AccountNews, type AccountStatus} from './account.ts';
import type {AccountOptions} from './account-options.ts';
import type {
  Call,
  CallFailure,
  CallListener,
  IncomingCall as IncomingCallContract,
  MediaPort,
  Party,
} from './call.ts';
import type {CallServices} from './call-base.ts';
import {callerOf} from './caller.ts';
import {contactAddress, contactValue} from './identity.ts';
import {IncomingCall, type Invitation} from './incoming-call.ts';
import {Locator} from './locator.ts';
import {answerSummary, type MailboxListener} from './message-summary.ts';
import {Notifier} from './notifier.ts';
import {OutgoingCall} from './outgoing-call.ts';
import {replacedCall} from './replacement.ts';
import {type ServerAttempt, ServerHealth, serverPatience} from './server-health.ts';
import {parseTarget} from './target.ts';
import {answerMessage, type MessageListener} from './text-message.ts';
import {callIdOf, type TracedMessage} from './trace.ts';
import {type UnanswerableCall, unanswerable} from './unanswerable.ts';

/** Calls and called phones at a time, those that are still being ended included. */
const usualSessionLimit = 8;
/** How long (ms) `stop` waits for answers to what it sends. */
const stopLimit = 2000;

/** A transport that may tell what passes over it. */
export interface TracedTransport extends Transport {
  onTrace?: ((entry: TraceEntry) => void) | undefined;
}

/** What a user agent is made of. */
export interface UserAgentOptions {
  readonly transactions: TransactionLayer;
  readonly transport: TracedTransport;
  readonly accounts: readonly AccountOptions[];
  /** Host part of bare targets such as `101`; default: the first account's. */
  readonly domain?: string | undefined;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** The codecs that are offered and taken, the preferred one first; default: all that are known. */
  readonly codecs?: readonly CodecName[];
  /** Opens an RTP port at a local address. */
  openMedia(localAddress: string, destination: Destination): Promise<MediaPort>;
  /** Looks names up. */
  readonly names: NameService;
  /** What servers may be reached over, the preferred one first; default: UDP, TCP, TLS. */
  readonly transports?: readonly TransportName[];
  /** The kinds of addresses that can be reached, the preferred one first; default: IPv4, IPv6. */
  readonly families?: readonly (4 | 6)[];
  /** Value of the User-Agent header. */
  readonly userAgentName: string;
  /** The URN that names this device towards registrars (RFC 5626 section 4.1); without it they are offered no flows. */
  readonly instance?: string;
  /** Who direct calls come from, without an account: user part and display name. */
  readonly identity?: {readonly user?: string; readonly displayName?: string} | undefined;
  readonly sessionLimit?: number;
  readonly timers?: TimerValues;
}

/** A SIP user agent: places and takes calls, by address or through the servers of its accounts. */
export class UserAgent {
  /** Called for each incoming call; without anybody to ask, callers get 480. */
  onIncoming: ((call: IncomingCallContract) => void) | undefined;
  /** Called for each incoming call that was refused since its offer could not be answered. */
  onUnanswerable: ((call: UnanswerableCall) => void) | undefined;
  /** Called for each registration that was tried, and each server that a call could not go through. */
  onAttempt: ((attempt: ServerAttempt) => void) | undefined;
  /** Called for each text that comes by MESSAGE; without anybody to read, senders get 480. */
  onMessage: MessageListener | undefined;
  /** Called when something else than `before` waits in the mailbox of an account (RFC 3842). */
  onMailbox: MailboxListener | undefined;
  /** Asked whether somebody may subscribe to what this user agent is doing (RFC 6665); by default nobody may. */
  onSubscribe: ((subscriber: Party) => boolean) | undefined;
  onAccountChange: ((account: Readonly<AccountNews>) => void) | undefined;
  #options: UserAgentOptions;
  #environment: DialogEnvironment;
  #services: CallServices;
  #accounts: Account[];
  #legs: (IncomingCall | OutgoingCall)[] = [];
  #notifier: Notifier;
  #onTrace: ((message: TracedMessage) => void) | undefined;
  #stopped = false;
  #onIdle: (() => void) | undefined;

  constructor(options: UserAgentOptions) {
    const {transactions, transport, clock, random, userAgentName, timers = defaultTimers} = options;
    const {names, transports = ['UDP', 'TCP', 'TLS'], families = [4, 6]} = options;
    const locator = new Locator({names, transports, families, random});
    const health = new ServerHealth(clock);
    health.onAttempt = (attempt) => this.onAttempt?.(attempt);
    this.#options = options;
    this.#environment = {
      transactions,
      clock,
      random,
      timers,
      userAgentName,
      dialogs: new DialogTable(),
      locate: (uri, found) =>
        locator.locate(uri, (servers) => {
          const [server, ...others] = health.order(servers.ok ? servers.value : []);
          const hop = server && {...server, others, patience: serverPatience};
          if (hop) transport.prepare(hop, () => found(success(hop)));
          else if (!servers.ok) found(servers);
        }),
    };
    this.#notifier = new Notifier({
      environment: this.#environment,
      allows: (subscriber) => this.onSubscribe?.(subscriber) ?? false,
      calls: () => this.#legs,
      isOpen: () => !this.#stopped && this.onIncoming !== undefined,
    });
    this.#services = {
      environment: this.#environment,
      transport,
      locator,
      health,
      codecs: options.codecs ?? codecNames,
      openMedia: (address, destination) => options.openMedia(address, destination),
      resolve: (host) => locator.address(host),
      onCallChanged: () => this.#notifier.changed(),
      place: (target, listener, headers) => this.#place(target, listener, headers),
      instance: options.instance,
      identity: {
        user: options.identity?.user ?? 'doorline',
        displayName: options.identity?.displayName ?? '',
      },
    };
    this.#accounts = options.accounts.map((account) => new Account(account, this.#services));
    for (const account of this.#accounts) {
      account.onChange = (status) => this.onAccountChange?.(status);
      account.onMailbox = (...change) => this.onMailbox?.(...change);
    }
    transactions.onRequest = (transaction, request, source) => this.#receive(transaction, request, source);
    transactions.isOurs = (request, source) =>
      this.#environment.dialogs.ofRequest(request) !== undefined ||
      this.#accountBehind(request, source) !== undefined;
  }

  /** The accounts, and whether their servers know where we are. */
  get accounts(): readonly Readonly<AccountStatus>[] {
    return this.#accounts.map(({status}) => status);
  }

  /** Calls that have left something behind: not ended, or still waiting for the answer to a BYE or CANCEL. */
  get size(): number {
    return this.#legs.length + this.#environment.dialogs.size;
  }

  /** Called for each SIP message that is sent or received. */
  get onTrace(): ((message: TracedMessage) => void) | undefined {
    return this.#onTrace;
  }

  set onTrace(callback: ((message: TracedMessage) => void) | undefined) {
    this.#onTrace = callback;
    this.#options.transport.onTrace =
      callback && ((entry) => callback({...entry, callId: callIdOf(entry.bytes)}));
  }

  /** Our address, or how it is seen from outside, has changed: registers at once. */
  refresh(): void {
    for (const account of this.#accounts) account.refresh();
  }

  /** Registers the accounts. */
  start(): void {
    for (const account of this.#accounts) account.start();
  }

  /**
   * Places a call. `target` is a name or number such as `101`, `user@host`, an address or host name with or
   * without a port, or a SIP URI. One whose host is the domain or server of an account goes through that server.
   */
  call(target: string, listener: CallListener): Result<Call, CallFailure> {
    const uri = parseTarget(target, this.#options.domain ?? this.#accounts[0]?.domain);
    return uri.ok ? this.#place(uri.value, listener, []) : uri;
  }

  #place(target: SipUri, listener: CallListener, headers: readonly ExtraHeader[]): Result<Call, CallFailure> {
    if (this.#stopped) return failure({code: 'stopped', text: 'the station is stopping'});
    if (this.#legs.length >= this.#sessionLimit) {
      return failure({code: 'too-many-calls', text: `more than ${this.#sessionLimit} calls at a time`});
    }
    const accountOf = (uri: SipUri) => this.#accounts.find((account) => account.serves(uri));
    const call: OutgoingCall = new OutgoingCall(this.#services, target, accountOf, headers, listener, () =>
      this.#forget(call),
    );
    this.#legs.push(call);
    this.#notifier.changed();
    return success(call);
  }

  /** Ends every call, unregisters, and waits at most 2 s for the answers. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const idle = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
    for (const call of [...this.#legs]) call.hangUp();
    this.#notifier.close();
    if (this.#legs.length === 0) this.#onIdle?.();
    const unregistered = Promise.all(this.#accounts.map((account) => account.stop()));
    const limit = Promise.withResolvers<void>();
    const timer = this.#environment.clock.after(stopLimit, limit.resolve);
    await Promise.race([Promise.all([idle, unregistered]), limit.promise]);
    timer.cancel();
  }

  get #sessionLimit(): number {
    return this.#options.sessionLimit ?? usualSessionLimit;
  }

  #forget(call: IncomingCall | OutgoingCall): void {
    this.#legs.splice(this.#legs.indexOf(call), 1);
    if (this.#legs.length === 0) this.#onIdle?.();
  }

  /** RFC 3261 section 8.2, in its order: method, Request-URI, merged requests, extensions, then the rest. */
  #receive(transaction: ServerTransaction | undefined, request: SipRequest, source: Flow): void {
    const {dialogs} = this.#environment;
    if (!transaction) {
      dialogs.ofRequest(request)?.receive(undefined, request);
      return;
    }
    const inDialog = request.to.tag !== undefined;
    const user = inDialog ? dialogs.ofRequest(request) : undefined;
    const newTag = () => (inDialog ? '' : randomHex(this.#environment.random, 8));
    const respond = (status: number, content: ResponseContent = {}) =>
      transaction.respond(buildResponse(this.#environment, request, status, {...content, tag: newTag()}));
    const refusedMethod = refuseMethod(request);
    const refused =
      refusedMethod ?? refuseExtensions(request) ?? refuseInterval(request) ?? refuseReplaces(request);
    if (!inDialog && !refusedMethod && request.uri.host === undefined) {
      respond(416);
    } else if (!inDialog && transaction.merged) {
      respond(482);
    } else if (refused) {
      respond(refused.status, refused);
    } else if (inDialog && !user) {
      respond(481);
    } else if (request.method === 'MESSAGE') {
      const sender = callerOf(request, source.remote, this.#accountBehind(request, source)?.name);
      const answer = answerMessage(request, sender, this.onMessage);
      respond(answer.status, answer);
    } else if (user) {
      user.receive(transaction, request);
    } else if (request.method === 'INVITE') {
      this.#invite(transaction, source, respond);
    } else if (request.method === 'SUBSCRIBE') {
      const account = this.#accountBehind(request, source);
      const subscriber = callerOf(request, source.remote, account?.name);
      const local = this.#localAddress(source) && this.#localEnd(request, source, account);
      const refusal = local
        ? this.#notifier.subscribe(transaction, subscriber, local, newTag())
        : {status: 503};
      if (refusal) respond(refusal.status, refusal);
    } else if (request.method === 'NOTIFY') {
      const answer = answerSummary(request, this.#accountBehind(request, source));
      respond(answer.status, answer);
    } else if (request.method === 'REFER') {
      // Nobody may have calls placed who is not in one that was let in.
      respond(403);
    } else if (request.method !== 'OPTIONS') {
      // BYE and INFO live in dialogs only.
      respond(481);
    } else if (this.#unavailable === undefined) {
      answerQuery(this.#environment, transaction, newTag());
    } else {
      respond(this.#unavailable, {headers: capabilityHeaders});
    }
  }

  /** The status with which calls are refused at present, and OPTIONS as well (section 11.2). */
  get #unavailable(): 480 | 486 | undefined {
    if (this.#stopped || !this.onIncoming) return 480;
    return this.#legs.length >= this.#sessionLimit ? 486 : undefined;
  }

  #invite(
    transaction: ServerTransaction,
    source: Flow,
    respond: (status: number, content?: ResponseContent) => void,
  ): void {
    const {request} = transaction;
    const body = sessionBody(request);
    const account = this.#accountBehind(request, source);
    const encryption = account?.encryption ?? 'off';
    const offer =
      typeof body === 'string' ? undefined : examineOffer(body, {encryption, codecs: this.#services.codecs});
    const replaced = replacedCall(request, this.#environment.dialogs, this.#legs);
    if (request.contact?.uri.host === undefined) {
      // Without it nothing could ever be sent to the caller (section 8.1.1.8).
      respond(400, {headers: [warning('an INVITE needs a Contact with a SIP URI')]});
    } else if (body === 'unsupported') {
      const refused = refuseBody(request, sessionTypes);
      respond(refused.status, refused);
    } else if (offer && !offer.ok) {
      respond(offer.error.status, {headers: [warning(offer.error.text)]});
      const caller = callerOf(request, source.remote, account?.name);
      this.onUnanswerable?.(unanswerable(request, caller, offer.error));
    } else if (replaced && 'status' in replaced) {
      respond(replaced.status, {headers: [warning(replaced.text)]});
    } else if (this.#unavailable !== undefined) respond(this.#unavailable);
    else {
      const local = this.#localAddress(source);
      if (!local) respond(503);
      else {
        const call = this.#takeCall(transaction, {
          caller: callerOf(request, source.remote, account?.name),
          local: this.#localEnd(request, source, account),
          localAddress: local.address,
          encryption,
          offer: offer?.value,
          replaces: replaced,
        });
        this.onIncoming?.(call);
      }
    }
  }

  /** Our address as the sender of a request sees it; undefined when the way back is gone. */
  #localAddress({transport, local, remote}: Flow): SocketAddress | undefined {
    try {
      return this.#options.transport.localAddress({transport, ...remote, from: local});
    } catch (error) {
      if (error instanceof TransportError) return undefined;
      throw error;
    }
  }

  #takeCall(transaction: ServerTransaction, invitation: Invitation): IncomingCall {
    const call: IncomingCall = new IncomingCall(this.#services, transaction, invitation, () =>
      this.#forget(call),
    );
    this.#legs.push(call);
    return call;
  }

  /** This side of the dialog that `request` begins. */
  #localEnd(request: SipRequest, source: Flow, account: Account | undefined): LocalEnd {
    const authenticator = account?.authenticatorOfCallee();
    return {
      contact: contactValue(
        account?.uri.user ?? this.#services.identity.user,
        contactAddress(this.#options.transport, {
          transport: source.transport,
          ...source.remote,
          from: source.local,
        }),
        source.transport,
        request.uri.scheme === 'sips' ? 'sips' : 'sip',
      ),
      socket: source.local,
      authenticate: (sent, response) => authenticator?.answer(sent, response),
    };
  }

  /** The account whose server sent a request; of several at one server the one that was called. */
  #accountBehind(request: SipRequest, source: Flow): Account | undefined {
    const behind = this.#accounts.filter((account) => account.isServer(source));
    return behind.find(({uri}) => uri.user === request.uri.user) ?? behind[0];
  }
}
