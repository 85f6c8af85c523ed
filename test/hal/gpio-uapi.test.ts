import fc from 'fast-check';
import {expect, test} from 'vitest';
import {
  GET_CHIP_INFO,
  GET_LINE_INFO,
  GET_LINES,
  GET_VALUES,
  LineFlag,
  lineRequest,
  readEvents,
  readLineInfo,
  SET_VALUES,
} from '../../hal/gpio/uapi.ts';
import {nearNames} from '../../hal/near-names.ts';

const line = (offset: number, flags = 0, debounce = 0) => ({offset, flags, debounce});

/** Kind, value and lines of each attribute of a request. */
function attributesOf(request: Buffer) {
  return Array.from({length: request.readUInt32LE(296)}, (_, index) => {
    const start = 320 + 24 * index;
    return [
      request.readUInt32LE(start),
      request.readBigUInt64LE(start + 8),
      request.readBigUInt64LE(start + 16),
    ];
  });
}

test('the request numbers are those of linux/gpio.h', () => {
  expect([GET_CHIP_INFO, GET_LINE_INFO, GET_LINES, GET_VALUES, SET_VALUES]).toEqual([
    0x8044b401, 0xc100b405, 0xc250b407, 0xc010b40e, 0xc010b40f,
  ]);
});

test('lines that are wired alike share an attribute', () => {
  const low = LineFlag.input | LineFlag.activeLow;
  const request = lineRequest(
    'doorline',
    [line(17, low, 5000), line(4, LineFlag.input), line(27, low, 5000)],
    96,
  );
  expect([0, 4, 8].map((at) => request.readUInt32LE(at))).toEqual([17, 4, 27]);
  expect(request.toString('latin1', 256, 264)).toBe('doorline');
  expect(attributesOf(request)).toEqual([
    [1, BigInt(low), 0b101n],
    [1, BigInt(LineFlag.input), 0b010n],
    [3, 5000n, 0b101n],
  ]);
  expect([560, 564].map((at) => request.readUInt32LE(at))).toEqual([3, 96]);
});

test('more than the kernel takes in one request is refused here', () => {
  const many = (count: number) => Array.from({length: count}, (_, index) => line(index, 0, index));
  expect(() => lineRequest('doorline', many(65), 0)).toThrow(RangeError);
  expect(() => lineRequest('doorline', many(11), 0)).toThrow(RangeError);
  expect(() => lineRequest('doorline', many(10), 0)).not.toThrow();
});

test('whatever a kernel answers is read without an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({minLength: 256, maxLength: 256}), (bytes) => {
      const {name, consumer} = readLineInfo(Buffer.from(bytes));
      expect(name.length).toBeLessThanOrEqual(32);
      expect(consumer.length).toBeLessThanOrEqual(32);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 200}), (bytes) => {
      expect(readEvents(Buffer.from(bytes))).toHaveLength(Math.floor(bytes.length / 48));
    }),
  );
});

test('the names that are most like one come first', () => {
  const names = ['SDA1', 'GPIO1', 'GPIO17', 'GPIO27', 'GPIO22', 'GPIO117', 'GPIO17'];
  expect(nearNames('gpio17', names)).toEqual(['GPIO17', 'GPIO1', 'GPIO27', 'GPIO117']);
  expect(nearNames('GPIO17', [])).toEqual([]);
});
