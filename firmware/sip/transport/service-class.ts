import type {Socket} from 'node:net';

/** DSCP AF31, the class of call signalling (RFC 2474, RFC 2597). */
export const signallingClass = 26;

/** Tells the network on the way what this connection carries. Of one with TLS it takes the socket below. */
export function markAsSignalling(socket: Socket): void {
  try {
    // The upper six bits of the byte in the IP header.
    socket.setTypeOfService(signallingClass << 2);
  } catch {
    // A socket that is gone already, or a kernel that does not know it: the messages go without.
  }
}
