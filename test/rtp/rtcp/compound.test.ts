import fc from 'fast-check';
import {expect, test} from 'vitest';
import {CompoundWriter, isRtcp, packetType, splitCompound} from '../../../firmware/rtp/rtcp/compound.ts';
import {findReportBlock, readSenderInfo, readSsrc, writeReport} from '../../../firmware/rtp/rtcp/reports.ts';
import {saysGoodbye, writeSourceDescription} from '../../../firmware/rtp/rtcp/source-description.ts';
import {findVoipMetrics, writeVoipMetrics} from '../../../firmware/rtp/rtcp/voip-metrics.ts';

const uint32 = fc.integer({min: 0, max: 0xffff_ffff});
const uint16 = fc.integer({min: 0, max: 0xffff});
const uint8 = fc.integer({min: 0, max: 0xff});

/** A receiver report without blocks, as hexadecimal: the shortest compound. */
const shortest = '80c90001 00000001';

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

test.each([
  ['nothing', '', 'length'],
  ['a part of a header', '80c9', 'length'],
  ['a length beyond the end', '80c90002 00000001', 'length'],
  ['a length that leaves a rest', `${shortest} 80`, 'length'],
  ['version 1', '40c90001 00000001', 'version'],
  ['version 3 of the second', `${shortest} c0cb0000`, 'version'],
  ['a description first', '80ca0001 00000001', 'first-packet'],
  ['an application packet first', '80cc0001 00000001', 'first-packet'],
  ['padding of the first', 'a0c90002 00000001 00000004', 'padding'],
  ['padding of one that is not the last', `${shortest} a0cb0001 00000004 80cb0000`, 'padding'],
  ['padding of no length', `${shortest} a0cb0001 00000000`, 'padding'],
  ['padding longer than the packet', `${shortest} a0cb0001 00000008`, 'padding'],
  ['padding of half a word', `${shortest} a0cb0001 00000002`, 'padding'],
  ['more packets than anybody sends', `${shortest} ${'80cb0000'.repeat(32)}`, 'too-many'],
] as const)('%s is refused', (_, hex, problem) => {
  expect(splitCompound(bytesOf(hex))).toBe(problem);
});

test('packets of a compound, the last one padded', () => {
  const packets = splitCompound(bytesOf(`${shortest} a1cb0002 00000007 00000004`));
  expect(packets).toMatchObject([
    {type: packetType.receiverReport, count: 0},
    {type: packetType.goodbye, count: 1},
  ]);
  if (typeof packets === 'string') throw new Error(packets);
  expect(packets.map(({body}) => body.byteLength)).toEqual([4, 4]);
  expect(saysGoodbye(packets[1]!.body, 1, 7)).toBe(true);
  expect(saysGoodbye(packets[1]!.body, 31, 8)).toBe(false);
});

test('on a port shared with RTP, packet types 192 to 223 are RTCP', () => {
  expect(isRtcp(bytesOf(shortest))).toBe(true);
  expect(isRtcp(bytesOf('80bf'))).toBe(false);
  expect(isRtcp(bytesOf('80e0'))).toBe(false);
  expect(isRtcp(bytesOf('80'))).toBe(false);
});

test('any bytes are read without harm', () => {
  const heads = fc.constantFrom('80c9', '81c8', '9fc8', '80ca', '80cb', '80cf', 'a0cf', '');
  const parts = fc.array(fc.tuple(heads, fc.uint8Array({maxLength: 64})), {maxLength: 5});
  fc.assert(
    fc.property(parts, (pieces) => {
      const bytes = Buffer.concat(
        pieces
          .flatMap(([head, rest]) => {
            const words = Math.floor(rest.length / 4);
            const length = Buffer.from([words >> 8, words]);
            return [
              Buffer.from(head, 'hex'),
              head === '' ? '' : length,
              rest.subarray(0, head ? 4 * words : 64),
            ];
          })
          .map((piece) => Buffer.from(piece)),
      );
      const packets = splitCompound(bytes);
      if (typeof packets === 'string') return;
      for (const {count, body} of packets) {
        readSenderInfo(body);
        readSsrc(body);
        findReportBlock(body, true, count, 0);
        findReportBlock(body, false, count, 0);
        findVoipMetrics(body, 0);
        saysGoodbye(body, count, 0);
      }
    }),
  );
});

test('what is written is read again', () => {
  const info = fc.record({
    ntpSeconds: uint32,
    ntpFraction: uint32,
    rtpTimestamp: uint32,
    packets: uint32,
    octets: uint32,
  });
  const block = fc.record({
    ssrc: uint32,
    fractionLost: uint8,
    cumulativeLost: fc.integer({min: -0x800000, max: 0x7fffff}),
    highestSequence: uint32,
    jitter: uint32,
    lastReport: uint32,
    delaySinceLastReport: uint32,
  });
  const score = fc.option(
    fc.integer({min: 10, max: 50}).map((tenths) => tenths / 10),
    {nil: undefined},
  );
  const metrics = fc.record({
    ssrc: uint32,
    lossRate: uint8,
    discardRate: uint8,
    burstDensity: uint8,
    gapDensity: uint8,
    burstDuration: uint16,
    gapDuration: uint16,
    roundTripDelay: uint16,
    endSystemDelay: uint16,
    gapMinimum: uint8,
    rating: fc.option(fc.integer({min: 0, max: 100}), {nil: undefined}),
    listeningScore: score,
    conversationScore: score,
    bufferNominal: uint16,
    bufferMaximum: uint16,
    bufferAbsoluteMaximum: uint16,
  });
  fc.assert(
    fc.property(uint32, info, block, metrics, (ssrc, sent, received, quality) => {
      const writer = new CompoundWriter();
      writer.add(packetType.senderReport, 1, (body) => writeReport(body, ssrc, sent, [received]));
      writer.add(packetType.sourceDescription, 1, (body) => writeSourceDescription(body, ssrc, 'name'));
      writer.add(packetType.extendedReport, 0, (body) => writeVoipMetrics(body, ssrc, quality));
      const packets = splitCompound(writer.bytes.slice());
      if (typeof packets === 'string') throw new Error(packets);
      const [report, description, extended] = packets;
      expect(packets.map(({type}) => type)).toEqual([200, 202, 207]);
      expect(readSsrc(report!.body)).toBe(ssrc);
      expect(readSenderInfo(report!.body)).toEqual(sent);
      expect(findReportBlock(report!.body, true, 1, received.ssrc)).toEqual(received);
      expect(description!.body.byteLength).toBe(12);
      expect(findVoipMetrics(extended!.body, quality.ssrc)).toEqual(quality);
    }),
  );
});
