import {makeSpeech} from '../support/speech.ts';
import type {TracedPacket} from './packet-trace.ts';

/** In a packet of 20 ms at 8 kHz. */
const samples = 160;

/** The sound of each packet, by its sequence number: speech where somebody speaks, else the noise of a room. */
export function makeSound(packets: readonly TracedPacket[]): Map<number, Int16Array> {
  const speech = makeSpeech(30).samples;
  const sounds = new Map<number, Int16Array>();
  let at = 0;
  let noise = 1;
  for (const {sequence, active} of packets) {
    if (sounds.has(sequence)) continue;
    const sound = new Int16Array(samples);
    for (let index = 0; index < samples; index++) {
      noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) | 0;
      sound[index] = (noise >> 27) + (active ? speech[at++ % speech.length]! : 0);
    }
    sounds.set(sequence, sound);
  }
  return sounds;
}
