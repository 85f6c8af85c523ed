import fc from 'fast-check';
import {expect, test} from 'vitest';
import {headerLength, RtpHeader, readPacket, writeHeader} from '../../firmware/rtp/packet.ts';

const payload = [1, 2, 3, 4];

function packetOf(...bytes: number[]): Uint8Array {
  return Uint8Array.from(bytes);
}

function fixedHeader(flags: number, payloadType = 0): number[] {
  return [flags, payloadType, 0x12, 0x34, 0, 0, 0, 160, 0xde, 0xad, 0xbe, 0xef];
}

test('reads the fields of the fixed header and finds the payload', () => {
  const header = new RtpHeader();
  expect(readPacket(packetOf(...fixedHeader(0x80, 0x80 | 101), ...payload), header)).toBeUndefined();
  expect(header).toMatchObject({
    marker: true,
    payloadType: 101,
    sequenceNumber: 0x1234,
    timestamp: 160,
    ssrc: 0xdeadbeef,
    payloadStart: 12,
    payloadLength: 4,
  });
});

test('skips CSRCs and the header extension, takes off the padding', () => {
  const csrcs = [0, 0, 0, 1, 0, 0, 0, 2];
  const extension = [0xbe, 0xde, 0, 1, 9, 9, 9, 9];
  const padding = [0, 0, 3];
  const header = new RtpHeader();
  const bytes = packetOf(
    ...fixedHeader(0x80 | 0x20 | 0x10 | 2),
    ...csrcs,
    ...extension,
    ...payload,
    ...padding,
  );
  expect(readPacket(bytes, header)).toBeUndefined();
  expect([...bytes.subarray(header.payloadStart, header.payloadStart + header.payloadLength)]).toEqual(
    payload,
  );
});

test.each([
  ['length', []],
  ['length', fixedHeader(0x80).slice(0, 11)],
  ['version', fixedHeader(0x40)],
  ['version', fixedHeader(0xc0)],
  ['rtcp', fixedHeader(0x80, 200)],
  ['csrc', fixedHeader(0x81)],
  ['extension', [...fixedHeader(0x90), 0, 0, 0]],
  ['extension', [...fixedHeader(0x90), 0, 0, 0, 1]],
  ['extension', [...fixedHeader(0x90), 0, 0, 0xff, 0xff, 1, 2, 3, 4]],
  ['padding', [...fixedHeader(0xa0), 1, 0]],
  ['padding', [...fixedHeader(0xa0), 1, 3]],
])('tells of a wrong %s', (problem, bytes) => {
  expect(readPacket(packetOf(...bytes), new RtpHeader())).toBe(problem);
});

test('padding may fill the whole payload', () => {
  const header = new RtpHeader();
  expect(readPacket(packetOf(...fixedHeader(0xa0), 0, 2), header)).toBeUndefined();
  expect(header.payloadLength).toBe(0);
});

test('reads what it wrote', () => {
  const fields = fc.record({
    marker: fc.boolean(),
    payloadType: fc.integer({min: 0, max: 63}),
    sequenceNumber: fc.integer({min: 0, max: 0xffff}),
    timestamp: fc.integer({min: 0, max: 0xffffffff}),
    ssrc: fc.integer({min: 0, max: 0xffffffff}),
  });
  fc.assert(
    fc.property(fields, fc.uint8Array({maxLength: 400}), (written, sound) => {
      const bytes = new Uint8Array(headerLength + sound.length);
      writeHeader(
        bytes,
        written.marker,
        written.payloadType,
        written.sequenceNumber,
        written.timestamp,
        written.ssrc,
      );
      bytes.set(sound, headerLength);
      const header = new RtpHeader();
      expect(readPacket(bytes, header)).toBeUndefined();
      expect(header).toMatchObject({...written, payloadStart: headerLength, payloadLength: sound.length});
    }),
  );
});

test('any bytes give a payload within the datagram, or a problem', () => {
  const start = fc.constantFrom<number[]>([], [0x80, 0], [0x90, 0], [0xb3, 0x80], [0xbf, 111]);
  fc.assert(
    fc.property(start, fc.uint8Array({maxLength: 200}), (first, rest) => {
      const bytes = packetOf(...first, ...rest);
      const header = new RtpHeader();
      if (readPacket(bytes, header) !== undefined) return;
      expect(header.payloadStart).toBeGreaterThanOrEqual(headerLength);
      expect(header.payloadLength).toBeGreaterThanOrEqual(0);
      expect(header.payloadStart + header.payloadLength).toBeLessThanOrEqual(bytes.length);
    }),
    {numRuns: 2000},
  );
});
