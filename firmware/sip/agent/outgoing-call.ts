import {randomHex} from '../../base/random.ts';
import type {AudioStream} from '../../rtp/audio-stream.ts';
import type {Dialog, ExtraHeader} from '../dialog/dialog.ts';
import type {DialogUser} from '../dialog/dialog-table.ts';
import type {LocalEnd} from '../dialog/environment.ts';
import type {EncryptionWish, Negotiation} from '../dialog/negotiation.ts';
import {OutgoingInvite, type OutgoingInviteUser} from '../dialog/outgoing-invite.ts';
import {isReliable} from '../dialog/reliable-responses.ts';
import {buildResponse} from '../dialog/respond.ts';
import {type Route, routeRequest} from '../dialog/routing.ts';
import {Session} from '../dialog/session.ts';
import {sessionBody} from '../dialog/session-body.ts';
import {answerUpdate} from '../dialog/update.ts';
import type {SipResponse} from '../message/message.ts';
import {formatNameAddress} from '../message/name-address.ts';
import {formatUri, type SipUri} from '../message/uri.ts';
import type {ServerTransaction} from '../transaction/transaction.ts';
import {type Destination, type SocketAddress, TransportError} from '../transport/transport.ts';
import type {Account} from './account.ts';
import type {Call, CallEnd, CallListener, HangUpReason, MediaPort, Party} from './call.ts';
import {CallBase, type CallServices} from './call-base.ts';
import {endOfFailure, endOfResponse} from './call-ends.ts';
import {contactAddress, contactValue, directUri} from './identity.ts';
import type {Located} from './locator.ts';
import {addressOfOtherFamily} from './media-address.ts';
import {prepareServer} from './prepare-server.ts';
import {retryAfter} from './registration-times.ts';
import {serverPatience} from './server-health.ts';
import {TargetSet} from './target-set.ts';

/** RFC 3326; the text is the customary one, which phones show or recognise. */
const completedElsewhere = 'SIP;cause=200;text="Call completed elsewhere"';

/** Branches of a fork whose streams are kept. */
const previewLimit = 8;

/** A stream before the answer; final where the response that announced it was reliable. */
interface Preview {
  readonly stream: AudioStream;
  readonly final: boolean;
}

/** A call that is placed from here. */
export class OutgoingCall extends CallBase implements Call {
  readonly id: string;
  readonly direction = 'outgoing';
  #accountOf: (target: SipUri) => Account | undefined;
  #headers: readonly ExtraHeader[];
  #targets: TargetSet;
  /** Who is being called now, through whose server. */
  #target: SipUri;
  #account: Account | undefined;
  /** Whether sound is encrypted; where that was required once, being sent elsewhere does not change it. */
  #encryption: EncryptionWish;
  /** Through whom requests of the account go; nobody where a 305 says where to go. */
  #routes: readonly Route[] = [];
  /** The servers through which it may be called yet. */
  #servers: Destination[] = [];
  #address = '';
  /** Our address there, which the media port is open at. */
  #addresses = '';
  /** Whether the present target has been offered sound on the other family of addresses. */
  #otherFamilyOffered = false;
  /** Values of From and To, the same for all who are tried. */
  #ends: {readonly from: string; readonly to: string} | undefined;
  /** CSeq number of the next INVITE. */
  #sequence = 1;
  #invite: OutgoingInvite | undefined;
  /** The stream that each branch of a fork announced last before the 2xx, by its To tag. */
  #previews = new Map<string | undefined, Preview>();

  /**
   * The INVITE leaves as soon as address and media port are there; never before this returns. `accountOf` tells
   * through which account a target is called; each INVITE has `headers`, too.
   */
  constructor(
    services: CallServices,
    target: SipUri,
    accountOf: (target: SipUri) => Account | undefined,
    headers: readonly ExtraHeader[],
    listener: CallListener,
    onGone: () => void,
  ) {
    super(services, onGone);
    this.id = randomHex(services.environment.random, 16);
    this.#headers = headers;
    this.#targets = new TargetSet(target);
    this.#target = target;
    this.#accountOf = accountOf;
    this.#account = accountOf(target);
    this.#encryption = this.#account?.encryption ?? 'off';
    this.listener = listener;
    void this.#start();
  }

  get party(): Party {
    // Who redirects or transfers the call may write any name before the host that is really called.
    const maddr = this.#target.parameters.get('maddr');
    const {user, host} = maddr === undefined ? this.#target : {user: undefined, host: maddr};
    const address = this.#address;
    const uri = formatUri(this.#target);
    return {uri, displayName: '', user, host, address, account: this.#account?.name, verified: true};
  }

  override holds(user: DialogUser): boolean {
    return super.holds(user) || this.#invite === user;
  }

  protected override giveUp(reason: HangUpReason | undefined): void {
    const elsewhere = reason === 'answered-elsewhere';
    this.end(
      elsewhere
        ? {cause: 'answered-elsewhere', text: `${this.who} need not ring any more: another phone answered`}
        : {cause: 'cancelled', text: `the call to ${this.who} was given up here`},
    );
    if (this.#invite) this.#invite.cancel(elsewhere ? completedElsewhere : undefined);
    else this.gone();
  }

  /** Calls the present target, by way of `proxy` where a 305 named one. */
  async #start(proxy?: SipUri): Promise<void> {
    const {health, locator} = this.services;
    const located = await new Promise<Located>((found) => {
      if (proxy) locator.locate(formatUri(proxy), found);
      else if (this.#account) this.#account.findServers(found);
      else locator.locate(formatUri(this.#target), found);
    });
    if (this.state === 'ended') return;
    this.#routes = proxy ? [] : (this.#account?.routes ?? []);
    if (!located.ok) {
      this.#fail({cause: 'unreachable', text: located.error});
      return;
    }
    const secure = located.value.filter(({transport}) => transport === 'TLS');
    const servers = this.#target.scheme === 'sips' ? secure : located.value;
    if (servers.length === 0) {
      const text = `${this.who} may be called over TLS only (sips), and its server is not reached so`;
      this.#fail({cause: 'unreachable', text});
      return;
    }
    this.#servers = health.order(servers);
    await this.#tryServer();
  }

  /** Calls the present target through the next of its servers. */
  async #tryServer(): Promise<void> {
    const {environment, transport} = this.services;
    const server = this.#servers.shift()!;
    const others = this.#servers.length > 0;
    this.#address = server.address;
    this.hold(server);
    const inTime = await new Promise<boolean>((ready) =>
      prepareServer({transport, clock: environment.clock}, server, others, ready),
    );
    if (this.state === 'ended') return;
    const local = inTime ? this.#localAddressTo(server) : `no answer from ${server.address}`;
    if (typeof local === 'string') {
      this.#serverFailed(server, local, {cause: 'unreachable', text: local});
      return;
    }
    const media = await this.#mediaFor(server, local.address);
    if (typeof media === 'string') this.#fail({cause: 'unreachable', text: media});
    else if (media) this.#sendInvite(server, local.address, media, this.#encryption);
  }

  /** RFC 3263 section 4.3: the next server gets the same request; without one, this target cannot be called. */
  #serverFailed(server: Destination, reason: string, end: CallEnd, pause?: number): void {
    this.services.health.failed(server, {method: 'INVITE', account: this.#account?.name}, reason, pause);
    this.#invite = undefined;
    if (this.#servers.length > 0 && this.state === 'calling') {
      void this.#tryServer();
      return;
    }
    this.#sequence += 1;
    this.#fail(end);
  }

  /** The port of the target before serves the next one, too, unless our address there is another. */
  async #mediaFor(destination: Destination, local: string): Promise<MediaPort | string | undefined> {
    const addresses = `${local} ${contactAddress(this.services.transport, destination).address}`;
    if (this.media && addresses === this.#addresses) return this.media;
    this.#addresses = addresses;
    return this.openMedia(local, destination);
  }

  /** Our address on the way there; a sentence where there is no way. */
  #localAddressTo(destination: Destination): SocketAddress | string {
    try {
      return this.services.transport.localAddress(destination);
    } catch (error) {
      if (error instanceof TransportError) return error.message;
      throw error;
    }
  }

  /** The present target cannot be called: the next is, or the call ends. */
  #fail(end: CallEnd): void {
    const next = this.#targets.next();
    if (!next) {
      this.end(end);
      this.gone();
      return;
    }
    this.#otherFamilyOffered = false;
    // Nobody is being called while the next one is looked for, so hanging up has nothing to cancel.
    this.#invite = undefined;
    this.#target = next.uri;
    this.#account = this.#accountOf(next.uri);
    if (this.#encryption !== 'required') this.#encryption = this.#account?.encryption ?? 'off';
    void this.#start(next.proxy);
  }

  /**
   * Who has only IPv4 refuses the sound of a caller on IPv6, and the other way round. Where this machine has both,
   * it offers the other one, once to each target.
   */
  #otherFamily(local: string): string | undefined {
    if (this.#otherFamilyOffered) return undefined;
    this.#otherFamilyOffered = true;
    return addressOfOtherFamily(local, this.services.transport);
  }

  async #offerOtherFamily(destination: Destination, address: string, refused: CallEnd): Promise<void> {
    // The next target gets a port of its own.
    this.#addresses = '';
    this.#invite = undefined;
    const media = await this.openMedia(address, destination);
    if (typeof media === 'string') this.#fail(refused);
    else if (media) this.#sendInvite(destination, address, media, this.#encryption);
  }

  #sendInvite(destination: Destination, local: string, media: MediaPort, encryption: EncryptionWish): void {
    const negotiation = this.negotiate(local, media, encryption);
    this.#previews.clear();
    const {environment, identity} = this.services;
    const account = this.#account;
    const authenticator = account?.authenticator();
    const told = contactAddress(this.services.transport, destination);
    const end: LocalEnd = {
      contact: contactValue(
        account?.uri.user ?? identity.user,
        told,
        destination.transport,
        this.#target.scheme,
        account?.hasFlow(destination),
      ),
      socket: undefined,
      authenticate: (request, response) => authenticator?.answer(request, response),
    };
    this.#ends ??= {
      from: formatNameAddress({
        displayName: identity.displayName,
        uri: account?.uri ?? directUri(identity.user, told),
        tag: randomHex(environment.random, 8),
      }),
      to: `<${formatUri(this.#target)}>`,
    };
    const {requestUri, route} = routeRequest(formatUri(this.#target), this.#routes);
    const invitation = {
      ...this.#ends,
      requestUri,
      routes: route,
      callId: this.id,
      sequence: this.#sequence,
      offer: negotiation.offer(),
      headers: this.#headers,
    };
    const patience = this.#servers.length > 0 ? serverPatience : undefined;
    const user: OutgoingInviteUser = {
      onProvisional: (response) => this.#ring(response, negotiation),
      onUpdate: (dialog, transaction) => this.#update(end, dialog, transaction, negotiation),
      onAccepted: (dialog, response) => this.#accept(end, dialog, response, negotiation),
      onRefused: (response) => {
        const end = endOfResponse(response, this.who, this.#encryption === 'required');
        if (response.status === 503) {
          // The next server gets the request with the same number, as if it had never left (RFC 3263 section 4.3).
          this.#sequence = invite.sequence;
          const reason = `refused by ${destination.address}: 503 ${response.reason}`;
          this.#serverFailed(destination, reason, end, retryAfter(response));
          return;
        }
        this.#sequence = invite.sequence + 1;
        if (response.status === 488 && this.media === media) {
          if (encryption === 'optional') {
            // Who insists on encryption refuses RTP/AVP, though it offers keys.
            this.#sendInvite(destination, local, media, 'required');
            return;
          }
          const other = this.#otherFamily(local);
          if (other !== undefined) {
            void this.#offerOtherFamily(destination, other, end);
            return;
          }
        }
        this.#targets.add(response, this.#target);
        this.#fail(end);
      },
      onFailed: (why, text) => {
        const end = endOfFailure(why, text, this.who, this.state === 'ringing');
        this.#sequence = invite.sequence;
        if (why === 'bye') this.end(end);
        else
          this.#serverFailed(
            destination,
            why === 'timeout' ? `no answer from ${destination.address}` : text,
            end,
          );
      },
      onCancelled: () => {
        // One that was given up for the next server is nobody's business any more.
        if (this.#invite === invite) this.gone();
      },
    };
    const invite = new OutgoingInvite(environment, end, invitation, destination, user, patience);
    this.#invite = invite;
  }

  #ring(response: SipResponse, negotiation: Negotiation): void {
    const {status} = response;
    const final = isReliable(response);
    const body = this.#isFinal(response.to.tag) ? 'none' : sessionBody(response);
    const preview = typeof body === 'string' ? undefined : negotiation.accept(body, final);
    if (preview?.ok) {
      this.#keep(response.to.tag, {stream: preview.value, final});
      this.enter('ringing');
      const ringing = (early: boolean) => this.listener?.onRinging(early);
      this.callMedia.update(
        preview.value,
        () => ringing(true),
        () => ringing(false),
      );
    } else if (status === 180) {
      this.enter('ringing');
      this.listener?.onRinging(this.#previews.size > 0);
    }
  }

  /** UPDATE before the answer: an offer in it waits until ours has been answered (RFC 3311 section 5.2). */
  #update(local: LocalEnd, dialog: Dialog, transaction: ServerTransaction, negotiation: Negotiation): void {
    const {environment} = this.services;
    if ([...this.#previews.values()].some(({final}) => final) && !this.#isFinal(dialog.remoteTag)) {
      // Another branch of a fork has answered.
      transaction.respond(buildResponse(environment, transaction.request, 491));
      return;
    }
    const stream = answerUpdate(environment, local, dialog, negotiation, transaction, () => []);
    if (!stream) return;
    this.#keep(dialog.remoteTag, {stream, final: true});
    this.callMedia.update(
      stream,
      () => {},
      () => {},
    );
  }

  /** Whether our offer has been answered for good by this branch before the 2xx, whose SDP does not count then. */
  #isFinal(tag: string | undefined): boolean {
    return this.#previews.get(tag)?.final === true;
  }

  #keep(tag: string | undefined, preview: Preview): void {
    if (this.#previews.has(tag) || this.#previews.size < previewLimit) this.#previews.set(tag, preview);
  }

  #accept(local: LocalEnd, dialog: Dialog, response: SipResponse, negotiation: Negotiation): void {
    const session = new Session(this.services.environment, local, dialog, negotiation, this.sessionUser);
    this.session = session;
    session.confirm(response);
    const stream = this.#settled(response, negotiation);
    if (typeof stream === 'string') {
      this.end({cause: 'failed', text: `${this.who} answered, but sound cannot be agreed on: ${stream}`});
      session.hangUp();
      return;
    }
    this.enter('talking');
    this.settle(stream);
  }

  /** The stream of a 2xx, or why there is none. */
  #settled(response: SipResponse, negotiation: Negotiation): AudioStream | string {
    const body = this.#isFinal(response.to.tag) ? 'none' : sessionBody(response);
    if (typeof body !== 'string') {
      const stream = negotiation.accept(body, true);
      return stream.ok ? stream.value : stream.error.text;
    }
    // Some gateways send the answer in a 183 only.
    const preview = this.#previews.get(response.to.tag);
    if (!preview) return 'the answer has no SDP';
    negotiation.close();
    return preview.stream;
  }
}
