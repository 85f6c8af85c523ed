import {createSocket} from 'node:dgram';
import {randomHex, systemRandom} from '../../../firmware/base/random.ts';

/**
 * Asks `address`:`port` with one OPTIONS over UDP whether anybody there speaks SIP.
 * @returns the status of the answer; undefined where none came within `timeout` ms.
 */
export async function pingSip(
  port: number,
  {address = '127.0.0.1', timeout = 200} = {},
): Promise<number | undefined> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve) => {
      const guard = setTimeout(() => resolve(undefined), timeout);
      const finish = (status: number | undefined): void => {
        clearTimeout(guard);
        resolve(status);
      };
      socket.on('error', () => finish(undefined)); // nobody is bound there
      socket.on('message', (bytes) => {
        const status = /^SIP\/2\.0 (\d{3}) /.exec(bytes.toString('latin1'))?.[1];
        if (status !== undefined) finish(Number(status));
      });
      socket.connect(port, address, () => socket.send(options(socket.address().port, `${address}:${port}`)));
    });
  } finally {
    socket.close();
  }
}

function options(from: number, to: string): string {
  const id = randomHex(systemRandom, 8);
  return [
    `OPTIONS sip:${to} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${from};branch=z9hG4bK${id};rport`,
    'Max-Forwards: 70',
    `From: <sip:ping@127.0.0.1:${from}>;tag=${id}`,
    `To: <sip:${to}>`,
    `Call-ID: ${id}`,
    'CSeq: 1 OPTIONS',
    `Contact: <sip:ping@127.0.0.1:${from}>`,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}
