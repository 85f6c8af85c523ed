const READ_COILS = 0x01;
const WRITE_COIL = 0x05;
/** The bit of a function code that makes it a refusal. */
const REFUSED = 0x80;
/** Bytes before the one that a response is looked for in are noise; no more than this are kept. */
const longestLine = 256;

/** The checksum of Modbus over a serial line: CRC-16 with the polynomial 0xA001 from 0xFFFF, sent low byte first. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

/** Switches one coil of a unit (function 5). `unit` is 1 to 247, `coil` 0 to 65535. */
export function writeCoil(unit: number, coil: number, on: boolean): Uint8Array {
  return withChecksum([unit, WRITE_COIL, coil >> 8, coil & 0xff, on ? 0xff : 0, 0]);
}

/** Asks for one coil of a unit (function 1). */
export function readCoil(unit: number, coil: number): Uint8Array {
  return withChecksum([unit, READ_COILS, coil >> 8, coil & 0xff, 0, 1]);
}

/** `refused`: the unit knows the request and does not carry it out; `code` is its exception code. */
export type CoilAnswer = {readonly type: 'on' | 'off'} | {readonly type: 'refused'; readonly code: number};

/** Finds the answer to one request in what comes over the line, whatever noise or late answers surround it. */
export class CoilAnswers {
  readonly #request: Uint8Array;
  #bytes: number[] = [];

  constructor(request: Uint8Array) {
    this.#request = request;
  }

  /** Takes the bytes that came, in any pieces. */
  push(bytes: Uint8Array): CoilAnswer | undefined {
    for (const byte of bytes) {
      this.#bytes.push(byte);
      if (this.#bytes.length > longestLine) this.#bytes.shift();
      const answer = this.#atEnd(5, REFUSED) ?? this.#atEnd(6, 0) ?? this.#atEnd(8, 0);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  /** The answer of `length` bytes that is complete now, if there is one. */
  #atEnd(length: number, flag: number): CoilAnswer | undefined {
    const frame = Uint8Array.from(this.#bytes.slice(-length));
    const [unit, code] = this.#request as Uint8Array & [number, number];
    if (frame.length < length || frame[0] !== unit || frame[1] !== (code | flag) || !isIntact(frame))
      return undefined;
    if (flag === REFUSED) return {type: 'refused', code: frame[2]!};
    if (code === READ_COILS && length === 6 && frame[2] === 1) return {type: frame[3]! & 1 ? 'on' : 'off'};
    if (code !== WRITE_COIL || length !== 8) return undefined;
    // It repeats the request.
    const isSame = frame.every((byte, index) => byte === this.#request[index]);
    return isSame ? {type: frame[4] === 0xff ? 'on' : 'off'} : undefined;
  }
}

function withChecksum(bytes: readonly number[]): Uint8Array {
  const crc = crc16(Uint8Array.from(bytes));
  return Uint8Array.from([...bytes, crc & 0xff, crc >> 8]);
}

function isIntact(frame: Uint8Array): boolean {
  const crc = crc16(frame.subarray(0, -2));
  return frame.at(-2) === (crc & 0xff) && frame.at(-1) === crc >> 8;
}
