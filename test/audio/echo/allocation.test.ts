import {expect, test} from 'vitest';
import {AutomaticGain} from '../../../firmware/audio/automatic-gain.ts';
import {EchoChain} from '../../../firmware/audio/echo/echo-chain.ts';
import {frameSamples} from '../../../firmware/audio/frame.ts';
import {makeEchoScene} from '../../support/echo-scene.ts';

const frames = 1000;

test('echo cancelling and gain allocate next to nothing, not for finding the delay either', () => {
  const scene = makeEchoScene({seconds: 20, nearFrom: 10, farUntil: 20, delayMs: 40, drive: 0.25});
  const split = (sound: Int16Array) =>
    Array.from({length: frames}, (_, at) => sound.subarray(at * frameSamples, (at + 1) * frameSamples));
  const [played, recorded] = [split(scene.played), split(scene.microphone)];
  const chain = new EchoChain(false);
  const gain = new AutomaticGain();
  const cleaned = new Int16Array(frameSamples);
  const run = () => {
    for (let index = 0; index < frames; index++) {
      chain.process(played[index]!, recorded[index]!, cleaned);
      gain.process(cleaned, chain.near);
    }
  };
  // Code that is not compiled yet allocates each number that is not whole.
  for (let count = 0; count < 16; count++) run();
  const grown = [1, 2, 3].map(() => {
    const before = process.memoryUsage().heapUsed;
    run();
    return process.memoryUsage().heapUsed - before;
  });
  // A number with parts that has to be allocated takes 16 bytes.
  expect(grown.toSorted((one, other) => one - other)[1]).toBeLessThan(frames * 64);
});
