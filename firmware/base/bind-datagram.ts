import type {Socket} from 'node:dgram';
import type {BindMarked} from '../../hal/hal.ts';

/** How what a socket sends is marked for the network on the way: the DSCP, and who can bind a socket with one. */
export interface Marking {
  readonly codePoint: number;
  readonly bind: BindMarked;
}

/**
 * Binds a socket to an address of this machine and a port, 0 for any free one, that nobody else has.
 * Rejects with the system's error, the socket then closed. Its `error` events are the caller's from then on.
 */
export function bindDatagram(
  socket: Socket,
  where: {readonly address: string; readonly port: number},
  marking: Marking | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      socket.close();
      reject(error);
    };
    socket.once('error', fail);
    socket.once('listening', () => {
      socket.removeListener('error', fail);
      resolve();
    });
    if (!marking) {
      socket.bind({...where, exclusive: true});
      return;
    }
    try {
      marking.bind(socket, where, marking.codePoint);
    } catch (error) {
      fail(error);
    }
  });
}
