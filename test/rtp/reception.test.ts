import {expect, test} from 'vitest';
import {RtpHeader} from '../../firmware/rtp/packet.ts';
import {Reception} from '../../firmware/rtp/reception.ts';

function packet(sequenceNumber: number, timestamp = sequenceNumber * 160): RtpHeader {
  return Object.assign(new RtpHeader(), {
    sequenceNumber: sequenceNumber & 0xffff,
    timestamp: timestamp >>> 0,
  });
}

/** Counts packets that come exactly 20 ms apart. */
function receptionOf(sequenceNumbers: number[]): Reception {
  const reception = new Reception(8000);
  sequenceNumbers.forEach((number, index) => {
    reception.count(packet(number), index * 20, true);
  });
  return reception;
}

test('counts what is lost, over the wrap of the sequence number', () => {
  expect(receptionOf([65533, 65534, 65536, 65537, 65540])).toMatchObject({received: 5, lost: 3});
});

test('a packet out of order is not lost and not a duplicate', () => {
  expect(receptionOf([10, 12, 11, 13])).toMatchObject({received: 4, lost: 0, duplicates: 0});
});

test('duplicates are told apart and dropped', () => {
  const reception = receptionOf([1, 2, 4, 3]);
  expect(reception.count(packet(3), 90, true)).toBe(false);
  expect(reception.count(packet(4), 90, true)).toBe(false);
  expect(reception).toMatchObject({received: 4, duplicates: 2, lost: 0});
});

test('what is passed over is not received, and not lost either', () => {
  const reception = receptionOf([1, 2]);
  for (const number of [3, 3, 5]) reception.pass(packet(number));
  expect(reception).toMatchObject({received: 2, arrived: 4, lost: 1, lostOfSender: 1, duplicates: 0});
  reception.count(packet(30_000), 100, true);
  reception.count(packet(30_001), 120, true);
  expect(reception).toMatchObject({received: 3, lost: 1, lostOfSender: 0});
});

test('a number is new again after the window has moved past it', () => {
  const numbers = Array.from({length: 1000}, (_, index) => 65000 + index);
  expect(receptionOf(numbers)).toMatchObject({received: 1000, duplicates: 0, lost: 0});
});

test('a sender that starts anew is believed with the second packet, and no loss of thousands', () => {
  expect(receptionOf([1, 2, 3, 30000, 30001, 30002])).toMatchObject({received: 5, lost: 0, strays: 1});
});

test('one odd number changes nothing', () => {
  expect(receptionOf([1, 2, 30000, 3, 50000, 4, 9])).toMatchObject({received: 5, lost: 4, strays: 2});
});

test('another sender starts over, the counts go on', () => {
  const reception = receptionOf([1, 2, 4]);
  reception.restart();
  expect(reception.count(packet(2), 100, true)).toBe(true);
  expect(reception).toMatchObject({received: 4, lost: 1});
});

test('jitter follows the formula of RFC 3550 section 6.4.1', () => {
  const reception = new Reception(8000);
  const arrivals = [0, 25, 38, 61, 80, 120, 121];
  let expected = 0;
  arrivals.forEach((arrival, index) => {
    reception.count(packet(index), arrival, true);
    if (index === 0) return;
    const difference = arrival - arrivals[index - 1]! - 20;
    expected += (Math.abs(difference) - expected) / 16;
  });
  expect(reception.jitterMs).toBeCloseTo(expected, 6);
});

test('packets on the dot have no jitter, whatever the timestamp starts at', () => {
  const reception = new Reception(8000);
  for (let index = 0; index < 100; index++) {
    reception.count(packet(index, 0xffffff00 + index * 160), 1e6 + index * 20, true);
  }
  expect(reception.jitterMs).toBe(0);
});
