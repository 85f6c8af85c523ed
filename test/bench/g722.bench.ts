import {deepStrictEqual} from 'node:assert/strict';
import koffi from 'koffi';
import {frameSamples} from '../../firmware/audio/frame.ts';
import {G722Decoder} from '../../firmware/audio/g722/decoder.ts';
import {G722Encoder} from '../../firmware/audio/g722/encoder.ts';
import {programs} from '../../tools/setup/programs.ts';
import {makeWideSpeech} from '../support/wide-speech.ts';
import type {BenchRow} from './bench-row.ts';
import {measureInterleaved} from './interleaved.ts';

const frameBytes = frameSamples / 2;

/** The coders of libspandsp, frame by frame; undefined where it is not installed. */
function openSpandsp() {
  const file = programs.libspandsp.find();
  if (file === undefined) return undefined;
  const library = koffi.load(file);
  const encodeInit = library.func('void *g722_encode_init(void *state, int rate, int options)');
  const encode = library.func('int g722_encode(void *state, void *bytes, const void *samples, int count)');
  const decodeInit = library.func('void *g722_decode_init(void *state, int rate, int options)');
  const decode = library.func('int g722_decode(void *state, void *samples, const void *bytes, int count)');
  const [encoder, decoder] = [encodeInit(null, 64_000, 0), decodeInit(null, 64_000, 0)];
  return {
    encode: (samples: Int16Array, bytes: Uint8Array) => encode(encoder, bytes, samples, frameSamples),
    decode: (bytes: Uint8Array, samples: Int16Array) => decode(decoder, samples, bytes, frameBytes),
  };
}

function row(name: string, figure: number, anchor: number | null): BenchRow {
  return {
    name,
    figure,
    unit: 'samples/s',
    anchor,
    ratio: anchor === null ? null : figure / anchor,
    goal: 'told, not judged',
    met: true,
  };
}

/** G.722 frame by frame, as in a call, beside libspandsp in C in the same run: the same bits. */
export async function run(): Promise<BenchRow[]> {
  const {samples} = makeWideSpeech(10, 86);
  const count = Math.floor(samples.length / frameSamples);
  const frames = Array.from({length: count}, (_, index) =>
    samples.slice(index * frameSamples, (index + 1) * frameSamples),
  );
  const [encoder, decoder, spandsp] = [new G722Encoder(), new G722Decoder(), openSpandsp()];
  const packets = frames.map((frame) => {
    const [ours, theirs] = [new Uint8Array(frameBytes), new Uint8Array(frameBytes)];
    encoder.encode(frame, frameSamples, ours);
    spandsp?.encode(frame, theirs);
    if (spandsp) deepStrictEqual(ours, theirs);
    return ours;
  });
  const encoded = new Uint8Array(frameBytes);
  const decoded = new Int16Array(frameSamples);
  const all = count * frameSamples;
  const figures = measureInterleaved({
    encode: () => {
      for (let index = 0; index < count; index++) encoder.encode(frames[index]!, frameSamples, encoded);
      return all;
    },
    decode: () => {
      for (let index = 0; index < count; index++) decoder.decode(packets[index]!, 0, frameBytes, decoded);
      return all;
    },
    theirEncode: () => {
      for (let index = 0; index < count; index++) spandsp?.encode(frames[index]!, encoded);
      return all;
    },
    theirDecode: () => {
      for (let index = 0; index < count; index++) spandsp?.decode(packets[index]!, decoded);
      return all;
    },
  });
  return [
    row('G.722: encode (libspandsp)', figures.encode, spandsp ? figures.theirEncode : null),
    row('G.722: decode (libspandsp)', figures.decode, spandsp ? figures.theirDecode : null),
  ];
}
