import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {readdirSync, readlinkSync} from 'node:fs';
import {networkInterfaces} from 'node:os';
import koffi from 'koffi';
import {expect, onTestFinished, test} from 'vitest';
import {bindMarked} from '../../hal/linux/marked-socket.ts';

const addresses = Object.values(networkInterfaces())
  .flatMap((list) => list ?? [])
  .filter(({internal}) => internal)
  .map(({address}) => address);
const expedited = 46;

function newSocket(address: string, reuseAddr = false): Socket {
  const socket = createSocket({type: address.includes(':') ? 'udp6' : 'udp4', reuseAddr}).on(
    'error',
    () => {},
  );
  onTestFinished(() => {
    try {
      socket.close();
    } catch {
      // The test has closed it.
    }
  });
  return socket;
}

/** The sockets of this process, by descriptor. */
function sockets(): Map<number, string> {
  const all = new Map<number, string>();
  for (const descriptor of readdirSync('/proc/self/fd')) {
    try {
      const link = readlinkSync(`/proc/self/fd/${descriptor}`);
      if (link.startsWith('socket:')) all.set(Number(descriptor), link);
    } catch {
      // Gone meanwhile: the descriptor of the folder itself.
    }
  }
  return all;
}

function option(descriptor: number, level: number, name: number): number {
  const get = koffi
    .load(null)
    .func('int getsockopt(int, int, int, _Out_ int *value, _Inout_ uint32_t *length)');
  const value = [0];
  expect(get(descriptor, level, name, value, [4])).toBe(0);
  return value[0]!;
}

test.each(addresses)(
  'what a socket on %s sends is marked, and the port is its own alone',
  async (address) => {
    const before = sockets();
    const socket = newSocket(address);
    bindMarked(socket, {address, port: 0}, expedited);
    const [descriptor] = [...sockets().keys()].filter((one) => !before.has(one));
    const six = address.includes(':');
    expect(option(descriptor!, six ? 41 : 0, six ? 67 : 1)).toBe(expedited << 2);

    const {port} = socket.address();
    expect(port).toBeGreaterThan(0);
    expect(() => bindMarked(newSocket(address), {address, port}, expedited)).toThrow(
      expect.objectContaining({code: 'EADDRINUSE', syscall: 'bind'}),
    );
    const greedy = newSocket(address, true);
    greedy.bind(port, address);
    expect((await once(greedy, 'error'))[0]).toMatchObject({code: 'EADDRINUSE'});
  },
);

test.each(addresses)('datagrams pass both ways on %s, tied or not', async (address) => {
  const [one, two] = [newSocket(address), newSocket(address)];
  for (const socket of [one, two]) bindMarked(socket, {address, port: 0}, expedited);
  const heard = once(two, 'message');
  one.send('loose', two.address().port, address);
  expect(String((await heard)[0])).toBe('loose');
  two.connect(one.address().port, address);
  await once(two, 'connect');
  const answer = once(one, 'message');
  two.send('tied');
  expect(String((await answer)[0])).toBe('tied');
  two.disconnect();
  const again = once(one, 'message');
  two.send('again', one.address().port, address);
  expect(String((await again)[0])).toBe('again');
});

test.each([
  ['192.0.2.77', 'EADDRNOTAVAIL'],
  ['2001:db8::77', 'EADDRNOTAVAIL'],
  ['nonsense', 'EINVAL'],
])('%s cannot be bound: %s', (address, code) => {
  expect(() => bindMarked(newSocket(address), {address, port: 0}, expedited)).toThrow(
    expect.objectContaining({code}),
  );
});

test('every descriptor is closed once, whatever became of it', async () => {
  const before = sockets();
  for (let round = 0; round < 20; round++) {
    const [socket, second] = [newSocket('127.0.0.1'), newSocket('127.0.0.1')];
    bindMarked(socket, {address: '127.0.0.1', port: 0}, expedited);
    const {port} = socket.address();
    expect(() => bindMarked(second, {address: '127.0.0.1', port}, expedited)).toThrow();
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  }
  expect(sockets()).toEqual(before);
});
