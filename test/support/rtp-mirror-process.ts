/**
 * A process with nothing in it but a mirror for RTP: prints its UDP port on 127.0.0.1, and sends every datagram back to where it
 * came from, 10 ms later: half a step of the sender, far from any moment at which he looks for what has come.
 */
import {createSocket} from 'node:dgram';

const later = 10;

const socket = createSocket('udp4');
socket.on('message', (bytes, {address, port}) => {
  setTimeout(() => socket.send(bytes, port, address), later);
});
socket.bind(0, '127.0.0.1', () => process.stdout.write(`port ${socket.address().port}\n`));
