import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {CardFrames} from '../../../hal/serial/card-frames.ts';
import {CardPresence} from '../../../hal/serial/card-presence.ts';
import {KeypadKeys} from '../../../hal/serial/keypad-keys.ts';
import {WiegandLines} from '../../../hal/serial/wiegand-lines.ts';

/** A card as RDM6300 tells of it: version 0x62, number 0xE3086CED, and their checksum. */
const frame = Buffer.from('\x0262E3086CED08\x03', 'latin1');
const card = {kind: 'card', digits: '3808980205'};

const noise = fc.uint8Array({maxLength: 60});

/** Cuts bytes into pieces of the given lengths, and the rest. */
function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (const length of lengths) {
    pieces.push(bytes.subarray(start, start + length));
    start += length;
  }
  return [...pieces, bytes.subarray(start)];
}

describe('RDM6300', () => {
  test('a frame is the number that is printed on the card', () => {
    expect(new CardFrames().push(frame)).toEqual([card]);
  });

  test('a small number has its zeros', () => {
    const small = Buffer.from('\x0201000000FFFE\x03', 'latin1');
    expect(new CardFrames().push(small)).toEqual([{kind: 'card', digits: '0000000255'}]);
  });

  test.each([
    ['a wrong checksum', '\x0262E3086CED09\x03'],
    ['a digit too few', '\x0262E3086CED0\x03'],
    ['a digit too many', '\x0262E3086CED088\x03'],
    ['a digit that is none', '\x0262E3086CEG08\x03'],
    ['no end', '\x0262E3086CED08'],
    ['no beginning', '62E3086CED08\x03'],
  ])('%s: no card, and the next frame counts', (_, damaged) => {
    const frames = new CardFrames();
    expect(frames.push(Buffer.from(damaged, 'latin1'))).toEqual([]);
    expect(frames.push(frame)).toEqual([card]);
  });

  test('whatever noise comes before, in whatever pieces: the frame counts', () => {
    fc.assert(
      fc.property(noise, fc.array(fc.nat(20), {maxLength: 10}), (before, lengths) => {
        const frames = new CardFrames();
        const pieces = cut(Buffer.concat([before, frame]), lengths);
        expect(pieces.flatMap((piece) => frames.push(piece)).at(-1)).toEqual(card);
      }),
    );
  });

  test('a card that lies there is one event until it is away for a second', () => {
    const presence = new CardPresence();
    const times = [0, 65, 900, 1_800, 2_801];
    expect(times.map((now) => presence.comes('1', now))).toEqual([true, false, false, false, true]);
    expect(presence.comes('2', 2_802)).toBe(true);
  });
});

describe('keypads', () => {
  const type = (text: string) => new KeypadKeys().push(Buffer.from(text, 'latin1'), 0);
  const codes = (...digits: string[]) => digits.map((one) => ({kind: 'code', digits: one}));

  test.each([
    ['#', '1234#', ['1234']],
    ['CR', '1234\r', ['1234']],
    ['CR LF', '1234\r\n56\r\n', ['1234', '56']],
    ['nothing but ends', '##\r\n', []],
    ['"*" begins anew', '99*1234#', ['1234']],
    ['noise within', '1\xff2\x0034#', ['1234']],
    ['the longest', `${'7'.repeat(16)}#`, ['7'.repeat(16)]],
    ['too long, then a good one', `${'7'.repeat(500)}#1234#`, ['1234']],
  ])('%s', (_, text, expected) => {
    expect(type(text)).toEqual(codes(...expected));
  });

  test('digits that nobody ended are no part of what comes five seconds later', () => {
    const keypad = new KeypadKeys();
    expect(keypad.push(Buffer.from('99'), 0)).toEqual([]);
    expect(keypad.push(Buffer.from('12'), 5_000)).toEqual([]);
    expect(keypad.push(Buffer.from('34#'), 9_999)).toEqual(codes('1234'));
  });

  test('after any noise and a pause a code counts', () => {
    fc.assert(
      fc.property(noise, (before) => {
        const keypad = new KeypadKeys();
        keypad.push(before, 0);
        expect(keypad.push(Buffer.from('1234#'), 5_000)).toEqual(codes('1234'));
      }),
    );
  });
});

describe('Wiegand', () => {
  const read = (text: string) => new WiegandLines().push(Buffer.from(text, 'latin1'), 0);
  test.each([
    ['26 bits', withParity(0xbc614e, 24), '18824910'],
    ['26 bits as a number', hexadecimal(withParity(0xbc614e, 24), 7), '18824910'],
    ['24 bits', 'BC614E', '18824910'],
    ['facility and number', '188,24910', '18824910'],
    ['facility and number without zeros', '8,491', '00800491'],
    ['34 bits', withParity(0xe3086ced, 32), '3808980205'],
    ['34 bits as a number', hexadecimal(withParity(0xe3086ced, 32), 9), '3808980205'],
    ['32 bits', 'e3086ced', '3808980205'],
    ['32 bits, decimal', '3808980205', '3808980205'],
  ])('%s', (_, line, digits) => {
    expect(read(`${line}\r\n`)).toEqual([{kind: 'card', digits}]);
    expect(read(`\x02${line}\x03`)).toEqual([{kind: 'card', digits}]);
  });

  test.each([
    ['parity of the first half', flip(withParity(0xbc614e, 24), 0)],
    ['parity of the second half', flip(withParity(0xbc614e, 24), 25)],
    ['a bit of the number', flip(withParity(0xe3086ced, 32), 7)],
    ['a bit too many', `1${withParity(0xbc614e, 24)}`],
    ['more than 26 bits in seven digits', 'FFFFFFF'],
    ['more than 32 bits', '4294967296'],
    ['a facility that cannot be', '256,1'],
    ['nothing', ''],
  ])('wrong: %s', (_, line) => {
    expect(read(`${line}\r\nBC614E\r\n`)).toEqual([{kind: 'card', digits: '18824910'}]);
  });

  test('whatever noise comes before, in whatever pieces: after a pause a line counts', () => {
    fc.assert(
      fc.property(noise, fc.array(fc.nat(20), {maxLength: 5}), (before, lengths) => {
        const lines = new WiegandLines();
        lines.push(before, 0);
        const line = Buffer.from(`${withParity(0xbc614e, 24)}\r`);
        const entries = cut(line, lengths).flatMap((piece) => lines.push(piece, 200));
        expect(entries).toEqual([{kind: 'card', digits: '18824910'}]);
      }),
    );
  });

  test('every card of 32 bits comes through with its parity', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (value) => {
        const [entry] = read(`${withParity(value, 32)}\r`);
        expect(entry?.digits).toBe(`${value}`.padStart(10, '0'));
      }),
    );
  });
});

/** The bits of `value` between the even parity of their first half and the odd parity of the second. */
function withParity(value: number, length: number): string {
  const bits = value.toString(2).padStart(length, '0');
  const ones = (text: string) => [...text].filter((bit) => bit === '1').length;
  const even = ones(bits.slice(0, length / 2)) % 2;
  const odd = 1 - (ones(bits.slice(length / 2)) % 2);
  return `${even}${bits}${odd}`;
}

function hexadecimal(bits: string, length: number): string {
  return Number.parseInt(bits, 2).toString(16).toUpperCase().padStart(length, '0');
}

function flip(bits: string, index: number): string {
  return `${bits.slice(0, index)}${bits[index] === '0' ? '1' : '0'}${bits.slice(index + 1)}`;
}
