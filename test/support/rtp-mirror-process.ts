/**
 * A process with nothing in it but a mirror for RTP: prints its UDP port on 127.0.0.1, and sends every packet back to where it came
 * from, as it came, 90 ms after the first one and as much later as its timestamp tells: like a telephone with a jitter buffer that
 * neither grows nor shrinks. So what was sent a little late does not come back late; and it comes in the middle between
 * two moments at which the sender looks for what has come.
 */
import {createSocket} from 'node:dgram';
import {headerLength, RtpHeader, readPacket} from '../../firmware/rtp/packet.ts';
import {timestampDistance} from '../../firmware/rtp/sequence.ts';

const waiting = 90;
const stepsPerMs = 8;

const socket = createSocket('udp4');
const header = new RtpHeader();
let first: {readonly timestamp: number; readonly came: number} | undefined;

socket.on('message', (bytes, {address, port}) => {
  if (bytes.length < headerLength || readPacket(bytes, header) !== undefined) return;
  const now = performance.now();
  first ??= {timestamp: header.timestamp, came: now};
  const due = first.came + waiting + timestampDistance(first.timestamp, header.timestamp) / stepsPerMs;
  setTimeout(() => socket.send(bytes, port, address), Math.max(0, due - now));
});
socket.bind(0, '127.0.0.1', () => process.stdout.write(`port ${socket.address().port}\n`));
