import type {AudioStream, CodecName} from './audio-stream.ts';
import {type DroppedPackets, nothingDropped} from './dropped-packets.ts';
import {RtpHeader, readPacket} from './packet.ts';
import {Reception} from './reception.ts';
import {RemoteAddress} from './remote-address.ts';
import {nextSequence} from './sequence.ts';
import {TelephoneEventReceiver} from './telephone-event.ts';

/** How long the sender must have been quiet before another may take the stream over, in ms: three packets. */
const quietTime = 50;

/** The static payload type of comfort noise (RFC 3551): some send it unasked. */
const staticNoise = 13;

/** What a receiver tells of its stream. */
export interface ReceiverListener {
  /**
   * A packet of sound, no duplicate, that came at `now` (ms); `header` says where in `bytes` it is. Both are used again
   * afterwards.
   */
  onSound(bytes: Uint8Array, header: RtpHeader, codec: CodecName, now: number): void;
  /** A description of the noise of a pause (RFC 3389): until the next packet of sound there is nothing else. */
  onNoise(bytes: Uint8Array, header: RtpHeader, now: number): void;
  /** The sender changed: timestamps start over. */
  onSenderChanged(): void;
  /** A key was pressed there. */
  onDigit(key: string): void;
}

/**
 * One incoming stream: decides which packets belong to it and what they are. Packets from elsewhere, of
 * other payload types, or that came before are dropped and counted.
 */
export class RtpReceiver {
  readonly reception: Reception;
  /** Packets from the very address that was negotiated, since another was heard or it was set to 0. */
  fromNegotiated = 0;
  /** When the last packet of the stream came, in ms; undefined before the first. */
  heard: number | undefined;
  /** Whether what came last was noise for a pause: nothing more need come as long as it lasts. */
  pausing = false;
  readonly #listener: ReceiverListener;
  readonly #header = new RtpHeader();
  readonly #events = new TelephoneEventReceiver();
  readonly #dropped = {...nothingDropped};
  #stream: AudioStream | undefined;
  #remote: RemoteAddress | undefined;
  #ssrc: number | undefined;
  /** When the sender of the sound was heard last, in ms. */
  #senderHeard = 0;
  #candidateSsrc = 0;
  #candidateNext: number | undefined;

  /** `clockRate` in Hz. */
  constructor(clockRate: number, listener: ReceiverListener) {
    this.reception = new Reception(clockRate);
    this.#listener = listener;
  }

  /** Length of a packet, in ms, as far as it was agreed on. */
  get packetTime(): number {
    return this.#stream?.packetTime ?? 20;
  }

  /** Where the stream's packets come from, and ours go to; undefined before the first `update`. */
  get remote(): RemoteAddress | undefined {
    return this.#remote;
  }

  /** SSRC of the sender of the sound; undefined before the first packet. */
  get ssrc(): number | undefined {
    return this.#ssrc;
  }

  /** What was dropped here so far. */
  get dropped(): Readonly<DroppedPackets> {
    const {duplicates, strays} = this.reception;
    return {...this.#dropped, duplicate: duplicates, sequence: strays};
  }

  /** Counts a datagram that was not genuine and is not to be looked at. */
  dropForged(): void {
    this.#dropped.authentication++;
  }

  /** Takes over what was negotiated, at `now` (ms). Before that every packet is dropped. */
  update(stream: AudioStream, now: number): void {
    this.#stream = stream;
    if (this.#remote === undefined) this.#remote = new RemoteAddress(stream.remote, now);
    else this.#remote.negotiate(stream.remote, now);
  }

  /** One datagram that came from `address` and `port` at `now` (ms). */
  receive(bytes: Uint8Array, address: string, port: number, now: number): void {
    const header = this.#header;
    const stream = this.#stream;
    if (stream === undefined) {
      this.#dropped.early++;
      return;
    }
    if (readPacket(bytes, header) !== undefined) {
      this.#dropped.malformed++;
      return;
    }
    if (!this.#remote!.accept(address, port, header, now)) {
      this.#dropped.address++;
      return;
    }
    this.heard = now;
    this.fromNegotiated = this.#remote!.isNegotiated ? this.fromNegotiated + 1 : 0;
    const {payloadType} = header;
    // Some phones send with the numbers of their answer all the same.
    if (payloadType === stream.receives?.telephoneEvent || payloadType === stream.telephoneEvent) {
      this.#receiveEvent(bytes, header, now);
      return;
    }
    const codec = codecOf(payloadType, stream);
    if (codec !== undefined) this.#receiveSound(bytes, header, codec, now);
    else if (payloadType === (stream.comfortNoise ?? staticNoise)) this.#receiveNoise(bytes, header, now);
    else {
      this.#dropped.payloadType++;
      if (header.ssrc === this.#ssrc) this.reception.pass(header);
    }
  }

  #receiveEvent(bytes: Uint8Array, header: RtpHeader, now: number): void {
    // Some gateways send events with an SSRC of their own: those are no part of the sound's count.
    if (header.ssrc === this.#ssrc && !this.reception.count(header, now, false)) return;
    const key = this.#events.receive(bytes, header);
    if (key !== undefined) this.#listener.onDigit(key);
  }

  #receiveSound(bytes: Uint8Array, header: RtpHeader, codec: CodecName, now: number): void {
    if (!this.#isCurrentSender(header, now)) return;
    if (!this.reception.count(header, now, true)) return;
    this.pausing = false;
    this.#listener.onSound(bytes, header, codec, now);
  }

  #receiveNoise(bytes: Uint8Array, header: RtpHeader, now: number): void {
    if (!this.#isCurrentSender(header, now)) return;
    if (!this.reception.count(header, now, true)) return;
    this.pausing = true;
    this.#listener.onNoise(bytes, header, now);
  }

  /**
   * Another SSRC takes the stream over with its second packet in a row once the present one is quiet: neither a stray packet
   * does, nor a stranger who talks at the same time.
   */
  #isCurrentSender(header: RtpHeader, now: number): boolean {
    if (header.ssrc === this.#ssrc) {
      this.#candidateNext = undefined;
      this.#senderHeard = now;
      return true;
    }
    const follows = header.ssrc === this.#candidateSsrc && header.sequenceNumber === this.#candidateNext;
    if (this.#ssrc !== undefined && !(follows && now - this.#senderHeard >= quietTime)) {
      this.#candidateSsrc = header.ssrc;
      this.#candidateNext = nextSequence(header.sequenceNumber);
      this.#dropped.ssrc++;
      return false;
    }
    if (this.#ssrc !== undefined) {
      this.reception.restart();
      this.#listener.onSenderChanged();
    }
    this.#ssrc = header.ssrc;
    this.#senderHeard = now;
    this.#candidateNext = undefined;
    return true;
  }
}

/** Which codec a packet is of; undefined where its payload type is that of none. */
function codecOf(payloadType: number, stream: AudioStream): CodecName | undefined {
  if (stream.receives !== undefined) {
    for (const format of stream.receives.formats) if (format.payloadType === payloadType) return format.codec;
  }
  return payloadType === stream.payloadType ? stream.codec : undefined;
}
