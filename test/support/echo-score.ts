import type {EchoChain} from '../../firmware/audio/echo/echo-chain.ts';
import {frameSamples, sampleRate} from '../../firmware/audio/frame.ts';

/** How many dB weaker `cleaned` is than `microphone` between two times in seconds. */
export function attenuation(microphone: Int16Array, cleaned: Int16Array, from: number, to: number): number {
  const power = (sound: Int16Array) => {
    let sum = 1;
    for (let index = from * sampleRate; index < to * sampleRate; index++)
      sum += sound[index]! * sound[index]!;
    return sum;
  };
  return 10 * Math.log10(power(microphone) / power(cleaned));
}

/** A whole sound through the chain, frame by frame. */
export function runChain(chain: EchoChain, played: Int16Array, microphone: Int16Array): Int16Array {
  const cleaned = new Int16Array(microphone.length);
  for (let start = 0; start + frameSamples <= microphone.length; start += frameSamples) {
    const end = start + frameSamples;
    chain.process(played.subarray(start, end), microphone.subarray(start, end), cleaned.subarray(start, end));
  }
  return cleaned;
}

/** Samples by which the chain delays. */
export const chainDelay = frameSamples + 32;
