import {randomHex} from '../../base/random.ts';
import type {AudioStream, CodecName} from '../../rtp/audio-stream.ts';
import type {DialogUser} from '../dialog/dialog-table.ts';
import type {DialogEnvironment} from '../dialog/environment.ts';
import {type EncryptionWish, type MediaEnd, Negotiation, securityFor} from '../dialog/negotiation.ts';
import type {Referral} from '../dialog/referral.ts';
import type {Session, SessionUser} from '../dialog/session.ts';
import type {Destination, Hold, Transport} from '../transport/transport.ts';
import type {CallEnd, CallListener, CallState, HangUpReason, MediaPort, Party} from './call.ts';
import {spokenName} from './call-ends.ts';
import {CallMedia} from './call-media.ts';
import type {Locator} from './locator.ts';
import type {ServerHealth} from './server-health.ts';
import {type TransferOptions, transferRequest} from './transfer.ts';

/** What the calls of a user agent share. */
export interface CallServices {
  readonly environment: DialogEnvironment;
  readonly transport: Transport;
  readonly locator: Locator;
  readonly health: ServerHealth;
  /** The codecs that are offered and taken, the preferred one first. */
  readonly codecs: readonly CodecName[];
  /** Opens an RTP port at this local address. */
  openMedia(localAddress: string, destination: Destination): Promise<MediaPort>;
  /** The address (A, AAAA) of a host name. */
  resolve(host: string): Promise<string>;
  /** The state of a call has changed. */
  onCallChanged(): void;
  /** Places a call as `UserAgent.call` does, with headers that its INVITE has, too. */
  readonly place: TransferOptions['place'];
  /** The URN that names this device (RFC 5626 section 4.1). */
  readonly instance: string | undefined;
  /** How direct calls, those without an account, name this side. */
  readonly identity: {readonly user: string; readonly displayName: string};
}

/**
 * What outgoing and incoming calls have in common: the media port, the session once there is one, and one
 * end that is told once.
 */
export abstract class CallBase {
  abstract readonly party: Party;
  protected readonly services: CallServices;
  protected readonly callMedia: CallMedia;
  protected listener: CallListener | undefined;
  protected session: Session | undefined;
  /** What the session tells its call. */
  protected readonly sessionUser: SessionUser;
  #state: CallState = 'calling';
  #settled = false;
  #hold: Hold | undefined;
  #onGone: () => void;

  /** `onGone` is called when the call has left nothing behind, some time after it ended. */
  constructor(services: CallServices, onGone: () => void) {
    this.services = services;
    this.callMedia = new CallMedia(services);
    this.#onGone = onGone;
    this.sessionUser = {
      onStream: (stream) => this.settle(stream),
      onDigit: (digit) => this.listener?.onDigit(digit, 'info'),
      onRefer: (referral) => this.#refer(referral),
      onBye: () => this.end({cause: 'hung-up-there', text: `${this.who} hung up`}),
      onBroken: (text) => this.end({cause: 'failed', text: `${this.who}: ${text}`}),
      onClosed: () => this.gone(),
    };
  }

  get state(): CallState {
    return this.#state;
  }

  get media(): MediaPort | undefined {
    return this.callMedia.port;
  }

  get confirmed(): boolean {
    return this.session?.confirmed ?? false;
  }

  hangUp(reason?: HangUpReason): void {
    if (this.#state === 'ended') return;
    if (this.session) {
      const {session} = this;
      this.end({cause: 'hung-up-here', text: `the call with ${this.who} was ended here`});
      session.hangUp();
    } else this.giveUp(reason);
  }

  /** Whether `user` takes the requests of a dialog of this call. */
  holds(user: DialogUser): boolean {
    return this.session === user;
  }

  /** Ends a call that nobody has answered. */
  protected abstract giveUp(reason: HangUpReason | undefined): void;

  #refer(referral: Referral): void {
    const {listener} = this;
    const {environment, place} = this.services;
    if (this.#state !== 'talking' || !listener?.onTransfer) referral.refuse(403);
    else {
      const request = transferRequest(referral, {dialogs: environment.dialogs, place});
      if (request) listener.onTransfer(request);
    }
  }

  /** The other side, in words. */
  protected get who(): string {
    return spokenName(this.party.uri);
  }

  protected enter(state: CallState): void {
    this.#state = state;
    this.services.onCallChanged();
  }

  /** Applies a stream that offer and answer settled, and tells it: as the answer, or as a later change. */
  protected settle(stream: AudioStream): void {
    const applied = (settled: AudioStream) => {
      const first = !this.#settled;
      this.#settled = true;
      if (first) this.listener?.onAnswered(settled);
      else this.listener?.onUpdated?.(settled);
    };
    const failed = (reason: string) => {
      // Where a later offer names a host that nobody knows, the sound stays where it was.
      if (this.#settled) return;
      this.end({cause: 'failed', text: `no sound can be sent to ${this.who}: ${reason}`});
      this.session?.hangUp();
    };
    this.callMedia.update(stream, applied, failed);
  }

  /** Opens the media port; undefined when the call has ended meanwhile, a sentence where it cannot be opened. */
  protected async openMedia(
    localAddress: string,
    destination: Destination,
  ): Promise<MediaPort | string | undefined> {
    try {
      return await this.callMedia.open(localAddress, destination);
    } catch (error) {
      if (this.#state === 'ended') return undefined;
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Frees the media port and tells the end, once. */
  protected end(end: CallEnd): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.callMedia.close();
    this.tellEnd(end);
    this.services.onCallChanged();
  }

  protected tellEnd(end: CallEnd): void {
    this.listener?.onEnded(end);
  }

  /** Keeps the connection that the call runs over until the call has left nothing behind. */
  protected hold(destination: Destination): void {
    this.#hold?.release();
    this.#hold = this.services.transport.hold(destination);
  }

  protected gone(): void {
    this.#hold?.release();
    this.#onGone();
  }

  /** Offers and answers of this call, with RTP at a port of `localAddress`, or where that is seen from outside. */
  protected negotiate(
    localAddress: string,
    {port: localPort, mapped, mappedRtcp: rtcp}: MediaPort,
    encryption: EncryptionWish,
  ): Negotiation {
    const {address, port} = mapped ?? {address: localAddress, port: localPort};
    // RFC 8866 section 5.2: a number that is unique for the address; 48 random bits are.
    const {random} = this.services.environment;
    const sessionId = String(Number.parseInt(randomHex(random, 6), 16));
    const security = securityFor(encryption, random);
    const {codecs} = this.services;
    const media: MediaEnd = {address, port, rtcp, sessionId, direction: 'sendrecv', codecs, security};
    return new Negotiation(media);
  }
}
