import {expect, test} from 'vitest';
import {RtpHeader} from '../../firmware/rtp/packet.ts';
import {RemoteAddress} from '../../firmware/rtp/remote-address.ts';

const negotiated = {address: '192.168.1.20', port: 4000};
const real = {address: '203.0.113.9', port: 61000};

function packet(sequenceNumber: number, ssrc = 7): RtpHeader {
  return Object.assign(new RtpHeader(), {sequenceNumber: sequenceNumber & 0xffff, ssrc});
}

function offer(
  remote: RemoteAddress,
  from: {address: string; port: number},
  numbers: number[],
  now = 0,
  ssrc = 7,
) {
  return numbers.map((number) => remote.accept(from.address, from.port, packet(number, ssrc), now));
}

test('packets from the negotiated address are taken at once', () => {
  const remote = new RemoteAddress(negotiated, 0);
  expect(offer(remote, negotiated, [1])).toEqual([true]);
  expect(remote.current).toEqual(negotiated);
});

test('a source behind a NAT is taken after three packets in a row, over the wrap', () => {
  const remote = new RemoteAddress(negotiated, 0);
  expect(offer(remote, real, [65534, 65535, 0, 1])).toEqual([false, false, true, true]);
  expect(remote.current).toEqual(real);
  expect(remote.isNegotiated).toBe(false);
});

test.each([
  ['numbers that do not follow each other', [1, 2, 9, 10, 20], [7, 7, 7, 7, 7]],
  ['different senders', [1, 2, 3, 4], [7, 7, 8, 8]],
])('%s prove nothing', (_, numbers, ssrcs) => {
  const remote = new RemoteAddress(negotiated, 0);
  const taken = numbers.map((number, index) =>
    remote.accept(real.address, real.port, packet(number, ssrcs[index]), 0),
  );
  expect(taken).not.toContain(true);
});

test('two sources in turn prove nothing', () => {
  const remote = new RemoteAddress(negotiated, 0);
  for (const number of [1, 2, 3, 4]) {
    expect(remote.accept(real.address, real.port, packet(number), 0)).toBe(false);
    expect(remote.accept(real.address, real.port + 1, packet(number), 0)).toBe(false);
  }
});

test('nobody takes over a session whose packets come', () => {
  const remote = new RemoteAddress(negotiated, 0);
  for (let step = 0; step < 50; step++) {
    offer(remote, negotiated, [step], step * 20);
    expect(offer(remote, real, [100 + step], step * 20 + 10)).toEqual([false]);
  }
  expect(remote.current).toEqual(negotiated);
});

test('when they stop coming, another source may', () => {
  const remote = new RemoteAddress(negotiated, 0);
  offer(remote, negotiated, [1], 0);
  expect(offer(remote, real, [2, 3, 4], 499)).toEqual([false, false, false]);
  expect(offer(remote, real, [5, 6, 7], 600)).toEqual([false, false, true]);
});

test('the negotiated address takes the session back, and then for good', () => {
  const remote = new RemoteAddress(negotiated, 0);
  offer(remote, real, [1, 2, 3], 0);
  expect(offer(remote, negotiated, [1], 10)).toEqual([true]);
  expect(offer(remote, real, [4, 5, 6, 7], 5000)).not.toContain(true);
});

test('only one source is latched to', () => {
  const remote = new RemoteAddress(negotiated, 0);
  offer(remote, real, [1, 2, 3], 0);
  const third = {address: '198.51.100.1', port: 9};
  expect(offer(remote, third, [1, 2, 3, 4], 5000)).not.toContain(true);
});

test('another negotiated address starts over, the same one does not', () => {
  const remote = new RemoteAddress(negotiated, 0);
  offer(remote, real, [1, 2, 3], 0);
  remote.negotiate({...negotiated}, 100);
  expect(remote.current).toEqual(real);
  remote.negotiate({address: '192.168.1.21', port: 4000}, 200);
  expect(remote.current.address).toBe('192.168.1.21');
  expect(offer(remote, real, [9, 10, 11], 200)).toEqual([false, false, true]);
});
