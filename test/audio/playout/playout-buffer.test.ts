import fc from 'fast-check';
import {expect, test} from 'vitest';
import {randomNumbers} from '../../support/random-numbers.ts';
import {makeSpeech} from '../../support/speech.ts';
import {Player} from './player.ts';

const frame = 160;
/** What the first packet waits: 60 ms in frames, for it comes just before one is pulled. */
const first = 3;
const speech = makeSpeech(20).samples;
const speechAt = (position: number) => speech[position % speech.length]!;

/** Plays so many frames of packets that come just before each; `change` may do something else at a step. */
function play(player: Player, frames: number, change?: (step: number) => boolean): void {
  for (let step = 0; step < frames; step++) {
    if (!change?.(step)) player.put(step * frame, {sequence: step});
    player.pull();
  }
}

test('plays what came 60 ms later, without a change', () => {
  const player = new Player();
  for (let step = 0; step < 50; step++) {
    player.put(step * frame);
    player.pull();
    expect(player.place).toBe(step < first ? undefined : step - first);
  }
  expect(player.buffer).toMatchObject({late: 0, concealed: 0, stretched: 0});
  expect(player.buffer.delayMs).toBeCloseTo(60, 0);
});

test('the wrap of the timestamp is not heard', () => {
  const player = new Player();
  const start = 2 ** 32 - 5 * frame;
  for (let step = 0; step < 20; step++) {
    player.put(step * frame, {timestamp: start + step * frame});
    player.pull();
    expect(player.place).toBe(step < first ? undefined : step - first);
  }
});

test('puts packets in order', () => {
  const player = new Player();
  for (const arriving of [[0], [], [2, 1], [4, 3], [], [5], [6], [7]]) {
    for (const step of arriving) player.put(step * frame, {sequence: step});
    player.pull();
    const step = player.frames.length - 1;
    expect(player.place).toBe(step < first ? undefined : step - first);
  }
  expect(player.buffer.late).toBe(0);
});

test.each([80, 240, 320, 480])('packets of %d samples play as well', (length) => {
  const player = new Player();
  let put = 0;
  for (let step = 0; step < 60; step++) {
    for (; put <= step * frame; put += length) player.put(put, {length});
    player.pull();
    expect(player.place).toBe(step < first ? undefined : step - first);
  }
});

test('a lost packet is filled with sound as loud as that around it, a long gap with silence', () => {
  const player = new Player((position) => Math.round(8000 * Math.sin(position / 7)));
  play(player, 40, (step) => step === 15 || step >= 25);
  const lost = energy(player.frames[15 + first]!);
  const before = energy(player.frames[14 + first]!);
  expect(lost).toBeLessThan(1.5 * before);
  expect(lost).toBeGreaterThan(before / 2);
  expect(player.buffer.concealed).toBeGreaterThan(0);
  expect(energy(player.frames.at(-1)!)).toBe(0);
});

test('what is made up goes on with the pitch of the voice', () => {
  // A voice of 125 Hz: 64 samples, of which a frame has no whole number.
  const voice = (position: number) => Math.round(9000 * Math.sin((2 * Math.PI * position) / 64));
  const player = new Player(voice);
  play(player, 40, (step) => step === 20);
  const lost = player.frames[20 + first]!;
  let product = 0;
  let own = 0;
  lost.forEach((sample, index) => {
    const true_ = voice(20 * frame + index);
    product += sample * true_;
    own += true_ * true_;
  });
  expect(product / own).toBeGreaterThan(0.7);
});

test('a packet after its time is late and not heard', () => {
  const player = new Player();
  play(player, 12, (step) => {
    if (step === 10) player.put(2 * frame, {sequence: 2});
    return step === 2;
  });
  expect(player.buffer.late).toBe(1);
  expect(player.place).toBe(11 - first);
});

test('a jump of the timestamp is followed with the third packet', () => {
  for (const jump of [1e6, -1e6, 2 ** 31]) {
    const player = new Player();
    for (let step = 0; step < 40; step++) {
      player.put(step * frame, {timestamp: step * frame + (step < 10 ? 0 : jump)});
      player.pull();
    }
    expect(player.place).toBe(39 - first);
  }
});

test('one odd timestamp disturbs nothing', () => {
  const player = new Player();
  for (let step = 0; step < 20; step++) {
    player.put(step * frame, {sequence: step});
    if (step === 8) player.put(0, {timestamp: 1e6});
    player.pull();
    expect(player.place).toBe(step < first ? undefined : step - first);
  }
});

test('a burst after a stall leaves no lasting delay', () => {
  const player = new Player(speechAt);
  for (let step = 0; step < 600; step++) {
    const stalled = step >= 50 && step < 75;
    if (step === 75) for (let held = 50; held < 75; held++) player.put(held * frame, {sequence: held});
    if (!stalled) player.put(step * frame, {sequence: step});
    player.pull();
    expect(player.buffer.delayMs).toBeLessThan(600);
  }
  expect(600 - player.buffer.position / frame).toBeLessThan(6);
});

test.each([
  ['faster', 1.0005],
  ['slower', 0.9995],
])('a sender whose clock is %s makes the delay neither grow nor vanish', (_, speed) => {
  const player = new Player(speechAt);
  let sent = 0;
  for (let step = 0; step < 15_000; step++) {
    for (; sent <= step * speed; sent++) player.put(sent * frame);
    player.pull();
    expect(sent - player.buffer.position / frame).toBeLessThan(5);
  }
  const {late, concealed} = player.buffer;
  expect(late).toBeLessThan(15);
  expect(concealed / frame / 15_000).toBeLessThan(0.003);
});

test('a delay that is longer than it need be shrinks by stretching, not by jumps', () => {
  const player = new Player(speechAt);
  player.put(0);
  // The first packet was 100 ms slower than all that follow.
  for (let step = 5; step < 1000; step++) {
    player.put(step * frame, {sequence: step});
    player.pull();
  }
  expect(player.buffer.delayMs).toBeLessThan(60);
  // Packets 1 to 4 never came.
  expect(player.buffer.concealed).toBeLessThanOrEqual(4 * frame);
  expect(player.buffer.stretched).toBeGreaterThan(frame);
});

test('a network that becomes slower gets more delay, and loses no more after a second', () => {
  const player = new Player(speechAt);
  const random = randomNumbers(7);
  const coming: {at: number; step: number}[] = [];
  for (let step = 0; step < 1500; step++) {
    coming.push({at: step * 20 + (step > 500 ? 80 * random() : 0), step});
    const {late} = player.buffer;
    for (const {step: sequence} of coming.filter(({at}) => at <= player.now)) {
      player.put(sequence * frame, {sequence});
    }
    coming.splice(0, coming.length, ...coming.filter(({at}) => at > player.now));
    player.pull();
    if (step > 600) expect(player.buffer.late - late).toBe(0);
  }
});

test('sound that is stretched keeps its loudness and has no clicks', () => {
  const voice = (position: number) => Math.round(9000 * Math.sin((2 * Math.PI * position) / 64));
  const player = new Player(voice);
  player.put(0);
  for (let step = 3; step < 1000; step++) {
    player.put(step * frame, {sequence: step});
    player.pull();
  }
  expect(player.buffer.stretched).toBeGreaterThan(0);
  const heard = player.heard.subarray(10 * frame);
  const steepest = heard.reduce(
    (most, sample, index) => Math.max(most, index === 0 ? 0 : Math.abs(sample - heard[index - 1]!)),
    0,
  );
  // A sine of that pitch rises by 883 from one sample to the next at most.
  expect(steepest).toBeLessThan(1.2 * 883);
});

test('packets within the time of another one do not crowd out those that follow', () => {
  const player = new Player();
  player.put(0, {length: 1600});
  for (let part = 1; part <= 100; part++) player.put(10 * part, {length: 10});
  for (let step = 10; step < 60; step++) {
    player.put(step * frame, {sequence: 100 + step});
    player.pull();
  }
  expect(player.place).toBe(49 - first);
});

test('another sender starts over', () => {
  const player = new Player();
  play(player, 10);
  player.buffer.restart();
  for (let step = 0; step < 5; step++) {
    player.put(step * frame, {timestamp: 77777 + step * frame});
    player.pull();
  }
  expect(player.place).toBe(4 - first);
});

test('whatever comes, frames come out and the delay stays within bounds', () => {
  const packet = fc.record({
    timestamp: fc.oneof(fc.nat(20000), fc.nat(0xffffffff)),
    sequence: fc.oneof(fc.nat(100), fc.nat(0xffff)),
    length: fc.oneof(fc.constant(160), fc.nat(3000)),
    pulls: fc.nat(3),
    pause: fc.oneof(fc.constant(0), fc.integer({min: -100, max: 2000})),
  });
  fc.assert(
    fc.property(fc.array(packet, {maxLength: 200}), (packets) => {
      const player = new Player(speechAt);
      for (const {timestamp, sequence, length, pulls, pause} of packets) {
        player.put(0, {timestamp, length, sequence});
        player.pull(pulls);
        player.now += pause;
        expect(Number.isFinite(player.buffer.position)).toBe(true);
      }
    }),
  );
});

function energy(samples: Int16Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0);
}
