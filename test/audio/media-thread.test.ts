import {expect, test} from 'vitest';
import {RtpHeader, readPacket} from '../../firmware/rtp/packet.ts';
import {Bench, frame, peer, soundFrame, soundOf, stream} from './media-bench.ts';

test('an attached session carries the microphone out and the other side to the speaker', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  expect(bench.reported('opened')).toEqual([{kind: 'opened', session: 1, port: 4000}]);
  expect(bench.thread.active).toBe(true);
  for (let step = 0; step < 20; step++) bench.step(988, {socket, sample: 460});
  expect(socket.sent).toHaveLength(20);
  expect(socket.sent.every(({to}) => to.address === peer.address && to.port === peer.port)).toBe(true);
  expect(soundOf(socket.sent[10]!.bytes)).toBe(988);
  expect(bench.card.played.slice(-soundFrame).every((sample) => sample === 460)).toBe(true);
});

test('a session that is not attached sends silence and is not heard', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const other = await bench.open(2);
  bench.do({kind: 'update', session: 2, stream});
  for (let step = 0; step < 20; step++) bench.step(988, {socket: other, sample: 8000});
  expect(soundOf(other.sent[10]!.bytes)).toBe(0);
  expect(soundOf(socket.sent[10]!.bytes)).toBe(988);
  expect(bench.card.played.every((sample) => sample === 0)).toBe(true);
  bench.do({kind: 'attach', session: 2});
  for (let step = 0; step < 20; step++) bench.step(988, {socket: other, sample: 460});
  expect(soundOf(socket.sent.at(-1)!.bytes)).toBe(0);
  expect(bench.card.played.at(-1)).toBe(460);
});

test.each([
  ['sendrecv', true, true],
  ['sendonly', true, false],
  ['recvonly', false, true],
  ['inactive', false, false],
] as const)('%s is kept to', async (direction, sends, hears) => {
  const bench = new Bench();
  const socket = await bench.talk({direction});
  for (let step = 0; step < 20; step++) bench.step(988, {socket, sample: 460});
  expect(socket.sent.length > 0).toBe(sends);
  expect(bench.card.played.some((sample) => sample !== 0)).toBe(hears);
});

test('nothing is sent to an address of zeros', async () => {
  const bench = new Bench();
  const socket = await bench.talk({remote: {address: '0.0.0.0', port: 7000}});
  bench.step(988);
  expect(socket.sent).toEqual([]);
});

test('after the address behind a NAT has proved itself, packets go there', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const real = {address: '203.0.113.1', port: 55555};
  for (let step = 0; step < 10; step++) bench.step(988, {socket, sample: 460, from: real});
  expect(socket.sent.at(-1)!.to).toEqual(real);
  expect(bench.statistics(1)).toMatchObject({sent: 10, received: 8, lost: 0});
});

test('a settled call ties its socket; a new address or silence sets it free', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  for (let step = 0; step < 49; step++) bench.step(0, {socket, sample: 460});
  expect(socket.connected).toBe(false);
  bench.step(0, {socket, sample: 460});
  expect(socket.connected).toBe(true);
  bench.do({kind: 'update', session: 1, stream});
  expect(socket.connected).toBe(false);
  for (let step = 0; step < 60; step++) bench.step(0, {socket, sample: 460});
  expect(socket.connected).toBe(true);
  for (let step = 0; step < 202; step++) bench.step(0);
  expect(socket.connected).toBe(false);
});

test('silence is told after 4 and 10 seconds, and again after sound has come', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const told = () => bench.reported('silence').map(({seconds}) => seconds);
  for (let step = 0; step < 199; step++) bench.step(0);
  expect(told()).toEqual([]);
  for (let step = 0; step < 600; step++) bench.step(0);
  expect(told()).toEqual([4, 10]);
  bench.step(0, {socket, sample: 460});
  for (let step = 0; step < 210; step++) bench.step(0);
  expect(told()).toEqual([4, 10, 4]);
});

test.each([0, 300, 490, 750])(
  'silence counts from the answer on, however long early media was to be heard (%d frames)',
  async (early) => {
    const bench = new Bench();
    await bench.talk();
    for (let step = 0; step < early; step++) bench.step(0);
    bench.reports.length = 0;
    bench.do({kind: 'update', session: 1, stream});
    bench.do({kind: 'attach', session: 1});
    const told: number[] = [];
    for (let step = 1; step <= 510; step++) {
      bench.step(0);
      if (bench.reported('silence').length > told.length) told.push(step);
    }
    expect(bench.reported('silence').map(({seconds}) => seconds)).toEqual([4, 10]);
    expect(told[0]).toBeCloseTo(200, -1);
    expect(told[1]).toBeCloseTo(500, -1);
  },
);

test('new offers of a call in which nothing comes do not hide that', async () => {
  const bench = new Bench();
  await bench.talk();
  for (let step = 0; step < 520; step++) {
    if (step % 100 === 99) bench.do({kind: 'update', session: 1, stream});
    bench.step(0);
  }
  expect(bench.reported('silence').map(({seconds}) => seconds)).toEqual([4, 10]);
});

test.each(['recvonly', 'sendonly', 'inactive'] as const)(
  'a session on hold (%s), or not attached, may be silent',
  async (direction) => {
    const bench = new Bench();
    await bench.talk({direction});
    await bench.open(2);
    bench.do({kind: 'update', session: 2, stream});
    for (let step = 0; step < 600; step++) bench.step(0);
    expect(bench.reported('silence')).toEqual([]);
    bench.do({kind: 'update', session: 1, stream});
    for (let step = 0; step < 190; step++) bench.step(0);
    expect(bench.reported('silence')).toEqual([]);
  },
);

test('closing frees sockets and card; commands for what is gone do nothing', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  bench.do({kind: 'close-session', session: 1});
  expect(socket.closed).toBe(true);
  expect(bench.thread.active).toBe(false);
  for (const command of [
    {kind: 'close-session', session: 1},
    {kind: 'update', session: 1, stream},
    {kind: 'attach', session: 1},
    {kind: 'digit', session: 1, digit: '1'},
  ] as const) {
    bench.do(command);
  }
  expect(bench.statistics(1)).toBeUndefined();
  const another = await bench.open(2);
  bench.do({kind: 'close'});
  expect(another.closed).toBe(true);
  expect(bench.card.closed).toBe(true);
});

test('a port that cannot be had is told of', async () => {
  const bench = new Bench();
  bench.portsLeft = 0;
  await bench.open(1);
  expect(bench.reported('open-failed')).toEqual([
    {kind: 'open-failed', session: 1, text: 'no free RTP port on 192.0.2.1'},
  ]);
});

test('steps that were missed show in the timestamps', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  bench.step(0);
  bench.thread.skipFrames(50);
  bench.step(0);
  const header = new RtpHeader();
  const timestamps = socket.sent.map(({bytes}) => {
    readPacket(bytes, header);
    return header.timestamp;
  });
  expect(timestamps[1]! - timestamps[0]!).toBe(51 * frame);
});

test('where the thread itself was late, packets were not: they wait no longer afterwards', async () => {
  const bench = new Bench();
  const socket = await bench.talk();
  const talk = (steps: number) => {
    for (let step = 0; step < steps; step++) bench.step(0, {socket, sample: 460});
  };
  talk(1000);
  const before = bench.statistics(1)!.delayMs;
  for (let stop = 0; stop < 5; stop++) {
    bench.time += 80;
    for (let packet = 0; packet < 4; packet++) {
      socket.onDatagram(bench.packet(460), peer.address, peer.port);
    }
    for (let step = 0; step < 4; step++) bench.step(0);
    talk(200);
  }
  expect(bench.statistics(1)!.delayMs).toBeLessThan(before + 1);
});
