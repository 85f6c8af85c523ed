import {connect, createServer, type Server, type Socket} from 'node:net';
import {explainSocketError, type StreamSockets} from './stream-sockets.ts';
import type {Destination} from './transport.ts';

/** Plain TCP connections. */
export const tcpSockets: StreamSockets = {
  transport: 'TCP',
  connect({address, port}: Destination, localAddress: string | undefined, onOpen: () => void): Socket {
    return connect({host: address, port, ...(localAddress === undefined ? {} : {localAddress})}, onOpen);
  },
  createServer(onConnection: (socket: Socket) => void): Server {
    return createServer(onConnection);
  },
  isPeer: () => true,
  explain: explainSocketError,
};
