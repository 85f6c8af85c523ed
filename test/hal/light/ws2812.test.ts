import fc from 'fast-check';
import {expect, test} from 'vitest';
import {frameBytes, SPI_SPEED, Ws2812Encoder} from '../../../hal/light/ws2812.ts';
import {readPulses} from './pulses.ts';

function encode(frame: readonly number[], brightness = 1): Uint8Array {
  const bytes = new Uint8Array(frameBytes(frame.length / 3));
  new Ws2812Encoder().encode(Uint8Array.from(frame), brightness, bytes);
  return bytes;
}

test('full colours come in the order green, red, blue', () => {
  expect(readPulses(encode([255, 0, 0, 0, 255, 0, 0, 0, 255]), SPI_SPEED)).toEqual([
    [0, 255, 0, 255, 0, 0, 0, 0, 255],
  ]);
});

test('what looks half as bright takes less than a quarter of the power', () => {
  expect(readPulses(encode([128, 255, 128]), SPI_SPEED)).toEqual([[255, 56, 56]]);
  expect(readPulses(encode([255, 255, 255], 0.5), SPI_SPEED)).toEqual([[55, 55, 55]]);
});

test('what is lit stays lit however dim it is, in its strongest colour; at 0 all is dark', () => {
  expect(readPulses(encode([255, 180, 0], 0.01), SPI_SPEED)).toEqual([[0, 1, 0]]);
  expect(readPulses(encode([1, 1, 1, 0, 0, 0]), SPI_SPEED)).toEqual([[1, 1, 1, 0, 0, 0]]);
  expect(readPulses(encode([255, 255, 255], 0), SPI_SPEED)).toEqual([[0, 0, 0]]);
});

const frames = fc.array(fc.integer({min: 0, max: 255}), {minLength: 1, maxLength: 96});

test('every frame is read back by its pulses: brighter is never less, and the silence is long enough', () => {
  fc.assert(
    fc.property(frames, fc.double({min: 0, max: 1, noNaN: true}), (levels, brightness) => {
      const frame = levels.flatMap((level) => [level, level, level]);
      const [shown] = readPulses(encode(frame, brightness), SPI_SPEED);
      expect(shown).toHaveLength(frame.length);
      for (const [index, level] of frame.entries()) {
        const power = shown![index]!;
        expect(Math.abs(power - 255 * ((level / 255) * brightness) ** 2.2)).toBeLessThanOrEqual(1);
        expect(power > 0).toBe(level > 0 && brightness > 0);
      }
    }),
  );
});

test('the speeds that controllers make of 2.4 MHz are as good, half of it is not', () => {
  const bytes = encode([1, 128, 255]);
  const expected = readPulses(bytes, SPI_SPEED);
  for (const speed of [250e6 / 106, 500e6 / 210, 400e6 / 168, 2.12e6, 2.5e6]) {
    expect(readPulses(bytes, speed)).toEqual(expected);
  }
  expect(() => readPulses(bytes, SPI_SPEED / 2)).toThrow(/means nothing/);
});
