import {expect, test} from 'vitest';
import {EchoChain} from '../../../firmware/audio/echo/echo-chain.ts';
import {frameSamples} from '../../../firmware/audio/frame.ts';
import {stoi} from '../../bench-audio/stoi.ts';
import {makeEchoScene, type SceneOptions} from '../../support/echo-scene.ts';
import {attenuation, chainDelay, runChain} from '../../support/echo-score.ts';
import {randomNumbers} from '../../support/random-numbers.ts';

const usual: SceneOptions = {seconds: 18, nearFrom: 24, farUntil: 24, delayMs: 40, drive: 0.25};
const torn: SceneOptions = {...usual, drive: 8, echoDb: 16};

/** Runs a scene and tells at which seconds it became half duplex and was so no more. */
function switches(chain: EchoChain, {played, microphone}: {played: Int16Array; microphone: Int16Array}) {
  const cleaned = new Int16Array(microphone.length);
  const times: number[] = [];
  let {halfDuplex} = chain.figures;
  for (let start = 0; start + frameSamples <= microphone.length; start += frameSamples) {
    const part = (sound: Int16Array) => sound.subarray(start, start + frameSamples);
    chain.process(part(played), part(microphone), part(cleaned));
    if (chain.figures.halfDuplex === halfDuplex) continue;
    halfDuplex = !halfDuplex;
    times.push(start / 16_000);
  }
  return {cleaned, times};
}

test('while the other side speaks nothing goes out, and speech does when it is silent', () => {
  const scene = makeEchoScene({...usual, seconds: 16, nearFrom: 4, farUntil: 8});
  const chain = new EchoChain(true);
  const cleaned = runChain(chain, scene.played, scene.microphone);
  expect(chain.figures.halfDuplex).toBe(true);
  expect(attenuation(scene.microphone, cleaned, 4, 7)).toBeGreaterThan(15);
  const tail = (sound: Int16Array, delay = 0) => sound.subarray(144_000 + delay, 240_000 + delay);
  expect(stoi(tail(scene.near), tail(cleaned, chainDelay), 16_000)).toBeGreaterThan(0.9);
});

test('where the echo has nothing to do with what is played it becomes half duplex by itself', () => {
  const {played} = makeEchoScene({...usual, seconds: 20, seed: 3});
  const other = makeEchoScene({...usual, seconds: 20, seed: 9}).played;
  const chain = new EchoChain(false);
  // As loud as what is played, and at the same times, but torn.
  const microphone = played.map((sample, index) => (other[index]! > 0 ? sample : -sample));
  runChain(chain, played, microphone);
  expect(chain.figures.halfDuplex).toBe(true);
});

test.each([
  [2, 40],
  [3, 80],
  [5, 120],
])('an echo that is torn beyond hope (%i, %i ms) makes it half duplex, and it stays so', (seed, delayMs) => {
  const chain = new EchoChain(false);
  const scene = makeEchoScene({...torn, seed, delayMs});
  const {cleaned, times} = switches(chain, scene);
  expect(chain.figures.halfDuplex).toBe(true);
  expect(times.at(-1)).toBeLessThan(14);
  expect(attenuation(scene.microphone, cleaned, 14, 17)).toBeGreaterThan(30);
});

test('it stays so while both speak and in pauses, in which the near side is heard; a better echo ends it', () => {
  const chain = new EchoChain(false);
  const hot = makeEchoScene({...torn, seconds: 30, nearFrom: 14, farUntil: 24, seed: 2});
  const {cleaned, times} = switches(chain, hot);
  expect(chain.figures.halfDuplex).toBe(true);
  expect(times.at(-1)).toBeLessThan(14);
  expect(attenuation(hot.near, cleaned, 25, 29)).toBeLessThan(3);
  const better = makeEchoScene({...usual, seconds: 10, seed: 2});
  runChain(chain, better.played, better.microphone);
  expect(chain.figures.halfDuplex).toBe(false);
});

test.each([
  {name: 'a usual loudspeaker', changes: {}},
  {name: 'a bad loudspeaker', changes: {drive: 1}},
  {name: 'noise', changes: {noise: 200}},
  {name: 'an echo as weak as speech', changes: {echoDb: 0}},
])(
  '$name: full duplex 1.7 s after the first word of the other side at the latest, and for good, also while both speak',
  ({changes}) => {
    const scene = makeEchoScene({...usual, nearFrom: 10, ...changes});
    const chain = new EchoChain(false);
    const {times} = switches(chain, scene);
    expect(times).toHaveLength(1);
    expect(times[0]).toBeLessThan(1.7);
  },
);

test('an echo that is too weak to disturb needs no half duplex', () => {
  const scene = makeEchoScene({...usual, seconds: 4, echoDb: -30});
  const {times} = switches(new EchoChain(false), scene);
  expect(times[0]).toBeLessThan(0.9);
});

test('somebody who speaks from the first word of the other side on has to wait for 3 s at most', () => {
  for (const seed of [17, 19]) {
    const scene = makeEchoScene({...usual, seconds: 12, nearFrom: 0, seed});
    const {times} = switches(new EchoChain(false), scene);
    expect(times).toHaveLength(1);
    expect(times[0]).toBeLessThan(4);
  }
});

test.each([
  [false, 0],
  [false, 60],
  [true, 60],
])(
  'who speaks in the first second is heard, half duplex always: %s, noise on the line: %i',
  (always, noise) => {
    const {near} = makeEchoScene({...usual, seconds: 4, nearFrom: 0, seed: 4});
    const random = randomNumbers(1);
    const played = Int16Array.from(near, () => noise * (random() + random() + random() - 1.5) * 2);
    const chain = new EchoChain(always);
    chain.expect(640);
    // The noise echoes as well.
    const microphone = near.map((sample, index) => sample + 2 * (played[index - 640] ?? 0));
    const cleaned = runChain(chain, played, microphone);
    expect(attenuation(near, cleaned.subarray(chainDelay), 0, 1)).toBeLessThan(3);
  },
);

test('what was learnt of the echo in one call does not disturb the next, in which cards delay by a little more', () => {
  const chain = new EchoChain(false);
  const first = makeEchoScene({...usual, seconds: 10, delayMs: 60, seed: 5});
  chain.expect(900);
  runChain(chain, first.played, first.microphone);
  const next = makeEchoScene({...usual, seconds: 4, delayMs: 65, seed: 6});
  chain.expect(980 + 7);
  expect(chain.figures).toMatchObject({delayMs: null, attenuation: null, halfDuplex: true});
  const {cleaned, times} = switches(chain, next);
  expect(attenuation(next.microphone, cleaned, 0.2, 2)).toBeGreaterThan(20);
  expect(times[0]).toBeLessThan(2);
});
