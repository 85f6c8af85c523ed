import {connect, createServer, type Server, type Socket} from 'node:net';
import {explainSocketError} from './send-failure.ts';
import {markAsSignalling} from './service-class.ts';
import type {StreamSockets} from './stream-sockets.ts';
import type {Destination} from './transport.ts';

/** Plain TCP connections. */
export const tcpSockets: StreamSockets = {
  transport: 'TCP',
  connect({address, port}: Destination, localAddress: string | undefined, onOpen: () => void): Socket {
    const near = localAddress === undefined ? {} : {localAddress};
    const socket = connect({host: address, port, ...near}, () => {
      markAsSignalling(socket);
      onOpen();
    });
    return socket;
  },
  createServer(onConnection: (socket: Socket) => void): Server {
    return createServer(onConnection);
  },
  isPeer: () => true,
  explain: explainSocketError,
};
