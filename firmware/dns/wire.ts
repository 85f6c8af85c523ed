import {createSocket} from 'node:dgram';
import {connect, isIP, isIPv6} from 'node:net';
import {numericAddress} from '../base/numeric-address.ts';
import type {DnsWire} from './client.ts';

const dnsPort = 53;
/** Octets before a message over TCP that hold its length (RFC 1035 section 4.2.2). */
const prefixLength = 2;

/** The network of this machine. */
export const systemWire: DnsWire = {
  ask(server, over, query, on) {
    const place = serverPlace(server);
    return over === 'UDP' ? askOverUdp(place, query, on) : askOverTcp(place, query, on);
  },
};

interface Place {
  readonly address: string;
  readonly port: number;
}

type Listener = Parameters<DnsWire['ask']>[3];

/** `address`, `address:port` or `[address]:port`. */
function serverPlace(server: string): Place {
  if (isIP(server)) return {address: server, port: dnsPort};
  const [, address6, address4, port] = /^(?:\[(.*)\]|([^:]*)):(\d+)$/.exec(server) ?? [];
  return {address: address6 ?? address4 ?? server, port: Number(port ?? dnsPort)};
}

function askOverUdp({address, port}: Place, query: Uint8Array, on: Listener) {
  const socket = createSocket({type: isIPv6(address) ? 'udp6' : 'udp4', lookup: numericAddress});
  let open = true;
  const fail = (error: Error) => {
    if (open) on.error(trouble(address, error));
  };
  socket.on('error', fail);
  socket.on('message', (bytes) => {
    if (open) on.message(bytes);
  });
  // A callback of `connect` would be given the error of one that fails, and nobody else would hear of it.
  socket.on('connect', () => {
    if (open) socket.send(query, (error) => error && fail(error));
  });
  // Connected, the kernel lets nothing in but from that server, and tells when nobody listens there.
  socket.connect(port, address);
  return {
    close() {
      if (!open) return;
      open = false;
      socket.close();
    },
  };
}

function askOverTcp({address, port}: Place, query: Uint8Array, on: Listener) {
  const socket = connect({host: address, port});
  let received = Buffer.alloc(0);
  socket.on('error', (error) => on.error(trouble(address, error)));
  socket.on('end', () => on.error(`the name server ${address} broke off`));
  socket.on('data', (bytes: Buffer) => {
    // At most 65,537 octets are kept: the exchange ends with the first message.
    received = Buffer.concat([received, bytes]);
    if (received.length < prefixLength) return;
    const end = prefixLength + received.readUInt16BE();
    if (received.length < end) return;
    socket.removeAllListeners('data');
    on.message(received.subarray(prefixLength, end));
  });
  socket.write(Buffer.concat([Uint8Array.of(query.length >> 8, query.length & 0xff), query]));
  return {
    close() {
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.destroy();
    },
  };
}

function trouble(address: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return `nothing answers at the name server ${address}`;
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ENETDOWN':
      return `no way leads to the name server ${address}; is this machine connected to a network?`;
    default:
      return `the name server ${address} cannot be asked: ${error.message}`;
  }
}
