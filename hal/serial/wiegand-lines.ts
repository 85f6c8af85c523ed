import type {ReaderEntry} from '../hal.ts';

/** A line comes in one piece: what stops for so long (ms) is over. */
const PAUSE = 200;
/** No form is longer than the 34 bits. */
const longestLine = 34;
const lineEnds = new Set([0x02, 0x03, 0x0a, 0x0d]);

/**
 * Reads the lines of converters between Wiegand and a serial port. Each line is one card; it ends with CR, LF or ETX and
 * has one of these forms, which its length tells apart:
 *
 * - 26 or 34 binary digits as they came, parity bits included;
 * - 7 or 9 hexadecimal digits: the same as a number;
 * - 6 or 8 hexadecimal digits: without the parity bits;
 * - 10 decimal digits: the 32 bits of a 34-bit card;
 * - facility and number of a 26-bit card with a comma between: `188,24910`.
 *
 * A card of 26 bits has eight digits, three of facility and five of number; one of 34 bits has ten: what is
 * printed on the card.
 */
export class WiegandLines {
  #line = '';
  #lastAt = Number.NEGATIVE_INFINITY;

  /** Takes the bytes that came at `now` (ms); returns the cards whose lines are complete now. */
  push(bytes: Uint8Array, now: number): ReaderEntry[] {
    const entries: ReaderEntry[] = [];
    if (now - this.#lastAt >= PAUSE) this.#line = '';
    this.#lastAt = now;
    for (const byte of bytes) {
      if (lineEnds.has(byte)) {
        const number = readLine(this.#line);
        if (number !== undefined) entries.push({kind: 'card', digits: number});
        this.#line = '';
      } else {
        const character = String.fromCharCode(byte);
        // Noise: what stands before it is lost. One character more than the longest line keeps it too long.
        const isNoise = !/[0-9A-Fa-f,]/.test(character);
        this.#line = isNoise ? '' : (this.#line + character).slice(0, longestLine + 1);
      }
    }
    return entries;
  }
}

function readLine(line: string): string | undefined {
  if (/^(?:[01]{26}|[01]{34})$/.test(line)) return withoutParity(line);
  if (/^[0-9A-F]{7}$/i.test(line)) return withoutParity(bits(line, 26));
  if (/^[0-9A-F]{9}$/i.test(line)) return withoutParity(bits(line, 34));
  if (/^(?:[0-9A-F]{6}|[0-9A-F]{8})$/i.test(line))
    return cardNumber(Number.parseInt(line, 16), line.length * 4);
  if (/^\d{10}$/.test(line)) return Number(line) < 2 ** 32 ? line : undefined;
  const [, facility, number] = /^(\d{1,3}),(\d{1,5})$/.exec(line) ?? [];
  if (facility === undefined || Number(facility) > 255 || Number(number) > 65_535) return undefined;
  return cardNumber(Number(facility) * 65_536 + Number(number), 24);
}

/** `length` binary digits; more where the number needs more. */
function bits(hexadecimal: string, length: number): string {
  return Number.parseInt(hexadecimal, 16).toString(2).padStart(length, '0');
}

/** The first bit makes the ones of the first half even, the last those of the second half odd. */
function withoutParity(line: string): string | undefined {
  if (line.length !== 26 && line.length !== 34) return undefined;
  const half = line.length / 2;
  const isEven = (part: string) => part.replaceAll('0', '').length % 2 === 0;
  if (!isEven(line.slice(0, half)) || isEven(line.slice(half))) return undefined;
  return cardNumber(Number.parseInt(line.slice(1, -1), 2), line.length - 2);
}

function cardNumber(value: number, length: number): string {
  if (length === 32) return `${value}`.padStart(10, '0');
  const facility = `${Math.floor(value / 65_536)}`.padStart(3, '0');
  return facility + `${value % 65_536}`.padStart(5, '0');
}
