import {deriveKeys} from './key-derivation.ts';
import {holdsTag, maxPacketLength, PacketCipher} from './packet-cipher.ts';
import {ReplayWindows} from './replay-window.ts';

/** The first header and the sender's SSRC stay readable. */
const plainLength = 8;
/** One bit that says whether the packet is encrypted, and its 31-bit index. */
const indexLength = 4;
const tagLength = 10;
const encrypted = 0x8000_0000;

/**
 * Protects compound RTCP packets (RFC 3711 section 3.4):
 *
 *    first header and SSRC | encrypted rest | E | SRTCP index (31 bits) | authentication tag
 */
export class SrtcpSender {
  readonly #cipher: PacketCipher;
  readonly #packet = new Uint8Array(maxPacketLength);
  #index = 0;

  /** `master`: key and salt. */
  constructor(master: Uint8Array) {
    this.#cipher = new PacketCipher(deriveKeys(master, 'rtcp'));
  }

  /** The compound as it goes on the wire, valid until the next call. @throws RangeError above 2000 bytes. */
  protect(compound: Uint8Array): Uint8Array {
    const packet = this.#packet;
    const {length} = compound;
    packet.set(compound);
    this.#index = (this.#index + 1) % encrypted;
    this.#cipher.apply(packet, plainLength, length, readUint32(packet, 4), this.#index >>> 16, this.#index);
    writeUint32(packet, length, encrypted + this.#index);
    const end = length + indexLength;
    packet.set(this.#cipher.authenticate(packet, end).subarray(0, tagLength), end);
    return packet.subarray(0, end + tagLength);
  }
}

/** Opens protected RTCP packets; what is not genuine, not encrypted, or came before, is refused. */
export class SrtcpReceiver {
  readonly #cipher: PacketCipher;
  readonly #windows = new ReplayWindows();

  /** `master`: key and salt. */
  constructor(master: Uint8Array) {
    this.#cipher = new PacketCipher(deriveKeys(master, 'rtcp'));
  }

  /** The plain compound, decrypted in place; undefined for one to be dropped, whose bytes are left alone. */
  unprotect(bytes: Uint8Array): Uint8Array | undefined {
    const end = bytes.length - tagLength;
    const contentEnd = end - indexLength;
    if (contentEnd < plainLength || bytes.length > maxPacketLength) return undefined;
    const word = readUint32(bytes, contentEnd);
    if (word < encrypted) return undefined;
    const index = word - encrypted;
    const ssrc = readUint32(bytes, 4);
    if (this.#windows.of(ssrc)?.admits(index) === false) return undefined;
    if (!holdsTag(bytes, end, this.#cipher.authenticate(bytes, end), tagLength)) return undefined;
    this.#cipher.apply(bytes, plainLength, contentEnd, ssrc, index >>> 16, index);
    this.#windows.take(ssrc, index);
    return bytes.subarray(0, contentEnd);
  }
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  for (let index = 0; index < 4; index++) bytes[at + index] = value >>> (24 - 8 * index);
}
