import {deepStrictEqual} from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import alawmulaw from 'alawmulaw';
import {frameSamples} from '../../firmware/audio/frame.ts';
import {decodeMuLaw, encodeMuLaw} from '../../firmware/audio/g711.ts';
import {makeSpeech} from '../support/speech.ts';
import type {BenchRow} from './bench-row.ts';
import {measureInterleaved} from './interleaved.ts';

const goal = 11;

/**
 * Peak of the noise that a microphone adds to speech, -65 dBFS. It matters: pauses of pure noughts, which no microphone
 * gives, let a codec that branches on the sign guess right each time (npm alawmulaw is then half as fast again or more).
 */
const noise = 32;

/** Speech in frames of 20 ms, and the same encoded. */
function material(): {frames: Int16Array[]; packets: Uint8Array[]} {
  const random = randomBytes(80_000);
  const samples = makeSpeech(10).samples.map(
    (sample, index) => sample + (random[index]! % (2 * noise)) - noise,
  );
  const count = Math.floor(samples.length / frameSamples);
  const frames = Array.from({length: count}, (_, index) =>
    samples.slice(index * frameSamples, (index + 1) * frameSamples),
  );
  return {frames, packets: frames.map((frame) => alawmulaw.mulaw.encode(frame))};
}

function row(name: string, figure: number, anchor: number): BenchRow {
  const ratio = figure / anchor;
  return {
    name,
    figure,
    unit: 'samples/s',
    anchor,
    ratio,
    goal: `>= ${goal} x npm alawmulaw`,
    met: ratio >= goal,
  };
}

/** Mu-law frame by frame, as in a call, beside npm `alawmulaw` in the same run. */
export async function run(): Promise<BenchRow[]> {
  const {frames, packets} = material();
  const encoded = new Uint8Array(frameSamples);
  const decoded = new Int16Array(frameSamples);
  frames.forEach((frame, index) => {
    encodeMuLaw(frame, frameSamples, encoded);
    deepStrictEqual(encoded, packets[index]);
  });
  // Plain loops: for-of keeps the compiler from making one piece of the loop and what is measured.
  const count = frames.length;
  const samples = count * frameSamples;
  const figures = measureInterleaved({
    encode: () => {
      for (let index = 0; index < count; index++) encodeMuLaw(frames[index]!, frameSamples, encoded);
      return samples;
    },
    npmEncode: () => {
      for (let index = 0; index < count; index++) alawmulaw.mulaw.encode(frames[index]!);
      return samples;
    },
    decode: () => {
      for (let index = 0; index < count; index++) decodeMuLaw(packets[index]!, 0, frameSamples, decoded);
      return samples;
    },
    npmDecode: () => {
      for (let index = 0; index < count; index++) alawmulaw.mulaw.decode(packets[index]!);
      return samples;
    },
  });
  return [
    row('G.711: mu-law encode', figures.encode, figures.npmEncode),
    row('G.711: mu-law decode', figures.decode, figures.npmDecode),
  ];
}
