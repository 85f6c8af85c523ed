import {failure, type Result, success} from '../../base/result.ts';
import {defaultLimits, type ParseLimits} from '../message/limits.ts';

const carriageReturn = 13;
const lineFeed = 10;
const noBytes = Buffer.alloc(0);

/** What a stream holds, in order. */
export type Frame =
  | {readonly kind: 'message'; readonly bytes: Uint8Array}
  /** A double CRLF between messages, to be answered with a single one (RFC 5626 section 4.4.1). */
  | {readonly kind: 'ping'};

/**
 * Cuts a stream of bytes into SIP messages by their Content-Length (RFC 3261 section 18.3). However the bytes
 * are cut up on their way, the frames are the same.
 *
 *     between --first byte--> head --empty line--> body --Content-Length bytes--> between
 *
 * A message without Content-Length ends with its headers. What cannot be a message, or has a Content-Length
 * that cannot be followed, is garbage: there is no way back into step.
 */
export class Framing {
  #limits: ParseLimits;
  /** The bytes of the message under way, and what came with them. */
  #pending: Buffer = noBytes;
  /** Where `pending` is copied to when it comes in pieces. */
  #storage: Buffer | undefined;
  /** Bytes of the message under way; undefined while its headers are incomplete. */
  #wanted: number | undefined;
  /** How much of the double CRLF between messages has come. */
  #lineBreaks = 0;

  constructor(limits: ParseLimits = defaultLimits) {
    this.#limits = limits;
  }

  /** Whether a message has begun and is not complete. */
  get partial(): boolean {
    return this.#pending.length > 0;
  }

  /**
   * Takes the next bytes, which must not change afterwards, and gives each frame that they complete to `take`. A
   * failure, in plain words, says that the stream is garbage from there on: nothing may be pushed after it. A
   * message with a wrong Content-Length is still given, up to the end of its headers, for it is to be answered.
   */
  push(bytes: Uint8Array, take: (frame: Frame) => void): Result<undefined, string> {
    let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (rest.length > 0) {
      if (!this.partial) rest = this.#skipLineBreaks(rest, take);
      const known = this.#pending.length;
      this.#pending = known === 0 ? rest : this.#join(rest);
      rest = noBytes;
      if (this.#wanted === undefined && this.partial) {
        const problem = this.#readHead(known, take);
        if (problem !== undefined) return failure(problem);
      }
      if (this.#wanted !== undefined && this.#pending.length >= this.#wanted) {
        const message = this.#pending.subarray(0, this.#wanted);
        rest = this.#pending.subarray(this.#wanted);
        this.#pending = noBytes;
        this.#storage = undefined;
        this.#wanted = undefined;
        take({kind: 'message', bytes: message});
      }
    }
    return success(undefined);
  }

  /** Past the line breaks between messages. */
  #skipLineBreaks(bytes: Buffer, take: (frame: Frame) => void): Buffer {
    let index = 0;
    for (; bytes[index] === carriageReturn || bytes[index] === lineFeed; index++) {
      const due = this.#lineBreaks % 2 === 0 ? carriageReturn : lineFeed;
      this.#lineBreaks = bytes[index] === due ? this.#lineBreaks + 1 : 0;
      if (this.#lineBreaks < 4) continue;
      this.#lineBreaks = 0;
      take({kind: 'ping'});
    }
    if (index < bytes.length) this.#lineBreaks = 0;
    return bytes.subarray(index);
  }

  /** The pending bytes and more, in a buffer that doubles: a message may come byte by byte. */
  #join(more: Buffer): Buffer {
    const length = this.#pending.length + more.length;
    if (!this.#storage || this.#storage.length < length) {
      this.#storage = Buffer.allocUnsafeSlow(2 * length);
      this.#pending.copy(this.#storage);
    }
    more.copy(this.#storage, this.#pending.length);
    return this.#storage.subarray(0, length);
  }

  /** Finds how long the message is, once its headers are there. `known` bytes hold no end of them. */
  #readHead(known: number, take: (frame: Frame) => void): string | undefined {
    const {headerBytes, datagram, line} = this.#limits;
    const pending = this.#pending;
    if (!mayBeSip(pending, line)) return 'what came is not SIP';
    // The empty line may have begun in the bytes before.
    const end = headEnd(pending, Math.max(0, known - 2));
    if ((end < 0 ? pending.length : end) > headerBytes) return `more than ${headerBytes} bytes of headers`;
    if (end < 0) return undefined;
    const length = contentLength(pending.toString('latin1', 0, end));
    if (length !== undefined && end + length <= datagram) {
      this.#wanted = end + length;
      return undefined;
    }
    take({kind: 'message', bytes: pending.subarray(0, end)});
    return length === undefined ? 'a wrong Content-Length' : `a message of more than ${datagram} bytes`;
  }
}

/** Whether the bytes can be the start of a message: a line that has `SIP/` where it must be, as far as it is there. */
function mayBeSip(bytes: Buffer, longest: number): boolean {
  const end = bytes.indexOf(lineFeed);
  if (end > longest || (end < 0 && bytes.length > longest)) return false;
  if (!/^[\w.!%*+`'~-]/.test(bytes.toString('latin1', 0, 1))) return false;
  return end < 0 || /^SIP\/\d|^\S+ .* SIP\/\d+\.\d+\s*$/i.test(bytes.toString('latin1', 0, end));
}

/** Past the empty line that ends the headers, looked for from `start`; -1 where it has not come. */
function headEnd(bytes: Buffer, start: number): number {
  for (let index = bytes.indexOf(lineFeed, start); index >= 0; index = bytes.indexOf(lineFeed, index + 1)) {
    if (bytes[index + 1] === lineFeed) return index + 2;
    if (bytes[index + 1] === carriageReturn && bytes[index + 2] === lineFeed) return index + 3;
  }
  return -1;
}

/** The value of Content-Length, 0 where there is none; undefined where it is no number, or there are several values. */
function contentLength(head: string): number | undefined {
  const values = head.matchAll(/\n(?:content-length|l)[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)/gi);
  const distinct = new Set(Array.from(values, ([, value]) => value!.trim()));
  if (distinct.size === 0) return 0;
  const [value = ''] = distinct;
  return distinct.size === 1 && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}
