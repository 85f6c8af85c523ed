import type {RtpHeader} from './packet.ts';
import {timestampDistance} from './sequence.ts';

/**
 * Keys as named events (RFC 4733 section 2.3).
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *   |     event     |E|R| volume    |          duration             |
 *   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
export const eventLength = 4;

/** The keys by their event codes, 0 to 15 (RFC 4733 section 3.2). */
const keys = '0123456789*#ABCD';

/**
 * A segment of one long event starts where the one before ended; one packet that told of that end may be
 * missing. Less than the shortest pause between two keys (40 ms, ITU-T Q.24) plus a packet.
 */
const segmentSlack = 320;

/**
 * No packet comes so late, 10 s in samples: one that is older by more is of a sender that has begun its timestamps anew, as
 * gateways do when they connect somebody else.
 */
const latest = 80_000;

/** The event code of a key ("0" to "9", "*", "#", "A" to "D"); undefined for anything else. */
export function eventCode(key: string): number | undefined {
  const code = key.length === 1 ? keys.indexOf(key.toUpperCase()) : -1;
  return code < 0 ? undefined : code;
}

/**
 * Tells each key once, at its first packet, whichever of its packets that is. All packets of an event bear
 * the timestamp of its start (RFC 4733 section 2.5.1.2), so that repeats, late packets and lost end packets
 * need no further care.
 */
export class TelephoneEventReceiver {
  #known = false;
  #ssrc = 0;
  #code = 0;
  #timestamp = 0;
  #duration = 0;
  #ended = false;

  /** Takes one telephone-event packet; returns the key that it tells of for the first time, else undefined. */
  receive(bytes: Uint8Array, header: RtpHeader): string | undefined {
    if (header.payloadLength < eventLength) return undefined;
    const start = header.payloadStart;
    const code = bytes[start]!;
    const ended = (bytes[start + 1]! & 0x80) !== 0;
    const duration = (bytes[start + 2]! << 8) | bytes[start + 3]!;
    const key = keys[code];
    if (key === undefined) return undefined;

    const sameSender = this.#known && this.#ssrc === header.ssrc;
    const ahead = sameSender ? timestampDistance(this.#timestamp, header.timestamp) : 1;
    if (ahead < 0 && -ahead <= latest) return undefined; // a late packet of an event that was told before
    const repeated = sameSender && (ahead === 0 || this.#continues(code, header.marker, ahead));
    this.#known = true;
    this.#ssrc = header.ssrc;
    this.#code = code;
    this.#timestamp = header.timestamp;
    this.#duration = repeated && ahead === 0 ? Math.max(duration, this.#duration) : duration;
    this.#ended = ended || (repeated && ahead === 0 && this.#ended);
    return repeated ? undefined : key;
  }

  /** Whether a packet `ahead` samples later belongs to the running event: a further segment (section 2.5.1.3). */
  #continues(code: number, marker: boolean, ahead: number): boolean {
    const follows = ahead > 0 && ahead <= this.#duration + segmentSlack;
    return follows && !marker && !this.#ended && code === this.#code;
  }
}
