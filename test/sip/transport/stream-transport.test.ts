import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import {networkInterfaces} from 'node:os';
import {expect, onTestFinished, test} from 'vitest';
import {systemClock} from '../../../firmware/base/clock.ts';
import type {StreamSockets} from '../../../firmware/sip/transport/stream-sockets.ts';
import {StreamTransport} from '../../../firmware/sip/transport/stream-transport.ts';
import {tcpSockets} from '../../../firmware/sip/transport/tcp.ts';
import {
  type Destination,
  type SocketAddress,
  TransportError,
} from '../../../firmware/sip/transport/transport.ts';
import {FakeClock} from '../../support/fake-clock.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((list) =>
  list?.some(({address}) => address === '::1'),
);
const message = Buffer.from('OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n');

function newTransport(): StreamTransport {
  const transport = new StreamTransport(tcpSockets, systemClock);
  onTestFinished(() => transport.close());
  return transport;
}

function to(address: SocketAddress): Destination {
  return {transport: 'TCP', ...address};
}

interface Arrival {
  readonly text: string;
  readonly remote: SocketAddress;
  readonly local: SocketAddress;
}

/** The next `count` messages. */
function arrivals(transport: StreamTransport, count = 1): Promise<Arrival[]> {
  const arrived: Arrival[] = [];
  return new Promise((resolve) => {
    transport.onMessage = (bytes, remote, local) => {
      arrived.push({text: Buffer.from(bytes).toString(), remote, local});
      if (arrived.length === count) resolve(arrived);
    };
  });
}

/** A server that is no SIP, and the connections it got. */
async function listen(): Promise<{server: Server; sockets: Socket[]; at: SocketAddress}> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {server, sockets, at: {address: '127.0.0.1', port: (server.address() as AddressInfo).port}};
}

async function stranger(at: SocketAddress): Promise<Socket> {
  const socket = connect({host: at.address, port: at.port});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket.on('error', () => {});
}

test.each(hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'])(
  'messages travel over %s, one connection for all; the answer comes back on it',
  async (address) => {
    const [client, server] = [newTransport(), newTransport()];
    const at = await server.bind(address, 0);
    const requests = arrivals(server, 3);
    for (let count = 0; count < 3; count++) client.send(message, to(at));
    const [first, second, third] = await requests;
    expect([first, second, third].map((one) => one?.text)).toEqual(Array(3).fill(message.toString()));
    expect(second?.remote).toEqual(first?.remote);
    expect(first?.local).toEqual(at);
    expect([client.connections, server.connections]).toEqual([1, 1]);
    const response = arrivals(client);
    server.send(message, {...to(first!.remote), from: first!.local, sentByPort: 9});
    expect((await response)[0]?.remote).toEqual(at);
    expect(server.connections).toBe(1);
  },
);

test('nobody listening is told to every sender that waits, in plain words', async () => {
  const {server, at} = await listen();
  await new Promise((closed) => server.close(closed));
  const client = newTransport();
  const texts = await Promise.all(
    [1, 2].map(() => new Promise<string>((resolve) => client.send(message, to(at), resolve))),
  );
  const expected = `cannot send to 127.0.0.1:${at.port}: connection refused: nothing listens there`;
  expect(texts).toEqual([expected, expected]);
  expect(client.connections).toBe(0);
});

test('a listener on loopback is no way to other machines, and that is said', async () => {
  const client = newTransport();
  await client.bind('127.0.0.1', 0);
  const text = await new Promise<string>((resolve) =>
    client.send(message, to({address: '192.0.2.1', port: 5060}), resolve),
  );
  expect(text).toMatch(/does it listen on loopback only\?|is this machine connected to that network\?/);
});

test('a request hears of the loss of its connection, which is not used again', async () => {
  const {sockets, server, at} = await listen();
  const client = newTransport();
  const connected = once(server, 'connection');
  const lost = new Promise<string>((resolve) => client.send(message, to(at), resolve));
  const [socket] = (await connected) as [Socket];
  await once(socket, 'data');
  socket.destroy();
  expect(await lost).toContain('the other side closed the connection');
  expect(client.connections).toBe(0);
  const again = once(server, 'connection');
  client.send(message, to(at));
  await again;
  expect(sockets).toHaveLength(2);
});

test('a response whose connection is gone goes to where the peer listens (RFC 3261 section 18.2.2)', async () => {
  const server = newTransport();
  const bound = await server.bind('127.0.0.1', 0);
  const {server: listener, at} = await listen();
  const socket = await stranger(bound);
  const request = arrivals(server);
  socket.write(message);
  const [{remote, local}] = (await request) as [Arrival];
  const gone = once(socket, 'close');
  socket.destroy();
  await gone;
  await expect.poll(() => server.connections).toBe(0);
  const connected = once(listener, 'connection');
  server.send(message, {...to(remote), from: local, sentByPort: at.port});
  const [back] = (await connected) as [Socket];
  expect(String((await once(back, 'data'))[0])).toBe(message.toString());
});

test('a ping is answered with a pong; garbage ends the connection', async () => {
  const server = newTransport();
  const bound = await server.bind('127.0.0.1', 0);
  const socket = await stranger(bound);
  socket.write('\r\n\r\n');
  expect(String((await once(socket, 'data'))[0])).toBe('\r\n');
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await once(socket.resume(), 'close');
  expect(server.connections).toBe(0);
});

test('one address gets so many connections and no more, and gets room again', async () => {
  const server = newTransport();
  const bound = await server.bind('127.0.0.1', 0);
  const sockets = await Promise.all(Array.from({length: 16}, () => stranger(bound)));
  await expect.poll(() => server.connections).toBe(16);
  const refused = await stranger(bound);
  await once(refused.resume(), 'close');
  expect(server.connections).toBe(16);
  sockets[0]!.destroy();
  await expect.poll(() => server.connections).toBe(15);
  const request = arrivals(server);
  (await stranger(bound)).write(message);
  expect((await request)[0]?.text).toBe(message.toString());
});

test('of one who sends more than he may little is read at a time, and nothing lost', async () => {
  const clock = new FakeClock();
  const server = new StreamTransport(tcpSockets, clock);
  onTestFinished(() => server.close());
  const at = await server.bind('127.0.0.1', 0);
  const asked: string[] = [];
  // The connection, and no message.
  server.admits = (address) => asked.push(address) === 1;
  const count = 8000;
  let received = 0;
  server.onMessage = () => received++;
  (await stranger(at)).write(Buffer.concat(Array<Buffer>(count).fill(message)));
  await expect.poll(() => received).toBeGreaterThan(0);
  const first = received;
  expect(first).toBeLessThan(count / 2);
  const readOn = () => {
    clock.advance(1000);
    return received;
  };
  await expect.poll(readOn, {interval: 5, timeout: 20_000}).toBe(count);
  expect(asked).toEqual(Array(count + 1).fill('127.0.0.1'));
});

test('whoever may not send any more is not connected to either, for that costs more than a message', async () => {
  const server = newTransport();
  const at = await server.bind('127.0.0.1', 0);
  let admitted = false;
  server.admits = () => admitted;
  await once(await stranger(at), 'close');
  expect(server.connections).toBe(0);
  admitted = true;
  const arrived = arrivals(server);
  (await stranger(at)).write(message);
  await arrived;
});

test('without a listener the address to be reached at is that of the connection', async () => {
  const {server, at} = await listen();
  const client = newTransport();
  const connected = once(server, 'connection');
  await new Promise<void>((ready) => client.prepare(to(at), ready));
  const [socket] = (await connected) as [Socket];
  expect(client.localAddress(to(at))).toEqual({address: '127.0.0.1', port: socket.remotePort});
  const bound = await client.bind('127.0.0.1', 0);
  expect(client.localAddress(to(at))).toEqual(bound);
});

test('a hold hears of the loss of the connection, until it is released', async () => {
  const {server, at} = await listen();
  const client = newTransport();
  const lost: string[] = [];
  const hold = client.hold(to(at), (why) => lost.push(why));
  for (const released of [false, true]) {
    if (released) hold.release();
    const connected = once(server, 'connection');
    client.send(message, to(at));
    const [socket] = (await connected) as [Socket];
    socket.destroy();
    await expect.poll(() => client.connections).toBe(0);
  }
  expect(lost).toEqual(['the other side closed the connection']);
});

test('keep-alives come at the shortest pause that a hold asks for, also on a connection that is open already', async () => {
  const {server, at} = await listen();
  const clock = new FakeClock();
  const client = new StreamTransport(tcpSockets, clock);
  onTestFinished(() => client.close());
  const connected = once(server, 'connection');
  client.send(message, to(at));
  const [socket] = (await connected) as [Socket];
  const received: string[] = [];
  socket.on('data', (bytes: Buffer) => received.push(bytes.toString()));
  await expect.poll(() => received.length).toBe(1);
  const lost: string[] = [];
  client.hold(to(at), undefined, 90_000);
  client.hold(to(at), (why) => lost.push(why), 20_000);
  clock.advance(20_000);
  await expect.poll(() => received).toEqual([message.toString(), '\r\n\r\n']);
  // Its answer was promised.
  clock.advance(10_000);
  expect(lost).toEqual(['the other side is silent']);
});

test('a connection on which nothing came since a request went unanswered is closed', async () => {
  const {server, at} = await listen();
  const client = newTransport();
  const connected = once(server, 'connection');
  client.send(message, to(at));
  const [socket] = (await connected) as [Socket];
  await once(socket, 'data');
  client.unanswered(to(at), 0);
  expect(client.connections).toBe(1);
  client.unanswered(to(at), Number.POSITIVE_INFINITY);
  expect(client.connections).toBe(0);
});

test('a port in use is named, with what to do', async () => {
  const {at} = await listen();
  const refused = newTransport().bind(at.address, at.port);
  await expect(refused).rejects.toThrow(
    `cannot listen on tcp:127.0.0.1:${at.port}: port ${at.port} is in use by another program; choose another in sip.listen or port 0`,
  );
  await expect(refused).rejects.toBeInstanceOf(TransportError);
});

test('the trace has each message in both directions', async () => {
  const [client, server] = [newTransport(), newTransport()];
  const at = await server.bind('127.0.0.1', 0);
  const trace: string[] = [];
  for (const transport of [client, server]) {
    transport.onTrace = ({transport: name, direction, to: receiver, bytes}) =>
      trace.push(`${name} ${direction} ${receiver.port === at.port} ${bytes.length}`);
  }
  const request = arrivals(server);
  client.send(message, to(at));
  await request;
  expect(trace).toEqual([`TCP out true ${message.length}`, `TCP in true ${message.length}`]);
});

test('packets are marked as signalling, on connections of either origin', async () => {
  const marks: (() => number)[] = [];
  const watched: StreamSockets = {
    ...tcpSockets,
    connect: (...options) => {
      const socket = tcpSockets.connect(...options);
      marks.push(() => socket.getTypeOfService());
      return socket;
    },
    createServer: (onConnection) =>
      tcpSockets.createServer((socket) => {
        marks.push(() => socket.getTypeOfService());
        onConnection(socket);
      }),
  };
  const [client, server] = [0, 1].map(() => new StreamTransport(watched, systemClock));
  onTestFinished(() => [client, server].forEach((transport) => void transport?.close()));
  const request = arrivals(server!);
  client!.send(message, to(await server!.bind('127.0.0.1', 0)));
  await request;
  expect(marks.map((mark) => mark())).toEqual([0x68, 0x68]);
});

test('connections from an address that is not ours any more are dropped, others stay', async () => {
  const [client, server] = [newTransport(), newTransport()];
  const at = await server.bind('127.0.0.1', 0);
  const request = arrivals(server);
  client.send(message, to(at));
  await request;
  client.dropLost((address) => address === '127.0.0.1');
  expect(client.connections).toBe(1);
  const lost: string[] = [];
  client.hold(to(at), (why) => lost.push(why));
  client.dropLost((address) => address === '192.0.2.7');
  expect(client.connections).toBe(0);
  expect(lost).toEqual(['127.0.0.1 is not an address of this machine any more']);
});
