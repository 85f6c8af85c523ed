import fc from 'fast-check';
import {expect, test} from 'vitest';
import {PlayoutBuffer} from '../../firmware/audio/playout-buffer.ts';

const frame = 160;

/** Sound whose samples tell where they are from: sample n is n mod 30000, plus 1. */
function soundAt(position: number, length = frame): Int16Array {
  return Int16Array.from({length}, (_, index) => ((position + index) % 30000) + 1);
}

class Player {
  readonly buffer = new PlayoutBuffer(8000);
  readonly frames: Int16Array[] = [];
  put(position: number, timestamp = position, length = frame): void {
    this.buffer.put(soundAt(position, length), length, timestamp >>> 0);
  }
  pull(count = 1): void {
    for (let index = 0; index < count; index++) {
      const samples = new Int16Array(frame);
      this.buffer.pull(samples);
      this.frames.push(samples);
    }
  }
  /** Where the last frame pulled is from, in frames; undefined for silence or sound of several places. */
  get place(): number | undefined {
    const last = this.frames.at(-1)!;
    const straight = last.every((sample, index) => sample === last[0]! + index);
    return straight && last[0] !== 0 ? (last[0]! - 1) / frame : undefined;
  }
}

test('plays what came 60 ms later, without a change', () => {
  const player = new Player();
  const places = Array.from({length: 20}, (_, step) => {
    player.put(step * frame);
    player.pull();
    return player.place;
  });
  expect(places).toEqual([undefined, undefined, undefined, ...Array.from({length: 17}, (_, step) => step)]);
});

test('the wrap of the timestamp is not heard', () => {
  const player = new Player();
  const start = 2 ** 32 - 5 * frame;
  for (let step = 0; step < 20; step++) {
    player.put(step * frame, start + step * frame);
    player.pull();
    expect(player.place).toBe(step < 3 ? undefined : step - 3);
  }
});

test('puts packets in order', () => {
  const player = new Player();
  for (const [now, ...arriving] of [
    [0, 0],
    [1],
    [2, 2, 1],
    [3, 4, 3],
    [4],
    [5, 5],
    [6, 6],
    [7, 7],
  ] as number[][]) {
    for (const step of arriving) player.put(step * frame);
    player.pull();
    expect(player.place).toBe(now! < 3 ? undefined : now! - 3);
  }
  expect(player.buffer.late).toBe(0);
});

test.each([80, 240, 320, 480])('packets of %d samples play as well', (length) => {
  const player = new Player();
  let put = 0;
  for (let step = 0; step < 60; step++) {
    for (; put <= step * frame; put += length) player.put(put, put, length);
    player.pull();
    expect(player.place).toBe(step < 3 ? undefined : step - 3);
  }
});

test('a lost packet is filled with the fading sound before, a long gap with silence', () => {
  const player = new Player();
  for (let step = 0; step < 20; step++) {
    if (step !== 5 && step < 8) player.put(step * frame);
    player.pull();
  }
  const lost = player.frames[8]!;
  const before = player.frames[7]!;
  expect(lost[0]).toBe(before[0]);
  expect(lost[frame - 1]).toBeLessThan(before[frame - 1]!);
  expect(lost[frame - 1]).toBeGreaterThan(0.6 * before[frame - 1]!);
  expect(player.frames[9]![0]).toBe(6 * frame + 1);
  expect(player.frames[14]!.every((sample) => sample === 0)).toBe(true);
});

test('a packet after its time is late and not heard', () => {
  const player = new Player();
  for (let step = 0; step < 10; step++) {
    if (step !== 2) player.put(step * frame);
    if (step === 7) player.put(2 * frame);
    player.pull();
  }
  expect(player.buffer.late).toBe(1);
});

test('a jump of the timestamp is followed after 100 ms', () => {
  for (const jump of [1e6, -1e6, 2 ** 31]) {
    const player = new Player();
    for (let step = 0; step < 40; step++) {
      player.put(step * frame, step * frame + (step < 10 ? 0 : jump));
      player.pull();
    }
    expect(player.place).toBe(36);
  }
});

test('one odd timestamp disturbs nothing', () => {
  const player = new Player();
  for (let step = 0; step < 20; step++) {
    player.put(step * frame);
    if (step === 8) player.put(0, 1e6);
    player.pull();
    expect(player.place).toBe(step < 3 ? undefined : step - 3);
  }
});

test('a burst after a stall leaves no lasting delay', () => {
  const player = new Player();
  for (let step = 0; step < 180; step++) {
    const stalled = step >= 50 && step < 75;
    if (step === 75) for (let held = 50; held < 75; held++) player.put(held * frame);
    if (!stalled) player.put(step * frame);
    player.pull();
  }
  expect(179 - player.place!).toBeLessThanOrEqual(4);
});

test.each([
  ['faster', 1.001],
  ['slower', 0.999],
])('a sender whose clock is %s makes the delay neither grow nor vanish', (_, speed) => {
  const player = new Player();
  const late: number[] = [];
  let sent = 0;
  for (let step = 0; step < 6000; step++) {
    for (; sent <= step * speed; sent++) player.put(sent * frame);
    player.pull();
    if (step % 1000 === 999) late.push(player.buffer.late);
    expect(player.buffer.delayMs).toBeLessThan(110);
  }
  expect(player.buffer.late).toBeLessThan(60);
  const silent = player.frames.slice(3).filter((samples) => samples.every((sample) => sample === 0));
  expect(silent.length).toBeLessThan(20);
});

test('the delay shrinks when it is longer than it need be', () => {
  const player = new Player();
  player.put(0);
  // The first packet was 100 ms slower than all that follow.
  for (let step = 5; step < 400; step++) {
    player.put(step * frame);
    player.pull();
  }
  expect(player.buffer.delayMs).toBeLessThan(90);
});

test('another sender starts over', () => {
  const player = new Player();
  for (let step = 0; step < 10; step++) {
    player.put(step * frame);
    player.pull();
  }
  player.buffer.restart();
  for (let step = 0; step < 5; step++) {
    player.put(step * frame, 77777 + step * frame);
    player.pull();
  }
  expect(player.place).toBe(1);
});

test('whatever comes, frames come out and the delay stays within bounds', () => {
  const packet = fc.record({
    timestamp: fc.oneof(fc.nat(20000), fc.nat(0xffffffff)),
    length: fc.oneof(fc.constant(160), fc.nat(1600)),
    pulls: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(packet, {maxLength: 200}), (packets) => {
      const player = new Player();
      for (const {timestamp, length, pulls} of packets) {
        player.put(0, timestamp, length);
        player.pull(pulls);
      }
      expect(player.buffer.delayMs).toBeLessThanOrEqual(400);
    }),
  );
});
