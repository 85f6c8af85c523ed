import {makeSpeech} from './speech.ts';
import type {Sound} from './wav.ts';

/**
 * Speech-like sound at 16 kHz that is as loud above 4 kHz as below: there it is its own mirror image. Whoever carries only
 * what telephones used to carry loses half of it.
 */
export function makeWideSpeech(seconds: number, seed: number): Sound {
  const {samples} = makeSpeech(seconds, seed);
  const wide = new Int16Array(2 * samples.length);
  samples.forEach((sample, index) => {
    wide[2 * index] = sample / 2;
  });
  return {rate: 16_000, samples: wide};
}
