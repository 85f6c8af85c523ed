import {timestampDistance} from '../../rtp/sequence.ts';
import type {Decoder} from '../codec.ts';

/** Packets that may wait. */
const slots = 64;
/** Bytes that may wait; a power of two. */
const capacity = 8192;
/** Longest packet, in bytes: of more only this much is taken. 200 ms. */
export const longestPacket = 1600;

/** What the header of a packet says of its place. */
export interface PacketPlace {
  readonly timestamp: number;
  readonly sequenceNumber: number;
  /** The sender has paused before it (RFC 3550 section 4.1). */
  readonly marker?: boolean;
}

/**
 * Packets that wait to be played, found by their timestamps. All codecs here have 64 kbit/s: one byte for each step of
 * the timestamp's 8000 Hz, so that a packet lies where its timestamp says.
 */
export class PacketQueue {
  readonly #payload = new Uint8Array(longestPacket);
  readonly #bytes = new Uint8Array(capacity);
  readonly #timestamps = new Uint32Array(slots);
  readonly #sequenceNumbers = new Uint16Array(slots);
  /** In bytes; 0 for a free slot. */
  readonly #lengths = new Uint16Array(slots);
  readonly #arrivals = new Float64Array(slots);
  readonly #decoders: (Decoder | undefined)[] = Array(slots).fill(undefined);

  /** Forgets all packets. */
  clear(): void {
    this.#lengths.fill(0);
  }

  /**
   * Takes a payload that came at `arrival` (ms); without a `decoder` it describes noise. Returns false where one with this
   * timestamp waits, or too many do.
   */
  put(
    bytes: Uint8Array,
    start: number,
    count: number,
    {timestamp, sequenceNumber}: PacketPlace,
    decoder: Decoder | undefined,
    arrival: number,
  ): boolean {
    let free = -1;
    for (let slot = 0; slot < slots; slot++) {
      if (this.#lengths[slot] === 0) free = slot;
      else if (this.#timestamps[slot] === timestamp) return false;
    }
    const length = Math.min(count, longestPacket);
    if (free < 0 || length === 0) return false;
    for (let index = 0; index < length; index++) {
      this.#bytes[(timestamp + index) & (capacity - 1)] = bytes[start + index]!;
    }
    this.#timestamps[free] = timestamp;
    this.#sequenceNumbers[free] = sequenceNumber;
    this.#lengths[free] = length;
    this.#arrivals[free] = arrival;
    this.#decoders[free] = decoder;
    return true;
  }

  /**
   * Slot of the earliest packet that ends after `timestamp` or describes noise, which lasts until there is sound again; -1
   * where there is none. What ends before is dropped.
   */
  first(timestamp: number): number {
    let found = -1;
    let least = 0;
    for (let slot = 0; slot < slots; slot++) {
      const length = this.#lengths[slot]!;
      if (length === 0) continue;
      const ahead = timestampDistance(timestamp, this.#timestamps[slot]!);
      if (ahead + length <= 0 && this.#decoders[slot] !== undefined) this.#lengths[slot] = 0;
      else if (found < 0 || ahead < least) {
        found = slot;
        least = ahead;
      }
    }
    return found;
  }

  /** RTP timestamp of the packet in `slot`. */
  timestamp(slot: number): number {
    return this.#timestamps[slot]!;
  }

  /** Its payload's length in bytes, which is its duration in steps of the timestamp. */
  length(slot: number): number {
    return this.#lengths[slot]!;
  }

  /** When it came, in ms. */
  arrival(slot: number): number {
    return this.#arrivals[slot]!;
  }

  /** What decodes it; undefined for a description of noise. */
  decoder(slot: number): Decoder | undefined {
    return this.#decoders[slot];
  }

  /** Frees the slot and returns its payload, valid until the next call. */
  take(slot: number): Uint8Array {
    const length = this.#lengths[slot]!;
    const timestamp = this.#timestamps[slot]!;
    for (let index = 0; index < length; index++) {
      this.#payload[index] = this.#bytes[(timestamp + index) & (capacity - 1)]!;
    }
    this.#lengths[slot] = 0;
    return this.#payload;
  }

  /** Drops packets of sound that end before or at `timestamp`, and tells the sequence number of each. */
  dropBefore(timestamp: number, onDropped: (sequenceNumber: number) => void): void {
    for (let slot = 0; slot < slots; slot++) {
      const length = this.#lengths[slot]!;
      if (length === 0 || this.#decoders[slot] === undefined) continue;
      if (timestampDistance(timestamp, this.#timestamps[slot]!) + length > 0) continue;
      this.#lengths[slot] = 0;
      onDropped(this.#sequenceNumbers[slot]!);
    }
  }
}
