import type {RandomBytes} from '../base/random.ts';
import type {AudioStream} from './audio-stream.ts';
import {headerLength, writeHeader} from './packet.ts';
import {advanceTimestamp, nextSequence} from './sequence.ts';
import {eventLength} from './telephone-event.ts';
import {TelephoneEventSender} from './telephone-event-sender.ts';

/** Longest packet that is sent, in ms. */
const maxPacketTime = 60;

/**
 * Makes the packets of one outgoing stream: frames of encoded sound gathered to the packet length that was
 * agreed, or a key's events instead of sound. One buffer serves all packets.
 */
export class RtpSender {
  /** Packets sent. */
  sent = 0;
  /** Bytes of payload sent. */
  octets = 0;
  readonly ssrc: number;
  #sequenceNumber: number;
  #timestamp: number;
  /** First packet, or first after a pause: a talkspurt begins (RFC 3551 section 4.1). */
  #marker = true;
  #payloadType = 0;
  #telephoneEvent: number | undefined;
  #packetSamples = 0;
  readonly #samplesPerMs: number;
  readonly #packet: Uint8Array;
  /** As much of it as a packet takes: a new view of it for each would have to be allocated. */
  #whole: Uint8Array;
  readonly #eventPacket = new Uint8Array(headerLength + eventLength);
  #filled = 0;
  readonly #events = new TelephoneEventSender();
  readonly #send: (packet: Uint8Array) => void;

  /**
   * `clockRate` of the timestamps in Hz, with one byte for each step of it. `send` puts one datagram on the wire before it returns: the
   * bytes are used again.
   */
  constructor(clockRate: number, random: RandomBytes, send: (packet: Uint8Array) => void) {
    const start = new DataView(Uint8Array.from(random(10)).buffer);
    this.ssrc = start.getUint32(0);
    this.#timestamp = start.getUint32(4);
    // The upper half is left out: with SRTP a number that wraps before the first packet arrives would leave the other
    // side with a wrong rollover counter (RFC 4568 section 6.4).
    this.#sequenceNumber = start.getUint16(8) & 0x7fff;
    this.#samplesPerMs = clockRate / 1000;
    this.#packet = new Uint8Array(headerLength + maxPacketTime * this.#samplesPerMs);
    this.#whole = this.#packet;
    this.#send = send;
  }

  /** RTP timestamp of the sound that is captured now. */
  get timestamp(): number {
    return advanceTimestamp(this.#timestamp, this.#filled);
  }

  /** Takes over payload types and packet length of what was negotiated. */
  update(stream: AudioStream): void {
    const packetTime = Math.min(Math.max(stream.packetTime, 10), maxPacketTime);
    const packetSamples = Math.round(packetTime * this.#samplesPerMs);
    if (packetSamples !== this.#packetSamples || stream.payloadType !== this.#payloadType) {
      this.#dropPartialPacket();
    }
    if (packetSamples !== this.#packetSamples) {
      this.#packetSamples = packetSamples;
      this.#whole = this.#packet.subarray(0, headerLength + packetSamples);
    }
    this.#payloadType = stream.payloadType;
    this.#telephoneEvent = stream.telephoneEvent;
  }

  /** Queues a key; false when it is none, telephone-event was not negotiated, or too many wait. */
  sendDigit(key: string): boolean {
    return this.#telephoneEvent !== undefined && this.#events.press(key);
  }

  /** One frame of time with encoded sound in `frame`: sends the packets that are full, or the running key. */
  sendFrame(frame: Uint8Array): void {
    if (this.#sendEvent(frame.length)) return;
    let used = 0;
    while (used < frame.length) {
      const count = Math.min(frame.length - used, this.#packetSamples - this.#filled);
      for (let index = 0; index < count; index++) {
        this.#packet[headerLength + this.#filled + index] = frame[used + index]!;
      }
      used += count;
      this.#filled += count;
      if (this.#filled === this.#packetSamples) this.#sendPacket();
    }
  }

  /** `samples` of time in which nothing is sent. */
  pass(samples: number): void {
    this.#dropPartialPacket();
    this.#timestamp = advanceTimestamp(this.#timestamp, samples);
    this.#marker = true;
  }

  #sendPacket(): void {
    const length = headerLength + this.#filled;
    writeHeader(
      this.#packet,
      this.#marker,
      this.#payloadType,
      this.#sequenceNumber,
      this.#timestamp,
      this.ssrc,
    );
    this.#timestamp = advanceTimestamp(this.#timestamp, this.#filled);
    this.#filled = 0;
    this.#marker = false;
    this.#count(length);
    this.#send(this.#whole);
  }

  /** Sends a packet of the running or next key and lets the time pass; false when no key is being sent. */
  #sendEvent(samples: number): boolean {
    if (this.#telephoneEvent === undefined) return false;
    if (!this.#events.step(this.#eventPacket, headerLength, this.timestamp, samples)) return false;
    this.#dropPartialPacket();
    writeHeader(
      this.#eventPacket,
      this.#events.marker,
      this.#telephoneEvent,
      this.#sequenceNumber,
      this.#events.timestamp,
      this.ssrc,
    );
    this.#timestamp = advanceTimestamp(this.#timestamp, samples);
    this.#count(this.#eventPacket.length);
    this.#send(this.#eventPacket);
    return true;
  }

  #dropPartialPacket(): void {
    this.#timestamp = advanceTimestamp(this.#timestamp, this.#filled);
    this.#filled = 0;
  }

  #count(length: number): void {
    this.#sequenceNumber = nextSequence(this.#sequenceNumber);
    this.sent++;
    this.octets += length - headerLength;
  }
}
