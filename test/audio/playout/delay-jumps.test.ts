import fc from 'fast-check';
import {expect, test} from 'vitest';
import {randomNumbers} from '../../support/random-numbers.ts';
import {makeSpeech} from '../../support/speech.ts';
import {Player} from './player.ts';

const frame = 160;
const speech = makeSpeech(10).samples;
const speechAt = (position: number) => speech[Math.floor(position) % speech.length]!;

/** `after` ms after the last change, packets begin to be under way for `more` ms longer. */
interface Change {
  readonly after: number;
  readonly more: number;
}

/** Share of the packets that are played of those that come a second after the last change, or later. */
function playedAfter(
  changes: readonly Change[],
  {sampleRate = 8000, length = frame, jitter = (): number => 0, seconds = 5} = {},
): number {
  const player = new Player(speechAt, sampleRate);
  const packets: {position: number; sequence: number; at: number}[] = [];
  let [sent, delay, changed] = [0, 0, 0];
  const send = (until: number) => {
    for (; sent < until; sent += length / 8) {
      packets.push({position: sent * 8, sequence: packets.length, at: sent + delay + jitter()});
    }
  };
  for (const {after, more} of changes) {
    changed += after;
    send(changed);
    delay += more;
  }
  send(changed + 1000 * seconds);
  packets.sort((one, other) => one.at - other.at);
  let come = 0;
  for (; player.now < packets.at(-1)!.at + 1000; player.pull()) {
    for (; come < packets.length && packets[come]!.at <= player.now; come++) {
      const {position, sequence} = packets[come]!;
      player.put(position, {length, sequence});
    }
  }
  const judged = packets.filter(({at}) => at >= changed + delay + 1000);
  const played = new Set(player.played);
  return judged.filter(({position}) => played.has(position)).length / judged.length;
}

/** Numbers from 0 to `most`, and more often small ones. */
function jitterUpTo(most: number, seed = 1): () => number {
  const random = randomNumbers(seed);
  return () => most * random() ** 3;
}

test.each(
  [8000, 16_000].flatMap((sampleRate) =>
    [350, 400, 450, 500, 600, 1000, 1400, 1600, 4000].flatMap((delay) =>
      [0, 20, 60].map((most) => [delay, sampleRate, most] as const),
    ),
  ),
)(
  'a network that becomes %d ms slower for good is heard again within a second, at %d Hz with jitter of %d ms',
  (delay, sampleRate, most) => {
    const share = playedAfter([{after: 10_000, more: delay}], {sampleRate, jitter: jitterUpTo(most)});
    expect(share).toBeGreaterThan(0.97);
  },
);

test('after whatever lasting changes, for whatever packets, sound is back within a second', () => {
  const changes = fc.array(fc.record({after: fc.integer({min: 100, max: 8000}), more: fc.nat(1500)}), {
    minLength: 1,
    maxLength: 3,
  });
  const network = fc.record({
    changes,
    length: fc.constantFrom(80, 160, 240, 320, 480),
    jitter: fc.nat(40),
    seed: fc.nat(1000),
  });
  fc.assert(
    fc.property(network, ({changes, length, jitter, seed}) => {
      expect(playedAfter(changes, {length, jitter: jitterUpTo(jitter, seed)})).toBeGreaterThan(0.5);
    }),
    {numRuns: 60},
  );
});

test('a sender whose clock stood still for half a second is heard again', () => {
  const player = new Player(speechAt);
  for (let step = 0; step < 400; step++) {
    if (step < 200) player.put(step * frame);
    else if (step >= 225) player.put((step - 25) * frame);
    player.pull();
  }
  expect(player.played.filter((position) => position >= 250 * frame).length).toBeGreaterThan(120);
});

test('packets that were overtaken by half a second do not begin it anew', () => {
  const player = new Player(speechAt);
  for (let step = 0; step < 400; step++) {
    const slow = (sequence: number) => sequence % 2 === 1 && sequence > 100;
    if (!slow(step)) player.put(step * frame, {sequence: step});
    if (step >= 25 && slow(step - 25)) player.put((step - 25) * frame, {sequence: step - 25});
    player.pull();
  }
  expect(player.played.filter((position) => position % (2 * frame) === 0).length).toBeGreaterThan(195);
  expect(400 - player.buffer.position / frame).toBeLessThan(6);
});

test.each([
  ['at once', []],
  ['but for one packet', [130]],
])(
  'what stalls of half a second and more held back comes %s: it is played, and does not begin it anew',
  (_, alone: readonly number[]) => {
    const player = new Player(speechAt);
    let sent = 0;
    const send = () => player.put(sent++ * frame);
    for (let step = 0; step <= 160; step++) {
      if (step < 100 || alone.includes(step)) send();
      if (step < 160) player.pull();
    }
    while (sent <= 160) send();
    const {length} = player.played;
    player.pull();
    expect(player.buffer.late).toBeGreaterThan(5);
    expect(player.played.length).toBeGreaterThan(length);
  },
);

test('who comes back from a described pause 600 ms later than before is heard', () => {
  const player = new Player(speechAt);
  for (let step = 0; step < 400; step++) {
    if (step < 100) player.put(step * frame);
    else if (step === 100) player.putNoise(step * frame, [50, 90]);
    else if (step >= 230) player.put((step - 30) * frame);
    player.pull();
  }
  expect(player.played.filter((position) => position >= 250 * frame).length).toBeGreaterThan(115);
});

test('late descriptions do not hide that nothing is heard', () => {
  const player = new Player(speechAt);
  for (let step = 0; step < 400; step++) {
    const position = step < 100 ? step : step - 30;
    if (step < 100 || step >= 130) {
      if (position % 10 === 9) player.putNoise(position * frame, [50, 90]);
      else player.put(position * frame);
    }
    player.pull();
  }
  expect(player.played.filter((position) => position >= 150 * frame).length).toBeGreaterThan(190);
});
