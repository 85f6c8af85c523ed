import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {networkInterfaces} from 'node:os';
import {afterEach, expect, test} from 'vitest';
import {systemClock} from '../../../firmware/base/clock.ts';
import {type SocketAddress, TransportError} from '../../../firmware/sip/transport/transport.ts';
import {UdpTransport} from '../../../firmware/sip/transport/udp.ts';
import {bindMarked} from '../../../hal/linux/marked-socket.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({address}) => address === '::1'),
);
const message = Buffer.from('OPTIONS sip:a@b SIP/2.0\r\n\r\n');
const open: UdpTransport[] = [];

afterEach(() => {
  for (const transport of open.splice(0)) transport.close();
});

function newTransport(): UdpTransport {
  const transport = new UdpTransport(systemClock, bindMarked);
  open.push(transport);
  return transport;
}

interface Arrival {
  readonly bytes: Uint8Array;
  readonly remote: SocketAddress;
  readonly local: SocketAddress;
}

function arrival(transport: UdpTransport): Promise<Arrival> {
  return new Promise((resolve) => {
    transport.onMessage = (bytes, remote, local) => resolve({bytes, remote, local});
  });
}

test.each(hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'])('a message travels over %s', async (address) => {
  const [sender, receiver] = [newTransport(), newTransport()];
  const from = await sender.bind(address, 0);
  const to = await receiver.bind(address, 0);
  expect(to.port).toBeGreaterThan(0);
  expect(receiver.listening).toEqual([to]);
  const arrived = arrival(receiver);
  sender.send(message, {transport: 'UDP', ...to});
  const {bytes, remote, local} = await arrived;
  expect(Buffer.from(bytes)).toEqual(message);
  expect(remote).toEqual(from);
  expect(local).toEqual(to);
});

test('the local address is the one that the destination sees, with the port we listen on', async () => {
  const transport = newTransport();
  const {port} = await transport.bind('0.0.0.0', 0);
  expect(transport.localAddress({transport: 'UDP', address: '127.0.0.1', port: 5060})).toEqual({
    address: '127.0.0.1',
    port,
  });
});

test('the local address of a socket that is bound to one address is that address', async () => {
  const transport = newTransport();
  const bound = await transport.bind('127.0.0.1', 0);
  expect(transport.localAddress({transport: 'UDP', address: '192.0.2.1', port: 5060})).toEqual(bound);
});

test('of several sockets the one whose address the route has is taken; an answer leaves where the request came in', async () => {
  const transport = newTransport();
  const everywhere = await transport.bind('0.0.0.0', 0);
  const loopback = await transport.bind('127.0.0.1', 0);
  const to = {transport: 'UDP', address: '127.0.0.1', port: 5060} as const;
  expect(transport.localAddress(to)).toEqual(loopback);
  expect(transport.localAddress({...to, from: everywhere})).toEqual({
    address: '127.0.0.1',
    port: everywhere.port,
  });
});

test('a port in use is named, with what to do', async () => {
  const {port} = await newTransport().bind('127.0.0.1', 0);
  const refused = newTransport().bind('127.0.0.1', port);
  await expect(refused).rejects.toThrow(
    `cannot listen on udp:127.0.0.1:${port}: port ${port} is in use by another program; choose another in sip.listen or port 0`,
  );
  await expect(refused).rejects.toBeInstanceOf(TransportError);
});

test('an address that is not ours is named, with what to do', async () => {
  await expect(newTransport().bind('192.0.2.77', 0)).rejects.toThrow('is not an address of this machine');
});

test.each([
  ['no listener of the family', '2001:db8::1', 'there is no IPv6 listener'],
  ['no route', '255.255.255.255', 'cannot send to 255.255.255.255:5060'],
  [
    'no port, as datagrams may come from and addresses may name',
    '127.0.0.1',
    'cannot send to 127.0.0.1:0',
    0,
  ],
])('sending with %s tells the sender why', async (_name, address, text, port = 5060) => {
  const transport = newTransport();
  await transport.bind('0.0.0.0', 0);
  const told = await new Promise<string>((resolve) => {
    transport.send(message, {transport: 'UDP', address, port}, resolve);
  });
  expect(told).toContain(text);
});

test('without a route or a listener there is no local address', async () => {
  const transport = newTransport();
  await transport.bind('0.0.0.0', 0);
  const ask = (address: string) => () => transport.localAddress({transport: 'UDP', address, port: 5060});
  expect(ask('255.255.255.255')).toThrow('no route to 255.255.255.255');
  expect(ask('2001:db8::1')).toThrow('there is no IPv6 listener');
  expect(ask('host.example')).toThrow(TransportError);
});

test('keep-alives are ignored, scraps counted, and neither reaches the layer above', async () => {
  const transport = newTransport();
  const bound = await transport.bind('127.0.0.1', 0);
  const arrived = arrival(transport);
  const stranger = createSocket('udp4');
  for (const scrap of ['', '\r\n\r\n', '\r\n', 'hello', '\0\0'])
    stranger.send(scrap, bound.port, bound.address);
  stranger.send(message, bound.port, bound.address);
  const {bytes} = await arrived;
  expect(Buffer.from(bytes)).toEqual(message);
  expect(transport.dropped).toBe(2);
  stranger.close();
  await once(stranger, 'close');
});

test('the trace has each message in both directions, with real addresses', async () => {
  const [sender, receiver] = [newTransport(), newTransport()];
  const from = await sender.bind('127.0.0.1', 0);
  const to = {address: '127.0.0.1', port: (await receiver.bind('0.0.0.0', 0)).port};
  const trace: unknown[] = [];
  for (const transport of [sender, receiver]) {
    transport.onTrace = ({at, bytes, ...entry}) => {
      expect(at).toBeGreaterThan(0);
      trace.push({...entry, bytes: Buffer.from(bytes).toString()});
    };
  }
  const arrived = arrival(receiver);
  sender.send(message, {transport: 'UDP', ...to});
  await arrived;
  const common = {transport: 'UDP', from, to, bytes: message.toString()};
  expect(trace).toEqual([
    {...common, direction: 'out'},
    {...common, direction: 'in'},
  ]);
});

test('STUN shares the socket: it is told apart, and is no message in a trace', async () => {
  const [sender, receiver] = [newTransport(), newTransport()];
  await sender.bind('127.0.0.1', 0);
  const to = await receiver.bind('127.0.0.1', 0);
  const traced: Uint8Array[] = [];
  sender.onTrace = receiver.onTrace = ({bytes}) => traced.push(bytes);
  const stun = Buffer.from('000100002112a4420102030405060708090a0b0c', 'hex');
  const heard = new Promise<Uint8Array>((resolve) => {
    receiver.onStun = (bytes) => resolve(bytes);
  });
  const arrived = arrival(receiver);
  sender.send(stun, {transport: 'UDP', ...to});
  sender.send(Buffer.from('\r\n\r\n'), {transport: 'UDP', ...to});
  sender.send(message, {transport: 'UDP', ...to});
  expect(Buffer.from(await heard)).toEqual(stun);
  expect(Buffer.from((await arrived).bytes)).toEqual(message);
  expect(traced).toHaveLength(2);
});

test('whom the station does not admit is neither traced nor read; only the address is asked for', async () => {
  const [sender, stranger, receiver] = [newTransport(), newTransport(), newTransport()];
  const from = await sender.bind('127.0.0.1', 0);
  const refused = await stranger.bind('127.0.0.2', 0);
  const to = await receiver.bind('127.0.0.1', 0);
  const asked: string[] = [];
  const traced: string[] = [];
  receiver.admits = (address) => {
    asked.push(address);
    return address !== refused.address;
  };
  receiver.onTrace = (entry) => traced.push(entry.from.address);
  const arrived = arrival(receiver);
  stranger.send(message, {transport: 'UDP', ...to});
  sender.send(message, {transport: 'UDP', ...to});
  expect((await arrived).remote).toEqual(from);
  expect(asked).toEqual(['127.0.0.2', '127.0.0.1']);
  expect(traced).toEqual(['127.0.0.1']);
});
