import {createSocket} from 'node:dgram';

/** A Binding request without attributes (RFC 8489 section 5). */
const request = Buffer.from('000100002112a4420102030405060708090a0b0c', 'hex');

/** Whether a STUN server on 127.0.0.1 answers at all within 200 ms. */
export async function pingStun(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve) => {
      const guard = setTimeout(() => resolve(false), 200);
      const finish = (answered: boolean): void => {
        clearTimeout(guard);
        resolve(answered);
      };
      socket.on('error', () => finish(false)); // nobody is bound there
      socket.on('message', () => finish(true));
      socket.connect(port, '127.0.0.1', () => socket.send(request));
    });
  } finally {
    socket.close();
  }
}
