import {isIP} from 'node:net';
import type {RandomBytes} from '../../base/random.ts';
import {failure, type Result, success} from '../../base/result.ts';
import type {AudioStream, CodecName} from '../../rtp/audio-stream.ts';
import {LocalKeys, type LocalSecurity} from '../../sdp/media-security.ts';
import {
  acceptAnswer,
  answerOffer,
  chooseLine,
  createOffer,
  type LocalMedia,
  type NegotiationFailure,
} from '../../sdp/offer-answer.ts';
import {parseSessionDescription} from '../../sdp/parse.ts';
import type {SessionDescription} from '../../sdp/session-description.ts';
import {writeSessionDescription} from '../../sdp/write.ts';

/** Why a session description was not taken, as a status to answer with. */
export interface Refusal {
  readonly status: 400 | 488;
  /** Why nothing in common was found; undefined where the description cannot be read. */
  readonly code?: NegotiationFailure['code'];
  readonly text: string;
}

/** Where this side receives, for the length of a session. */
export type MediaEnd = Omit<LocalMedia, 'version'>;

/** Offers and answers of one session (RFC 3264, RFC 6337): whose turn it is, and what was said last. */
export class Negotiation {
  #media: MediaEnd;
  #version = 1;
  /** This side's last description. */
  #local: SessionDescription | undefined;
  #offered = false;

  constructor(media: MediaEnd) {
    this.#media = media;
  }

  /** Whether an offer of this side waits for its answer. */
  get offered(): boolean {
    return this.#offered;
  }

  /** Makes an offer, as the body of a message. */
  offer(): Uint8Array {
    const previous = this.#local;
    const offer = createOffer(this.#localMedia(), previous);
    this.#offered = true;
    return this.#write(offer);
  }

  /** Offers this side's last description again, unchanged: a refresh that is to disturb nothing. */
  repeat(): Uint8Array {
    if (!this.#local) return this.offer();
    this.#offered = true;
    return writeSessionDescription(this.#local);
  }

  /** Takes an offer: the answer as a body, and the stream it settles. Nothing changes on a refusal. */
  answer(body: Uint8Array): Result<{readonly body: Uint8Array; readonly stream: AudioStream}, Refusal> {
    const offer = parseSessionDescription(body);
    return offer.ok ? this.answerTo(offer.value) : failure(unreadable(offer.error));
  }

  /** Takes an offer that has been read. */
  answerTo(
    offer: SessionDescription,
  ): Result<{readonly body: Uint8Array; readonly stream: AudioStream}, Refusal> {
    const answered = answerOffer(offer, this.#localMedia());
    if (!answered.ok) return failure({status: 488, ...answered.error});
    const {answer, stream} = answered.value;
    const refusal = refuseFamily(stream, this.#media.address);
    return refusal ? failure(refusal) : success({body: this.#write(answer), stream});
  }

  /**
   * Takes the answer to the offer made before. In a provisional response it is a preview: the final one may
   * bring it again, so the offer stays open until `final`.
   */
  accept(body: Uint8Array, final: boolean): Result<AudioStream, Refusal> {
    const offer = this.#local;
    if (final) this.#offered = false;
    const answer = parseSessionDescription(body);
    if (!answer.ok) return failure(unreadable(answer.error));
    if (!offer) return failure({status: 488, text: 'an answer without an offer'});
    const stream = acceptAnswer(offer, answer.value, this.#media.security?.required ?? false);
    if (!stream.ok) return failure({status: 488, ...stream.error});
    const refusal = refuseFamily(stream.value, this.#media.address);
    return refusal ? failure(refusal) : stream;
  }

  /** The preview counts as the answer, or the offer was refused: it waits no more. */
  close(): void {
    this.#offered = false;
  }

  #localMedia(): LocalMedia {
    return {...this.#media, version: this.#version};
  }

  /** The version counts descriptions that differ (RFC 3264 section 8). */
  #write(description: SessionDescription): Uint8Array {
    if (this.#local && contentsOf(this.#local) !== contentsOf(description)) this.#version++;
    this.#local = {...description, origin: {...description.origin, sessionVersion: String(this.#version)}};
    return writeSessionDescription(this.#local);
  }
}

/** Whether encryption is wished for: not at all, where the other side has it too, or rather than the call itself. */
export type EncryptionWish = 'off' | 'optional' | 'required';

/** The encryption that a session may use, with keys of its own. */
export function securityFor(wish: EncryptionWish, random: RandomBytes): LocalSecurity | undefined {
  return wish === 'off' ? undefined : {required: wish === 'required', keys: new LocalKeys(random)};
}

/** Reads an offer and finds out whether it could be answered, before anybody is bothered or a port is opened. */
export function examineOffer(
  body: Uint8Array,
  {encryption, codecs}: {readonly encryption: EncryptionWish; readonly codecs: readonly CodecName[]},
): Result<SessionDescription, Refusal> {
  const offer = parseSessionDescription(body);
  if (!offer.ok) return failure(unreadable(offer.error));
  // The answer goes nowhere, so that its key need not be one.
  const security = securityFor(encryption, (count) => new Uint8Array(count));
  const chosen = chooseLine(offer.value, {direction: 'sendrecv', codecs, security});
  return chosen.ok ? offer : failure({status: 488, ...chosen.error});
}

/** A port on one family of addresses reaches nobody on the other, and would only seem to send. */
function refuseFamily({remote, direction}: AudioStream, own: string): Refusal | undefined {
  const sends = direction === 'sendrecv' || direction === 'sendonly';
  const family = isIP(remote.address);
  if (!sends || family === 0 || family === isIP(own)) return undefined;
  return {
    status: 488,
    code: 'bad-address',
    text: `${remote.address} cannot be reached from ${own}: the one is IPv4, the other IPv6`,
  };
}

/** All but the origin, for comparison. */
function contentsOf(description: SessionDescription): string {
  return JSON.stringify({...description, origin: undefined});
}

function unreadable({place, text}: {readonly place: string; readonly text: string}): Refusal {
  return {status: 400, text: `bad SDP, line ${place}: ${text}`};
}
