import {PlayoutBuffer} from '../../firmware/audio/playout/playout-buffer.ts';
import {randomNumbers} from '../support/random-numbers.ts';

/** Steps of the timestamp in a packet of 20 ms. */
const packetSteps = 160;
const packetTime = 20;
/** Mean of what packets are later than the fastest, in ms. */
const jitter = 3;

/** What was said and what was heard of it, sample by sample at the same place. */
export interface HeardSpeech {
  readonly said: Int16Array;
  readonly heard: Int16Array;
}

/** Plays speech, of whose packets a `share` is lost at random, through the buffer as the firmware does, on fake time. */
export function playLosses(speech: Int16Array, rate: number, share: number, seed: number): HeardSpeech {
  const random = randomNumbers(seed);
  // When frames are asked for has nothing to do with when packets come.
  const asked = packetTime * random();
  const samples = rate / 50;
  const scale = samples / packetSteps;
  const packets = Math.floor(speech.length / samples);
  const buffer = new PlayoutBuffer(rate);
  const heard = new Int16Array(packets * samples);
  const frame = new Int16Array(samples);
  /** Where each frame ends in what was said. */
  const ends: number[] = [];
  for (let sequence = 0; sequence < packets; sequence++) {
    const arrival = sequence * packetTime - jitter * Math.log(1 - random());
    if (random() >= share) {
      const decode = (_bytes: Uint8Array, _start: number, _count: number, into: Int16Array) =>
        into.set(speech.subarray(sequence * samples, (sequence + 1) * samples));
      const header = {timestamp: sequence * packetSteps, sequenceNumber: sequence & 0xffff};
      buffer.put(new Uint8Array(packetSteps), 0, packetSteps, header, {decode}, arrival);
    }
    buffer.pull(frame, sequence * packetTime + asked);
    heard.set(frame, sequence * samples);
    ends.push(Math.round(buffer.position * scale));
  }
  return {said: align(speech, ends, samples), heard};
}

/** What should be heard in each frame. While the buffer does not know whether a packet is lost, playing stands still. */
function align(speech: Int16Array, ends: readonly number[], samples: number): Int16Array {
  const said = new Int16Array(ends.length * samples);
  let next = ends.at(-1)!;
  for (let index = ends.length - 1; index >= 0; index--) {
    const stands = index > 0 && ends[index] === ends[index - 1];
    const end = stands ? next - samples : ends[index]!;
    const start = Math.max(0, end - samples);
    said.set(speech.subarray(start, start + samples), index * samples);
    next = end;
  }
  return said;
}
