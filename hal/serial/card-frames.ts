import type {ReaderEntry} from '../hal.ts';

const STX = 0x02;
const ETX = 0x03;
/** Ten digits of data and two of checksum. */
const digitsOfFrame = 12;

/**
 * Finds the frames of 125 kHz readers such as RDM6300 in what comes over the line: STX, ten hexadecimal digits (a byte of
 * version, four of the card's number), two of checksum (the five bytes by exclusive or), ETX. A damaged frame is
 * dropped; wherever the next one starts, it is found.
 */
export class CardFrames {
  /** The digits since STX; undefined before one. */
  #digits: string | undefined;

  /** Takes the bytes that came, in any pieces; returns the cards whose frames are complete now. */
  push(bytes: Uint8Array): ReaderEntry[] {
    const entries: ReaderEntry[] = [];
    for (const byte of bytes) {
      if (byte === ETX) {
        const number = readFrame(this.#digits ?? '');
        if (number !== undefined) entries.push({kind: 'card', digits: number});
      }
      if (byte === STX) this.#digits = '';
      else if (this.#digits !== undefined) this.#digits = this.#append(this.#digits, byte);
    }
    return entries;
  }

  #append(digits: string, byte: number): string | undefined {
    const digit = String.fromCharCode(byte);
    return digits.length < digitsOfFrame && /[0-9A-Fa-f]/.test(digit) ? digits + digit : undefined;
  }
}

/** The number that is printed on such cards: the last four bytes as ten decimal digits. */
function readFrame(digits: string): string | undefined {
  if (digits.length !== digitsOfFrame) return undefined;
  const bytes = Buffer.from(digits, 'hex');
  const checksum = bytes.subarray(0, 5).reduce((sum, byte) => sum ^ byte, 0);
  return checksum === bytes[5] ? `${bytes.readUInt32BE(1)}`.padStart(10, '0') : undefined;
}
