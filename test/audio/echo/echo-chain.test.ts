import {expect, test} from 'vitest';
import {EchoChain} from '../../../firmware/audio/echo/echo-chain.ts';
import {frameSamples} from '../../../firmware/audio/frame.ts';
import {stoi} from '../../bench-audio/stoi.ts';
import {makeEchoScene, type SceneOptions} from '../../support/echo-scene.ts';
import {attenuation, chainDelay, runChain} from '../../support/echo-score.ts';

const usual: SceneOptions = {seconds: 24, nearFrom: 14, farUntil: 24, delayMs: 40, drive: 0.25};

function play(changes: Partial<SceneOptions> = {}, halfDuplex = false) {
  const options = {...usual, ...changes};
  const scene = makeEchoScene(options);
  const chain = new EchoChain(halfDuplex);
  const cleaned = runChain(chain, scene.played, scene.microphone);
  const both = (sound: Int16Array, delay = 0) =>
    sound.subarray(options.nearFrom * 16_000 + delay, (options.seconds - 1) * 16_000 + delay);
  return {
    scene,
    cleaned,
    figures: chain.figures,
    erle: attenuation(scene.microphone, cleaned, 8, options.nearFrom),
    before: stoi(both(scene.near), both(scene.microphone), 16_000),
    after: stoi(both(scene.near), both(cleaned, chainDelay), 16_000),
  };
}

test('the echo goes, who speaks against it is heard', () => {
  const {erle, before, after, figures, scene, cleaned} = play();
  expect(erle).toBeGreaterThan(35);
  expect(attenuation(scene.microphone, cleaned, 2, 4)).toBeGreaterThan(20);
  expect(after).toBeGreaterThan(0.82);
  expect(after - before).toBeGreaterThan(0.1);
  expect(figures).toMatchObject({halfDuplex: false, skewPpm: 0});
  expect(figures.delayMs).toBeGreaterThan(39);
  expect(figures.delayMs).toBeLessThan(43);
});

test('an echo that comes later than the filter reaches is found', () => {
  const {erle, figures} = play({delayMs: 200});
  expect(erle).toBeGreaterThan(30);
  expect(figures.delayMs).toBeGreaterThan(199);
  expect(figures.delayMs).toBeLessThan(203);
});

test.each([-60, 60])('clocks that differ by %i ppm are measured and made up for', (skewPpm) => {
  const {erle, after, figures} = play({skewPpm, delayMs: 80});
  expect(erle).toBeGreaterThan(33);
  expect(after).toBeGreaterThan(0.82);
  // A faster microphone sees each echo a little earlier than the one before.
  expect(figures.skewPpm).toBeGreaterThan(-skewPpm - 8);
  expect(figures.skewPpm).toBeLessThan(-skewPpm + 8);
});

test('what a bad loudspeaker distorts is suppressed, and speech is not', () => {
  const {erle, after} = play({drive: 1.2, seconds: 30, nearFrom: 20, farUntil: 30});
  expect(erle).toBeGreaterThan(24);
  expect(after).toBeGreaterThan(0.82);
});

test.each([1, 2, 3])(
  'where nothing echoes, who speaks while the other side does is heard (scene %i)',
  (seed) => {
    const {after} = play({seed, nearFrom: 8, echoDb: -90});
    expect(after).toBeGreaterThan(0.85);
  },
);

test('with nothing played speech passes as it is', () => {
  const {scene, cleaned} = play({farUntil: 0, nearFrom: 0, seconds: 8});
  const {near} = scene;
  const score = stoi(
    near.subarray(16_000, 96_000),
    cleaned.subarray(16_000 + chainDelay, 96_000 + chainDelay),
    16_000,
  );
  expect(score).toBeGreaterThan(0.9);
});

test('in noise what a bad loudspeaker distorts is suppressed, and speech is not', () => {
  const {erle, before, after, figures} = play({drive: 1, noise: 200});
  expect(erle).toBeGreaterThan(24);
  expect(after - before).toBeGreaterThan(0.1);
  expect(figures.halfDuplex).toBe(false);
});

test('the loudest, silence and noise do no harm', () => {
  const chain = new EchoChain(false);
  const square = Int16Array.from({length: 200 * frameSamples}, (_, at) => (at % 50 < 25 ? 32_767 : -32_768));
  const silence = new Int16Array(square.length);
  for (const [played, microphone] of [
    [square, square],
    [silence, square],
    [square, silence],
    [silence, silence],
  ] as const) {
    runChain(chain, played, microphone);
  }
  const scene = makeEchoScene({...usual, seconds: 10, nearFrom: 10, farUntil: 10});
  const cleaned = runChain(chain, scene.played, scene.microphone);
  expect(attenuation(scene.microphone, cleaned, 6, 9)).toBeGreaterThan(20);
});

test('what is left out between loudspeaker and microphone does not let the echo come back, nor when it happens again', () => {
  const {played, microphone} = makeEchoScene({...usual, nearFrom: 24, delayMs: 60});
  // The second before the delay is known anew for long.
  const cuts = [12, 14.5].map((seconds) => seconds * 16_000);
  const leftOut = 320;
  const torn = microphone.slice();
  for (const cut of cuts) torn.copyWithin(cut, cut + leftOut);
  const chain = new EchoChain(false);
  chain.expect(60 * 16);
  const cleaned = new Int16Array(torn.length);
  let start = 0;
  for (const end of [...cuts, torn.length]) {
    cleaned.set(runChain(chain, played.subarray(start, end), torn.subarray(start, end)), start);
    chain.bringForward(leftOut);
    start = end;
  }
  expect(attenuation(torn, cleaned, 12, 13)).toBeGreaterThan(30);
  expect(attenuation(torn, cleaned, 13, 14)).toBeGreaterThan(60);
  expect(attenuation(torn, cleaned, 16, 20)).toBeGreaterThan(50);
  expect(attenuation(torn, cleaned, 20, 23)).toBeGreaterThan(50);
  expect(chain.figures.skewPpm).toBe(0);
});

test('while a microphone is off the delay stays known, and the echo goes again after it', () => {
  const {played, microphone} = makeEchoScene({...usual, nearFrom: 24, delayMs: 120});
  const [off, on] = [6 * 16_000, 10 * 16_000];
  const torn = microphone.slice().fill(0, off, on);
  const chain = new EchoChain(false);
  chain.expect(110 * 16);
  runChain(chain, played.subarray(0, on), torn.subarray(0, on));
  expect(chain.figures.delayMs).toBeGreaterThan(119);
  const cleaned = runChain(chain, played.subarray(on), torn.subarray(on));
  expect(attenuation(torn.subarray(on), cleaned, 3, 13)).toBeGreaterThan(50);
});
