import {afterEach, describe, expect, test} from 'vitest';
import {type OnDatagram, RtpPorts, type RtpSocket} from '../../firmware/audio/rtp-socket.ts';
import {bindMarked} from '../../hal/linux/marked-socket.ts';
import {freePorts} from '../support/ports.ts';

const open: {close(): void}[] = [];
const ignore = () => {};

afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

interface Arrival {
  text: string;
  from: number;
}

async function bind(
  ports: RtpPorts,
): Promise<{socket: RtpSocket; rtcp: RtpSocket; arrival(): Promise<Arrival>}> {
  const arrived: Arrival[] = [];
  let tell: (() => void) | undefined;
  const hear: OnDatagram = (bytes, _, from) => {
    arrived.push({text: Buffer.from(bytes).toString(), from});
    tell?.();
  };
  const {rtp: socket, rtcp} = await ports.bind('127.0.0.1', hear, hear);
  expect(rtcp.port).toBe(socket.port + 1);
  open.push(socket, rtcp);
  const arrival = async () => {
    while (arrived.length === 0) {
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
    }
    return arrived.shift()!;
  };
  return {socket, rtcp, arrival};
}

describe.each([
  ['marked', bindMarked],
  ['unmarked', undefined],
] as const)('%s', (_, binding) => {
  test('even ports in turn; one in use is passed over; none left is said', async () => {
    const {first} = await freePorts(6);
    const ports = new RtpPorts(first - 1, first + 5, binding);
    const one = await bind(ports);
    const two = await bind(ports);
    const three = await bind(ports);
    expect([one, two, three].map(({socket}) => socket.port)).toEqual([first, first + 2, first + 4]);
    await expect(bind(ports)).rejects.toThrow(/no free RTP ports on 127\.0\.0\.1.*media_ports/);
    open.splice(open.indexOf(two.socket), 2);
    two.socket.close();
    two.rtcp.close();
    expect((await bind(ports)).socket.port).toBe(first + 2);
  });

  test('an address that is not ours is said', async () => {
    const ports = new RtpPorts(20000, 20010, binding);
    await expect(ports.bind('192.0.2.77', ignore, ignore)).rejects.toThrow('no RTP port on 192.0.2.77');
  });

  test('to a port that there is not, as the other side may have named, nothing is sent', async () => {
    const {first, last} = await freePorts(4);
    const {socket} = await bind(new RtpPorts(first, last, binding));
    for (const port of [0, 65_536]) {
      socket.send(Buffer.from('lost'), {address: '127.0.0.1', port});
      socket.connect({address: '127.0.0.1', port});
      expect(socket.connected).toBe(false);
    }
  });

  test('datagrams pass, tied or not; tied, strangers are not heard', async () => {
    const {first, last} = await freePorts(10);
    const ports = new RtpPorts(first, last, binding);
    const one = await bind(ports);
    const two = await bind(ports);
    const stranger = await bind(ports);
    const addressOf = (socket: RtpSocket) => ({address: '127.0.0.1', port: socket.port});

    one.socket.send(Buffer.from('loose'), addressOf(two.socket));
    expect(await two.arrival()).toEqual({text: 'loose', from: one.socket.port});
    two.socket.connect(addressOf(one.socket));
    expect(two.socket.connected).toBe(true);
    stranger.socket.send(Buffer.from('strange'), addressOf(two.socket));
    two.socket.send(Buffer.from('tied'), addressOf(one.socket));
    expect(await one.arrival()).toEqual({text: 'tied', from: two.socket.port});
    one.socket.send(Buffer.from('answer'), addressOf(two.socket));
    expect((await two.arrival()).text).toBe('answer');
    two.socket.disconnect();
    stranger.socket.send(Buffer.from('again'), addressOf(two.socket));
    expect((await two.arrival()).text).toBe('again');
  });

  test('a port that refuses does no harm', async () => {
    const {first, last} = await freePorts(10);
    const ports = new RtpPorts(first, last, binding);
    const one = await bind(ports);
    const two = await bind(ports);
    const nobody = {address: '127.0.0.1', port: first + 9};
    one.socket.connect(nobody);
    for (let count = 0; count < 5; count++) {
      one.socket.send(Buffer.from('lost'), nobody);
      await new Promise((resolve) => setImmediate(resolve));
    }
    one.socket.disconnect();
    one.socket.send(Buffer.from('found'), {address: '127.0.0.1', port: two.socket.port});
    expect((await two.arrival()).text).toBe('found');
  });
});
