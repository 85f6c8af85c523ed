/**
 * Sends datagrams to the media ports of a call as if they came from the other side's own ports, which only a raw socket can (root);
 * a program of its own:
 *
 *     node test/support/rtp-flood.ts STATION_PORT PEER_PORT PACKETS_A_SECOND SECONDS
 *
 * Both on 127.0.0.1, ports of RTP. At the end it prints an `RtpFloodReport` as JSON.
 */
import {argv, stdout} from 'node:process';
import {setTimeout as pause} from 'node:timers/promises';
import koffi from 'koffi';
import type {DroppedPackets} from '../../firmware/rtp/dropped-packets.ts';
import {headerLength, writeHeader} from '../../firmware/rtp/packet.ts';
import {randomNumbers} from './random-numbers.ts';

/** What was sent, by the reason for which it is to be dropped. */
export type RtpFloodReport = Partial<Record<keyof DroppedPackets, number>>;

const library = koffi.load(null);
const socket = library.func('int socket(int domain, int type, int protocol)');
const sendTo = library.func(
  'intptr_t sendto(int fd, const void *bytes, size_t length, int flags, const void *to, uint32_t toLength)',
);
const receive = library.func('intptr_t recv(int fd, _Out_ uint8_t *bytes, size_t length, int flags)');
const [inet, raw, udp, dontWait] = [2, 3, 17, 0x40];
/** Bytes of the headers of IPv4 without options, and of UDP. */
const [ipHeader, udpHeader] = [20, 8];
/** Datagrams go out in portions, so many ms apart. */
const portion = 5;

const [stationPort, peerPort, perSecond, seconds] = argv.slice(2).map(Number) as [
  number,
  number,
  number,
  number,
];
const random = randomNumbers(3);
const fd = socket(inet, raw, udp);
if (fd < 0) throw new Error('no raw socket: this needs root');

function send(from: number, to: number, payload: Uint8Array): void {
  const datagram = Buffer.alloc(udpHeader + payload.length);
  datagram.writeUInt16BE(from, 0);
  datagram.writeUInt16BE(to, 2);
  datagram.writeUInt16BE(datagram.length, 4);
  datagram.set(payload, udpHeader);
  const address = Uint8Array.of(inet, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
  if (sendTo(fd, datagram, datagram.length, 0, address, address.length) < 0)
    throw new Error('nothing can be sent');
}

/** A packet of the call, as this machine lets it be heard. */
async function overhear(): Promise<Buffer> {
  const bytes = new Uint8Array(2048);
  for (;;) {
    const length = Number(receive(fd, bytes, bytes.length, dontWait));
    if (length < 0) await pause(1);
    const packet = Buffer.from(bytes.subarray(ipHeader, Math.max(ipHeader, length)));
    if (packet.length < udpHeader + headerLength || packet.readUInt16BE(0) !== peerPort) continue;
    if (packet.readUInt16BE(2) === stationPort) return packet.subarray(udpHeader);
  }
}

const heard = await overhear();
const [sequence, timestamp, ssrc] = [heard.readUInt16BE(2), heard.readUInt32BE(4), heard.readUInt32BE(8)];

interface Changes {
  readonly payloadType?: number;
  readonly number?: number;
  readonly time?: number;
  readonly source?: number;
}

/** Noise as loud as can be, in a packet of the call with some changes. */
function noise({
  payloadType = 0,
  number = sequence,
  time = timestamp,
  source = ssrc,
}: Changes = {}): Uint8Array {
  const bytes = new Uint8Array(headerLength + 160);
  writeHeader(bytes, false, payloadType, number & 0xffff, time >>> 0, source);
  for (let index = headerLength; index < bytes.length; index++) bytes[index] = random() < 0.5 ? 0x00 : 0x80;
  return bytes;
}

/** The same with its first byte changed. */
function flagged(flags: number, length = 172): Uint8Array {
  const bytes = noise().subarray(0, length);
  bytes[0] = flags;
  return bytes;
}

const anything = () => Math.floor(2 ** 32 * random());

type Kind = readonly [keyof DroppedPackets, () => Uint8Array];
const kinds: readonly Kind[] = [
  ['malformed', () => flagged(Math.floor(128 * random()))],
  ['malformed', () => noise().subarray(0, Math.floor(headerLength * random()))],
  ['malformed', () => flagged(0xa0).fill(255, 171)],
  ['malformed', () => flagged(0x8f, 60)],
  ['malformed', () => flagged(0x90).fill(255, 12, 16)],
  ['payloadType', () => noise({payloadType: 20 + Math.floor(40 * random()), source: ssrc ^ 1})],
  ['ssrc', () => noise({source: anything()})],
  ['ssrc', () => noise({source: ssrc ^ 1, number: anything(), time: anything()})],
  ['sequence', () => noise({number: sequence + 8000 + 2 * Math.floor(24_000 * random()), time: anything()})],
  ['report', () => flagged(0x40).fill(200, 1, 2)],
  ['report', () => Uint8Array.of(0x80, 200, 255, 255, ...new Uint8Array(24))],
];

const most = (4 * portion * perSecond) / 1000;
const report: RtpFloodReport = {};
const start = performance.now();
const total = perSecond * seconds;
for (let sent = 0; sent < total; ) {
  // No more at once than the kernel keeps for a socket, however late this process is.
  const due = Math.min(total, sent + most, ((performance.now() - start) / 1000) * perSecond);
  for (; sent < due; sent++) {
    const [reason, make] = kinds[sent % kinds.length]!;
    const offset = reason === 'report' ? 1 : 0;
    send(peerPort + offset, stationPort + offset, make());
    report[reason] = (report[reason] ?? 0) + 1;
  }
  await pause(portion);
}
stdout.write(`${JSON.stringify(report)}\n`);
