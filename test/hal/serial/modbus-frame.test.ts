import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type CoilAnswer, CoilAnswers, crc16, readCoil, writeCoil} from '../../../hal/serial/modbus-frame.ts';

const bytes = (hexadecimal: string) => Buffer.from(hexadecimal.replaceAll(' ', ''), 'hex');
const hexadecimal = (frame: Uint8Array) => Buffer.from(frame).toString('hex');

/** The answer to a request that is found in these bytes. */
const find = (request: Uint8Array, answer: string): CoilAnswer | undefined =>
  new CoilAnswers(request).push(bytes(answer));

test('the checksum of the digits 1 to 9, as catalogues of checksums give it', () => {
  expect(crc16(Buffer.from('123456789'))).toBe(0x4b37);
});

test.each([
  [writeCoil(1, 0, true), '01 05 00 00 ff 00 8c 3a'],
  [writeCoil(1, 0, false), '01 05 00 00 00 00 cd ca'],
  [writeCoil(0x11, 0xac, true), '11 05 00 ac ff 00 4e 8b'],
  [readCoil(1, 0), '01 01 00 00 00 01 fd ca'],
])('requests as manuals of relay boards print them: %#', (frame, printed) => {
  expect(hexadecimal(frame)).toBe(printed.replaceAll(' ', ''));
});

test.each([
  ['a switched coil is the request again', writeCoil(1, 0, true), '01 05 00 00 ff 00 8c 3a', {type: 'on'}],
  ['switched off', writeCoil(1, 0, false), '01 05 00 00 00 00 cd ca', {type: 'off'}],
  ['a coil that is on', readCoil(1, 0), '01 01 01 01 90 48', {type: 'on'}],
  ['a coil that is off', readCoil(1, 0), '01 01 01 00 51 88', {type: 'off'}],
  ['a refusal', writeCoil(1, 0, true), '01 85 02 c3 51', {type: 'refused', code: 2}],
  ['after noise', readCoil(1, 0), 'ff 00 01 01 01 01 90 48', {type: 'on'}],
  ['a damaged byte', readCoil(1, 0), '01 01 01 01 91 48', undefined],
  ['of another unit', readCoil(2, 0), '01 01 01 01 90 48', undefined],
  ['of another coil', writeCoil(1, 1, true), '01 05 00 00 ff 00 8c 3a', undefined],
  ['half', readCoil(1, 0), '01 01 01 01', undefined],
])('an answer: %s', (_, request, answer, expected) => {
  expect(find(request, answer)).toEqual(expected);
});

test('an answer is found after any noise, in any pieces', () => {
  const request = writeCoil(1, 3, true);
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 600}), fc.nat(8), (noise, length) => {
      const answers = new CoilAnswers(request);
      answers.push(noise);
      const found = answers.push(request.subarray(0, length)) ?? answers.push(request.subarray(length));
      expect(found).toEqual({type: 'on'});
    }),
  );
});
