import {findPayload} from '../packet.ts';
import {sequenceDistance} from '../sequence.ts';
import {cryptoSuites, type SuiteName} from './crypto-suite.ts';
import {deriveKeys} from './key-derivation.ts';
import {holdsTag, maxPacketLength, PacketCipher} from './packet-cipher.ts';
import {ReplayWindows} from './replay-window.ts';

/**
 * Protects the RTP packets of one sender (RFC 3711 section 3.3): payload encrypted, everything authenticated together
 * with the rollover counter, which counts the wraps of the sequence number and is never sent.
 */
export class SrtpSender {
  readonly #cipher: PacketCipher;
  readonly #tagLength: number;
  readonly #packet = new Uint8Array(maxPacketLength);
  #rollover = 0;
  #last: number | undefined;

  /** `master`: key and salt. */
  constructor(suite: SuiteName, master: Uint8Array) {
    this.#cipher = new PacketCipher(deriveKeys(master, 'rtp'));
    this.#tagLength = cryptoSuites[suite].tagLength;
  }

  /**
   * The packet as it goes on the wire, valid until the next call; sequence numbers count up by less than half their
   * range. @throws RangeError for a packet of more than 2000 bytes.
   */
  protect(packet: Uint8Array): Uint8Array {
    const protectedPacket = this.#packet;
    const {length} = packet;
    protectedPacket.set(packet);
    const sequenceNumber = (packet[2]! << 8) | packet[3]!;
    if (this.#last !== undefined && sequenceNumber < this.#last && isAfter(this.#last, sequenceNumber)) {
      this.#rollover++;
    }
    this.#last = sequenceNumber;
    const start = findPayload(packet);
    if (typeof start === 'number') {
      this.#cipher.apply(protectedPacket, start, length, ssrcOf(packet), this.#rollover, sequenceNumber);
    }
    const digest = this.#cipher.authenticate(protectedPacket, length, this.#rollover);
    for (let index = 0; index < this.#tagLength; index++) protectedPacket[length + index] = digest[index]!;
    return protectedPacket.subarray(0, length + this.#tagLength);
  }
}

/** Opens the packets that the other side protected; what is not genuine, or came before, is refused. */
export class SrtpReceiver {
  readonly #cipher: PacketCipher;
  readonly #tagLength: number;
  readonly #windows = new ReplayWindows();

  /** `master`: key and salt. */
  constructor(suite: SuiteName, master: Uint8Array) {
    this.#cipher = new PacketCipher(deriveKeys(master, 'rtp'));
    this.#tagLength = cryptoSuites[suite].tagLength;
  }

  /** The plain packet, decrypted in place; undefined for one to be dropped, whose bytes are left alone. */
  unprotect(bytes: Uint8Array): Uint8Array | undefined {
    const end = bytes.length - this.#tagLength;
    if (bytes.length > maxPacketLength) return undefined;
    const start = findPayload(bytes);
    if (typeof start !== 'number' || start > end) return undefined;
    const ssrc = ssrcOf(bytes);
    const sequenceNumber = (bytes[2]! << 8) | bytes[3]!;
    const window = this.#windows.of(ssrc);
    const index = packetIndex(window?.newest ?? -1, sequenceNumber);
    if (index < 0 || window?.admits(index) === false) return undefined;
    const rollover = Math.floor(index / 0x10000);
    const digest = this.#cipher.authenticate(bytes, end, rollover);
    if (!holdsTag(bytes, end, digest, this.#tagLength)) return undefined;
    this.#cipher.apply(bytes, start, end, ssrc, rollover, sequenceNumber);
    this.#windows.take(ssrc, index);
    return bytes.subarray(0, end);
  }
}

/**
 * The 48-bit index of a packet of which only the lower 16 bits are known, next to the `newest` (RFC 3711 section 3.3.1);
 * negative for one from before the beginning. A first packet, `newest` being -1, begins at rollover 0.
 */
export function packetIndex(newest: number, sequenceNumber: number): number {
  if (newest < 0) return sequenceNumber;
  return newest + sequenceDistance(newest & 0xffff, sequenceNumber);
}

function isAfter(one: number, other: number): boolean {
  return sequenceDistance(one, other) > 0;
}

function ssrcOf(packet: Uint8Array): number {
  return ((packet[8]! << 24) | (packet[9]! << 16) | (packet[10]! << 8) | packet[11]!) >>> 0;
}
